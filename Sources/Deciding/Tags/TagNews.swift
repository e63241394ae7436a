package import DNS

/// What a new edition of service tags means for the addresses that sets hold, as events.
package struct TagNews: Sendable {
  /// A set with what it holds.
  package struct HeldSet: Sendable {
    /// The set.
    package let name: SetName
    /// Which tags it expects.
    package let rules: TagRules
    /// What is published, sorted.
    package let addresses: [IPAddress]

    package init(name: SetName, rules: TagRules, addresses: [IPAddress]) {
      self.name = name
      self.rules = rules
      self.addresses = addresses
    }
  }

  /// So many prefixes of one edition are told one by one; the rest is a number.
  package static let mostTold = 20

  private let old: TagBook
  private let new: TagBook
  private let sets: [HeldSet]
  private let now: Timestamp

  /// - Parameter sets: those whose addresses count.
  package init(from old: TagBook, to new: TagBook, sets: [HeldSet], at now: Timestamp) {
    self.old = old
    self.new = new
    self.sets = sets
    self.now = now
  }

  /// What is to be told, by cloud: the import itself, then our addresses that left or entered tags, then tags that grew
  /// near them. The first edition of a cloud tells only itself: everything is new in it.
  package var events: [Event] {
    new.editions.keys.sorted().flatMap { cloud -> [Event] in
      guard let edition = new[cloud], edition.id != old[cloud]?.id else { return [] }
      let change = TagChange(from: old[cloud]?.file, to: edition.file)
      let told = [imported(edition, change)]
      guard let before = old[cloud] else { return told }
      return told + moves(from: before, to: edition) + growth(change, in: edition)
    }
  }

  private func imported(_ edition: TagEdition, _ change: TagChange) -> Event {
    let from = old[edition.file.cloud].map { "change \($0.file.change) → \(edition.file.change)" }
    return Event(
      at: now, kind: "tag.imported", subject: edition.file.cloud.rawValue,
      detail: "\(from ?? "change \(edition.file.change), the first"): \(change.tags.count) tags differ, "
        + "\(change.added) prefixes came and \(change.removed) went; from \(edition.source)")
  }

  /// Our addresses whose tags differ.
  private func moves(from before: TagEdition, to after: TagEdition) -> [Event] {
    let cloud = after.file.cloud
    var events = [Event]()
    for (address, names) in holders(in: cloud) {
      let (had, has) = (
        Set(before.matches(of: address).map(\.tag)), Set(after.matches(of: address).map(\.tag))
      )
      let (left, entered) = (had.subtracting(has).sorted(), has.subtracting(had).sorted())
      let whose = "\(address), which \(names) hold\(names.contains(",") ? "" : "s"),"
      if !left.isEmpty {
        let now = has.isEmpty ? "is in none now" : "is in \(Self.list(has.sorted())) now"
        events.append(event("tag.left", address, "\(whose) left \(Self.list(left)) and \(now)"))
      }
      if !entered.isEmpty {
        events.append(event("tag.entered", address, "\(whose) entered \(Self.list(entered))"))
      }
    }
    return events
  }

  /// Prefixes that tags gained where our addresses may go next.
  ///
  /// Near is the same /16 or /32: the edges that Microsoft moved its registry between were announced as such
  /// (150.171.0.0/16, 13.107.0.0/16, 2603:1061::/32), and a prefix that touches or holds an address is near by that as
  /// well. A tag that a set expects is told wherever it grows: `AzureFrontDoor.FirstParty` gained 150.171.69.0/24 on
  /// 2024-04-09, far from the addresses of then, two months before they moved there.
  private func growth(_ change: TagChange, in edition: TagEdition) -> [Event] {
    let sets = sets.filter { $0.rules.cloud == edition.file.cloud }
    var gained = [IPPrefix: [TagName]]()
    for step in change.tags where !step.name.isWholeCloud {
      for prefix in step.added { gained[prefix, default: []].append(step.name) }
    }
    let neighbourhoods = Set(sets.flatMap(\.addresses).map(Self.neighbourhood))
    let near = gained.filter { prefix, tags in
      let around = Self.neighbourhood(prefix.address)
      return neighbourhoods.contains(around) || neighbourhoods.contains { prefix.contains($0.address) }
        || sets.contains { $0.rules.expected.contains(where: tags.contains) }
    }
    let events = near.keys.sorted().prefix(Self.mostTold).map { prefix in
      let neighbours = sets.flatMap(\.addresses).filter {
        Self.neighbourhood($0).contains(prefix.address) || prefix.contains($0)
      }
      let place =
        neighbours.first.map { "near \($0)" } ?? "away from every address held: a move may come"
      return Event(
        at: now, kind: "tag.near", subject: prefix.description,
        detail: "\(Self.list((near[prefix] ?? []).sorted())) gained \(prefix), \(place)")
    }
    let rest = near.count - events.count
    guard rest > 0 else { return events }
    return events + [
      Event(
        at: now, kind: "tag.near", subject: edition.file.cloud.rawValue,
        detail: "\(rest) more prefixes were gained. Try: 'postern tags history'")
    ]
  }

  /// The /16 or /32 around an address.
  private static func neighbourhood(_ address: IPAddress) -> IPPrefix {
    IPPrefix(address, length: address.family == .ipv4 ? 16 : 32) ?? IPPrefix(address)
  }

  /// What sets of a cloud hold, with the sets' names.
  private func holders(in cloud: Cloud) -> [(IPAddress, String)] {
    var holders = [IPAddress: [String]]()
    for set in sets where set.rules.cloud == cloud {
      for address in set.addresses { holders[address, default: []].append(set.name.text) }
    }
    return holders.sorted { $0.key < $1.key }.map { ($0.key, $0.value.joined(separator: ", ")) }
  }

  private func event(_ kind: EventKind, _ address: IPAddress, _ detail: String) -> Event {
    Event(at: now, kind: kind, subject: address.description, detail: detail)
  }

  private static func list(_ tags: [TagName]) -> String { tags.map(\.text).joined(separator: ", ") }
}
