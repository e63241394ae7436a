package import DNS

/// A number that only grows: one step for each published change of a set.
package struct Generation: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// 1 or more.
  package let number: Int64

  /// Any number is taken; 0 stands for the empty set before all where a difference begins there.
  package init(_ number: Int64) { self.number = number }

  package var description: String { "\(number)" }

  package static func < (left: Generation, right: Generation) -> Bool { left.number < right.number }
}

/// One element of a set and why it is there, as it stood when its generation was published.
package struct SetElement: Hashable, Sendable {
  /// A single address where names give the set; service tags give prefixes. Public, or inside a prefix that the set's
  /// guards allow.
  package let prefix: IPPrefix
  /// The tracked names that gave it, sorted; none where service tags give the set.
  package let names: [DomainName]
  /// The earliest of its open intervals, over all names and upstreams.
  package let firstSeen: Timestamp
  /// The latest sighting when the generation was made: it doesn't move while the generation stands.
  package let lastSeen: Timestamp

  package init(prefix: IPPrefix, names: [DomainName], firstSeen: Timestamp, lastSeen: Timestamp) {
    self.prefix = prefix
    self.names = names
    self.firstSeen = firstSeen
    self.lastSeen = lastSeen
  }

  /// A single address.
  package init(address: IPAddress, names: [DomainName], firstSeen: Timestamp, lastSeen: Timestamp) {
    self.init(prefix: IPPrefix(address), names: names, firstSeen: firstSeen, lastSeen: lastSeen)
  }

  /// The first address of the prefix: all of it where names give the set.
  package var address: IPAddress { prefix.address }
}

/// A published set: immutable, the same bytes for ever under its generation.
package struct Snapshot: Hashable, Sendable {
  /// The set that it is a generation of.
  package let set: SetName
  /// One more than that of the snapshot before.
  package let generation: Generation
  /// When this content was published.
  package let at: Timestamp
  /// IPv4 before IPv6, numeric order, each address once, none inside another, never empty.
  package let elements: [SetElement]
  /// Of the elements: see `Digest`.
  package let digest: Digest

  /// Takes the elements as they are: the order and the digest are the caller's to keep.
  package init(set: SetName, generation: Generation, at: Timestamp, elements: [SetElement], digest: Digest) {
    self.set = set
    self.generation = generation
    self.at = at
    self.elements = elements
    self.digest = digest
  }

  /// How many elements of a family it holds.
  package func count(of family: AddressFamily) -> Int {
    elements.reduce(0) { $0 + ($1.address.family == family ? 1 : 0) }
  }
}

/// SHA-256 of a set's elements, each as canonical text with a line feed, in the snapshot's order: what
/// `sha256sum` gives for the plain list that isn't aggregated.
package struct Digest: Hashable, Sendable, CustomStringConvertible {
  /// 32 octets.
  package let octets: [UInt8]

  /// - Parameter octets: 32 of them; nothing here checks it.
  package init(octets: [UInt8]) { self.octets = octets }

  /// 64 lower-case hexadecimal digits.
  package var description: String {
    octets.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}

/// Whether what is published is what DNS says now.
package enum SetStatus: String, Hashable, Sendable {
  /// Every name was looked up in time, and no guard holds anything back.
  case ok
  /// Some name could not be looked up at any vantage for longer than `maxStale`, or nobody looked for that long.
  case stale
  /// A newer candidate failed a guard; the last good generation stays published.
  case held
}

/// A snapshot with what may change while its generation stands.
package struct PublishedSet: Hashable, Sendable {
  /// The last generation that the history has.
  package let snapshot: Snapshot
  /// `stale` before `held`: a stale set makes the service not ready, a held one only warns.
  package let status: SetStatus
  /// Why a newer candidate is held, one sentence each; empty unless `status` is `held`.
  package let heldReasons: [String]
  /// The last time a lookup for this set succeeded.
  package let checkedAt: Timestamp
  /// Past this moment, without another successful lookup, the status becomes `stale`.
  package let validUntil: Timestamp
  /// How much of what clients may be given it holds; nil where nobody estimated it.
  package let coverage: SetCoverage?

  /// A snapshot with how it stands at one moment.
  package init(
    snapshot: Snapshot, status: SetStatus, heldReasons: [String] = [], checkedAt: Timestamp,
    validUntil: Timestamp, coverage: SetCoverage? = nil
  ) {
    self.snapshot = snapshot
    self.status = status
    self.heldReasons = heldReasons
    self.checkedAt = checkedAt
    self.validUntil = validUntil
    self.coverage = coverage
  }
}

/// What entered and left a set between two of its generations; both sorted.
package struct SetDifference: Hashable, Sendable {
  /// The generation to step from; 0 is the empty set before all.
  package let from: Generation
  /// The generation to arrive at; it may be older than `from`.
  package let to: Generation
  /// In `to` and not in `from`.
  package let entered: [IPPrefix]
  /// In `from` and not in `to`.
  package let left: [IPPrefix]

  package init(from: Generation, to: Generation, entered: [IPPrefix], left: [IPPrefix]) {
    self.from = from
    self.to = to
    self.entered = entered
    self.left = left
  }
}
