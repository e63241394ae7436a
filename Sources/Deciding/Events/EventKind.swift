/// What kind of thing happened, as a stable word for programs, such as `set.held`.
///
/// A history may hold words that this version doesn't know, so any text is one; `known` has those that are written now.
package struct EventKind: RawRepresentable, Hashable, Sendable, ExpressibleByStringLiteral,
  CustomStringConvertible
{
  package let rawValue: String

  package init(rawValue: String) { self.rawValue = rawValue }

  package init(stringLiteral value: StaticString) { rawValue = value.description }

  package var description: String { rawValue }

  /// How much a person should care; a word that isn't known is a notice.
  package var severity: EventSeverity { Self.meanings[self]?.severity ?? .notice }

  /// One sentence for people about all events of this kind; empty for a word that isn't known.
  package var sentence: String { Self.meanings[self]?.sentence ?? "" }

  /// The kinds that are written now, sorted.
  package static let known: [EventKind] = meanings.keys.sorted { $0.rawValue < $1.rawValue }
}

/// How much a person should care about an event.
package enum EventSeverity: String, Hashable, Sendable, CaseIterable, Comparable {
  /// It belongs to a normal day.
  case info
  /// Worth a look when there is time.
  case notice
  /// Somebody should look today.
  case warning

  package static func < (left: EventSeverity, right: EventSeverity) -> Bool {
    left.place < right.place
  }

  private var place: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}

extension EventKind {
  /// DNS gave an address that is not believed.
  package static let addressRejected: EventKind = "address.rejected"
  /// An address far from all that its name ever had waits for a second vantage.
  package static let addressUnconfirmed: EventKind = "address.unconfirmed"
  /// An address that waited for a second vantage is let in.
  package static let addressConfirmed: EventKind = "address.confirmed"
  /// A name gives none of the addresses any more that it had.
  package static let addressesReplaced: EventKind = "addresses.replaced"
  /// A name leads outside the alias suffixes that its profile expects.
  package static let aliasUnexpected: EventKind = "alias.unexpected"
  /// A bound against floods was reached.
  package static let capReached: EventKind = "cap.reached"
  /// The aliases of a name lead another way than before.
  package static let chainChanged: EventKind = "chain.changed"
  /// A set's coverage is below its target, and has been for a quarter of an hour.
  package static let coverageFell: EventKind = "coverage.fell"
  /// A set's coverage is at its target again, and has been for half an hour.
  package static let coverageRestored: EventKind = "coverage.restored"
  /// More of the past was removed than had become too old.
  package static let historyShortened: EventKind = "history.shortened"
  /// A name behind a pattern is looked up from now on.
  package static let nameAdmitted: EventKind = "name.admitted"
  /// A name behind a pattern is looked up no more.
  package static let nameForgotten: EventKind = "name.forgotten"
  /// No upstream knows a configured name any more.
  package static let nameGone: EventKind = "name.gone"
  /// A configured name resolves again.
  package static let nameReturned: EventKind = "name.returned"
  /// Clients use a related name that no set watches.
  package static let nameUncovered: EventKind = "name.uncovered"
  /// An operator had something forgotten.
  package static let operatorForget: EventKind = "operator.forget"
  /// An operator released what guards held.
  package static let setApproved: EventKind = "set.approved"
  /// All names of a set are looked up again.
  package static let setFresh: EventKind = "set.fresh"
  /// A guard holds a set's next generation.
  package static let setHeld: EventKind = "set.held"
  /// No guard holds a set any more.
  package static let setReleased: EventKind = "set.released"
  /// Names of a set could not be looked up for too long.
  package static let setStale: EventKind = "set.stale"
  /// A resolver tells what clients ask and get.
  package static let tapConnected: EventKind = "tap.connected"
  /// A resolver tells no more what clients get.
  package static let tapGone: EventKind = "tap.gone"
  /// A name's answers live much longer or shorter than before.
  package static let ttlChanged: EventKind = "ttl.changed"
  /// An upstream doesn't answer.
  package static let upstreamFailing: EventKind = "upstream.failing"
  /// An upstream answers again.
  package static let upstreamRecovered: EventKind = "upstream.recovered"
  /// A vantage lies or lags, so that nothing new of it is believed.
  package static let vantageSetAside: EventKind = "vantage.aside"
  /// A vantage that was set aside is believed again.
  package static let vantageTrusted: EventKind = "vantage.trusted"
  /// Any label under a pattern resolves.
  package static let wildcardFound: EventKind = "wildcard.found"
  /// Made-up labels under a pattern don't resolve any more.
  package static let wildcardGone: EventKind = "wildcard.gone"

