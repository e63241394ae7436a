internal import DNS

/// What addresses each name ever had, by network, and which new ones wait for another vantage.
///
/// An address is sudden when it lies in no /24 (IPv4) or /48 (IPv6) in which the name ever had one. These are the
/// longest prefixes that the Internet routes, so what lies inside the same one is reached through the same network;
/// somebody who forges an answer must point elsewhere. A name that never had an address has nothing to compare with,
/// and its first ones are believed.
struct Confirmation: Sendable {
  /// Names that can wait; more are let in, since an endless list would be an attack of its own.
  static let mostWaiting = 10_000

  /// Where the addresses lie that names ever had.
  private(set) var networks: [DomainName: Set<IPPrefix>] = [:]
  private var waiting: [Key: Waiting] = [:]

  private struct Key: Hashable {
    let name: DomainName
    let address: IPAddress
  }

  private struct Waiting {
    let since: Timestamp
    var vantages: Set<Vantage>
    /// Whether the time is over, and it is let in without another vantage.
    var isLetIn = false
  }

  init() {}

  /// Goes on from a checkpoint.
  init(networks: [DomainName: Set<IPPrefix>], waiting: [WaitingAddress] = []) {
    self.networks = networks
    for entry in waiting {
      self.waiting[Key(name: entry.name, address: entry.address)] = Waiting(
        since: entry.since, vantages: entry.vantages, isLetIn: entry.isLetIn)
    }
  }

  /// What waits, by name and address.
  var waitingAddresses: [WaitingAddress] {
    waiting.map { key, entry in
      WaitingAddress(
        name: key.name, address: key.address, since: entry.since, vantages: entry.vantages,
        isLetIn: entry.isLetIn)
    }.sorted { ($0.name, $0.address) < ($1.name, $1.address) }
  }

  /// Whether the name had an address in the same network, or nothing is known of its family.
  func isNear(_ address: IPAddress, to name: DomainName) -> Bool {
    let known = (networks[name] ?? []).filter { $0.family == address.family }
    return known.isEmpty || known.contains(address.network)
  }

  /// Remembers that the name has the address.
  mutating func learn(_ address: IPAddress, of name: DomainName) {
    networks[name, default: []].insert(address.network)
    waiting[Key(name: name, address: address)] = nil
  }

  /// What waits goes. Where its addresses lay is remembered, as a start would find it in the history.
  mutating func forget(_ name: DomainName) {
    waiting = waiting.filter { $0.key.name != name }
  }

  /// Notes that a vantage gave a sudden address.
  ///
  /// - Returns: whether it is the first to give it, and whether anything is known now that wasn't before.
  mutating func note(
    _ address: IPAddress, of name: DomainName, at vantage: Vantage, now: Timestamp
  ) -> (isFirst: Bool, isNews: Bool) {
    let key = Key(name: name, address: address)
    if waiting[key] != nil {
      let isNews = waiting[key]?.vantages.insert(vantage).inserted ?? false
      return (false, isNews)
    }
    guard waiting.count < Self.mostWaiting else { return (true, false) }
    waiting[key] = Waiting(since: now, vantages: [vantage])
    return (true, true)
  }

  /// Whether enough vantages gave it, this one included, or its time is over.
  func isConfirmed(
    _ address: IPAddress, of name: DomainName, at vantage: Vantage, by policy: ConfirmationPolicy
  ) -> Bool {
    guard let entry = waiting[Key(name: name, address: address)] else {
      return waiting.count >= Self.mostWaiting
    }
    return entry.isLetIn || entry.vantages.union([vantage]).count >= policy.vantages
  }

  /// Lets in what has waited for `span`.
  ///
  /// - Returns: what is let in now, and whether anything waits no more.
  mutating func letIn(after policy: (DomainName) -> ConfirmationPolicy?, at now: Timestamp) -> (
    [(name: DomainName, address: IPAddress)], isNews: Bool
  ) {
    let before = waiting.count
    var due = [(name: DomainName, address: IPAddress)]()
    for (key, entry) in waiting where !entry.isLetIn {
      guard let policy = policy(key.name) else {
        waiting[key] = nil
        continue
      }
      if now - entry.since >= policy.atMost, policy.afterwards == .admit {
        waiting[key]?.isLetIn = true
        due.append((key.name, key.address))
      }
    }
    // What nobody gave again for a day is no matter any more.
    waiting = waiting.filter { now - $0.value.since < .seconds(86_400) }
    return (
      due.sorted { ($0.name, $0.address) < ($1.name, $1.address) }, !due.isEmpty || waiting.count < before
    )
  }

  /// How many addresses wait.
  var count: Int { waiting.count { !$0.value.isLetIn } }
}

extension IPAddress {
  /// The /24 or /48 that it lies in.
  fileprivate var network: IPPrefix {
    let unwrapped = unwrapped
    return IPPrefix(unwrapped, length: unwrapped.family == .ipv4 ? 24 : 48) ?? IPPrefix(unwrapped)
  }
}
