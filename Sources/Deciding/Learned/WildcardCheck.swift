internal import DNS

/// Whether a pattern has a wildcard record in DNS (RFC 4592), found out with a label that nobody can have made a record
/// for. Where it has one, that a name resolves proves nothing: only answers that differ from the wildcard's do.
struct WildcardCheck: Sendable {
  /// How long a result is relied on.
  static let lifetime = Duration.seconds(3600)
  /// How soon it is tried again when no upstream could tell.
  static let pause = Duration.seconds(5)

  /// The made-up name that is being asked, and who has not replied yet.
  private(set) var made: DomainName?
  private var underway = Set<Probe.Slot>()
  private var lookups: [Lookup] = []
  /// Until when the last result is relied on; nil before the first.
  private(set) var nextAt: Timestamp?
  /// Whether a tap's answers wait for the result.
  var isWanted = false
  /// Whether upstreams told at least once: before that nothing is believed.
  private(set) var isKnown = false
  /// Where the wildcard leads; both are empty without one.
  private var targets = Set<DomainName>()
  private var addresses = Set<IPAddress>()

  /// Whether made-up labels resolve.
  var isPresent: Bool { !addresses.isEmpty }

  /// Whether a check should begin now.
  func isDue(at now: Timestamp) -> Bool { made == nil && (nextAt.map { $0 <= now } ?? true) }

  mutating func begin(with name: DomainName, asking slots: Set<Probe.Slot>) {
    made = name
    underway = slots
    lookups = []
  }

  /// Takes in a reply about the made-up name; true when it was the last one.
  mutating func take(_ lookup: Lookup) -> Bool {
    underway.remove(Probe.Slot(question: lookup.question, vantage: lookup.vantage))
    lookups.append(lookup)
    guard underway.isEmpty else { return false }
    let told = lookups.filter(\.outcome.isSuccess)
    made = nil
    nextAt = lookup.at + (told.isEmpty ? Self.pause : Self.lifetime)
    guard !told.isEmpty else { return true }
    isKnown = true
    // Only ever grows while the wildcard stays: it may rotate its addresses.
    let answers = told.filter { $0.outcome == .answer }
    if answers.isEmpty {
      targets = []
      addresses = []
    }
    targets.formUnion(answers.flatMap { $0.chain.links.map(\.target) })
    addresses.formUnion(answers.flatMap { $0.chain.addresses.compactMap(\.address) })
    return true
  }

  /// The upstreams are others now: whoever was asked may never reply.
  mutating func abandon(at now: Timestamp) -> Set<Probe.Slot> {
    defer {
      made = nil
      underway = []
    }
    if made != nil { nextAt = now }
    return underway
  }

  /// Brings the next check forward after the wall clock went back.
  mutating func bringForward(to latest: Timestamp) { nextAt = nextAt.map { min($0, latest) } }

  /// Whether an answer is what any made-up name would get.
  func explains(_ lookup: Lookup) -> Bool {
    guard isPresent else { return false }
    let given = lookup.chain.addresses.compactMap(\.address)
    if !given.isEmpty, given.allSatisfy(addresses.contains) { return true }
    return lookup.chain.links.first.map { targets.contains($0.target) } ?? false
  }
}

extension ResourceRecord {
  /// The address of an A or AAAA record.
  var address: IPAddress? {
    if case .address(let address) = data { address } else { nil }
  }
}