  private static let meanings: [EventKind: (severity: EventSeverity, sentence: String)] = [
    addressRejected: (.warning, "DNS gave an address that is not believed"),
    addressUnconfirmed: (
      .warning, "an address far from all that its name ever had waits for a second vantage"
    ),
    addressConfirmed: (.notice, "an address that waited for a second vantage is let in"),
    addressesReplaced: (.notice, "a name gives none of the addresses any more that it had"),
    aliasUnexpected: (.notice, "a name leads outside the alias suffixes that its profile expects"),
    capReached: (.warning, "a bound against floods was reached"),
    chainChanged: (.notice, "the aliases of a name lead another way than before"),
    "consumer.behind": (.warning, "a consumer has an older generation though it fetches"),
    "consumer.stopped": (.warning, "a consumer does not fetch its set any more"),
    coverageFell: (.warning, "clients may be given addresses that were not seen yet"),
    coverageRestored: (.info, "what clients may be given was seen again as far as a set wants it"),
    historyShortened: (
      .warning, "the file had grown too large, so the past reaches back less than it should"
    ),
    nameAdmitted: (.info, "a name behind a pattern is looked up from now on"),
    nameForgotten: (.info, "a name behind a pattern is looked up no more"),
    nameGone: (.warning, "no upstream knows a configured name any more"),
    nameReturned: (.info, "a configured name resolves again"),
    nameUncovered: (.notice, "clients use a related name that no set watches"),
    operatorForget: (.info, "an operator had something forgotten"),
    setApproved: (.info, "an operator released what guards held"),
    setFresh: (.info, "all names of a set are looked up again"),
    setHeld: (.warning, "a guard holds a set's next generation"),
    setReleased: (.info, "no guard holds a set any more"),
    setStale: (.warning, "names of a set could not be looked up for too long"),
    "tag.enforced": (.info, "only addresses in its service tags are let into a set"),
    "tag.entered": (.info, "an address of a set entered a service tag"),
    "tag.imported": (.info, "an edition of service tags was taken up"),
    "tag.lapsed": (
      .warning, "a set lets in addresses outside its service tags, as no current file tells them"
    ),
    "tag.left": (.warning, "an address of a set left its service tag"),
    "tag.near": (.notice, "a service tag gained prefixes near the addresses of a set"),
    "tag.outside": (.warning, "an address entered a set and is in none of the service tags that it expects"),
    "tag.set": (.notice, "a set that service tags give has a new generation"),
    "tag.refused": (.warning, "a file of service tags was refused"),
    tapConnected: (.info, "a resolver tells what clients ask and get"),
    tapGone: (.warning, "a resolver tells no more what clients get"),
    ttlChanged: (.notice, "a name's answers live much longer or shorter than before"),
    upstreamFailing: (.warning, "an upstream doesn't answer"),
    upstreamRecovered: (.info, "an upstream answers again"),
    vantageSetAside: (.warning, "a vantage lies or lags, so that nothing new of it is believed"),
    vantageTrusted: (.info, "a vantage that was set aside is believed again"),
    wildcardFound: (.notice, "any label under a pattern resolves"),
    wildcardGone: (.info, "made-up labels under a pattern don't resolve any more"),
  ]
}
