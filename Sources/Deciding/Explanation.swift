package import DNS

/// Why an address is, was or isn't in a set: what the history knows about it, joined. Built from values alone.
package struct Explanation: Hashable, Sendable {
  /// The address that was asked about.
  package let address: IPAddress
  /// The moment that was asked about; nil for now.
  package let at: Timestamp?
  /// When it was in which sets, newest first: those around `at`, or all of them for now.
  package let memberships: [Membership]
  /// Which names gave it, newest first: those that counted at `at`, or all of them for now.
  package let sources: [Source]
  /// When DNS gave it and it wasn't believed, newest first, up to `at`.
  package let rejections: [Rejection]
  /// Questions about the names in `sources` whose last lookup failed: there, retention stands still. Empty for the
  /// past, of which only the addresses are kept.
  package let failing: [QuestionStatus]

  /// The sets that exclude it: by the policies of the moment, or of now.
  package let exclusions: [StandingExclusion]

  /// The time around `at` in which nobody looked; nil when somebody did, and for now.
  package let blind: BlindSpan?
  /// Before this moment nothing is kept any more; nil while nothing was removed.
  package let horizon: Timestamp?

  /// One name that gave the address at one vantage, over one unbroken interval.
  package struct Source: Hashable, Sendable {
    /// The tracked name that was asked.
    package let name: DomainName
    /// The aliases from the name to the address's owner, in order, as this vantage gave them in that time; empty when
    /// the name owns the address itself.
    package let chain: [Link]
    /// The address record itself.
    package let interval: ObservedInterval
  }

  /// One alias, without its TTL, which changes from answer to answer.
  package struct Link: Hashable, Sendable {
    /// The alias.
    package let owner: DomainName
    /// The name that it stands for.
    package let target: DomainName
  }

  /// Joins what the history says.
  ///
  /// - Parameters:
  ///   - intervals: address records that held the address.
  ///   - aliases: CNAME records of the names in `intervals`.
  ///   - questions: how those names' questions stand.
  ///   - blind: the time around the moment in which nobody looked.
  ///   - horizon: since when anything is kept, where older things were removed.
  ///   - exclusions: those that stood at the moment, or stand now.
  package init(
    of address: IPAddress, at: Timestamp?, memberships: [Membership], intervals: [ObservedInterval],
    aliases: [ObservedInterval], rejections: [Rejection], questions: [QuestionStatus],
    blind: BlindSpan? = nil, horizon: Timestamp? = nil, exclusions: [StandingExclusion] = []
  ) {
    self.address = address
    self.at = at
    self.blind = blind
    self.horizon = horizon
    self.exclusions = exclusions
    self.memberships = at.map { moment in memberships.filter { $0.covers(moment) } } ?? memberships
    self.rejections = at.map { moment in rejections.filter { $0.at <= moment } } ?? rejections
    let giving = intervals.filter { interval in
      interval.observation.key.data == .address(address) && at.map(interval.covers) ?? true
    }
    let aliasesByName = Dictionary(grouping: aliases) { $0.observation.key.name }
    sources = giving.map { interval in
      let name = interval.observation.key.name
      return Source(
        name: name, chain: Self.chain(to: interval, through: aliasesByName[name] ?? [], at: at),
        interval: interval)
    }
    let names = Set(sources.map(\.name))
    failing = at == nil ? questions.filter { names.contains($0.question.name) && !$0.outcome.isSuccess } : []
  }

  /// The memberships that hold at the asked moment, or still now.
  package var current: [Membership] { at == nil ? memberships.filter { $0.left == nil } : memberships }

  /// One sentence with the answer.
  package var summary: String {
    blind.map { "\(finding); nobody looked \($0.text), so what DNS gave then is not known" } ?? finding
  }

  private var finding: String {
    let when = at.map { "at \($0)" } ?? "now"
    if !current.isEmpty {
      return
        "\(address) \(at == nil ? "is" : "was") in \(current.map(\.set.text).joined(separator: ", ")) \(when)"
    }
    if let exclusion = exclusions.first {
      let place =
        memberships.first?.left.map { "; it left at \($0.at) with generation \($0.generation)" } ?? ""
      return
        "\(address) \(at == nil ? "is" : "was") in no set \(when): \(exclusion.set) excludes it\(place)"
    }
    if let last = memberships.first, let left = last.left {
      return
        "\(address) is in no set now; it left \(last.set) at \(left.at) with generation \(left.generation)"
    }
    if let rejection = rejections.first {
      return
        "\(address) \(at == nil ? "is" : "was") in no set \(when): rejected (\(rejection.reason.rawValue))"
    }
    if !sources.isEmpty { return "\(address) was seen in DNS, but is in no set \(when)" }
    if at != nil { return "\(address) was in no set \(when), and no tracked name gave it then" }
    return horizon.map { "\(address) was not seen since \($0), and nothing older is kept" }
      ?? "\(address) was never seen"
  }

  /// The shortest path over those aliases of the interval's name that the same vantage gave while the address was, from
  /// the name to the owner. A CDN may move a name to another target within the interval: only the path that ends at the
  /// owner counts.
  private static func chain(
    to interval: ObservedInterval, through aliases: [ObservedInterval], at: Timestamp?
  ) -> [Link] {
    let key = interval.observation.key
    guard key.owner != key.name else { return [] }
    var targets = [DomainName: [DomainName]]()
    for alias in aliases {
      let other = alias.observation.key
      guard other.vantage == key.vantage, case .name(let target) = other.data,
        other.type == .cname, alias.overlaps(interval), at.map(alias.covers) ?? true
      else { continue }
      targets[other.owner, default: []].append(target)
    }
    var cameFrom = [DomainName: DomainName]()
    var queue = [key.name]
    while !queue.isEmpty, cameFrom[key.owner] == nil {
      let owner = queue.removeFirst()
      for target in targets[owner] ?? [] where cameFrom[target] == nil && target != key.name {
        cameFrom[target] = owner
        queue.append(target)
      }
    }
    var links = [Link]()
    var end = key.owner
    while let owner = cameFrom[end] {
      links.append(Link(owner: owner, target: end))
      end = owner
    }
    return links.reversed()
  }
}

extension Membership {
  /// Whether the address was in the set at the moment.
  package func covers(_ moment: Timestamp) -> Bool {
    entered.at <= moment && left.map { moment < $0.at } ?? true
  }
}

extension ObservedInterval {
  /// Whether the observation counted at the moment.
  package func covers(_ moment: Timestamp) -> Bool {
    observation.firstSeen <= moment && until.map { moment < $0 } ?? true
  }

  /// Whether both counted at some moment.
  package func overlaps(_ other: ObservedInterval) -> Bool {
    let startsInTime = other.until.map { observation.firstSeen < $0 } ?? true
    return startsInTime && until.map { other.observation.firstSeen < $0 } ?? true
  }
}
