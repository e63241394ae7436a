internal import DNS

extension Quarantine {
  /// A learned name with what its probing needs.
  struct Entry: Sendable {
    let name: DomainName
    let pattern: NamePattern
    let firstSource: String
    var state: LearnedNameState
    let firstSighted: Timestamp
    private(set) var lastSighted: Timestamp
    private var sightings: Int64
    private var sources: [String]
    private var resolvedAt: Timestamp?
    private var denials = 0
    var isProbed = false
    private(set) var probeAfter: Timestamp
    private var postponed = 0

    init(_ sighting: Sighting, pattern: NamePattern) {
      name = sighting.name
      self.pattern = pattern
      firstSource = sighting.source
      state = .quarantined
      firstSighted = sighting.at
      lastSighted = sighting.at
      sightings = sighting.count
      sources = [sighting.source]
      probeAfter = sighting.at
    }

    init(_ learned: LearnedName, pattern: NamePattern) {
      name = learned.name
      self.pattern = pattern
      firstSource = learned.sources.first ?? ""
      state = learned.state
      firstSighted = learned.firstSighted
      lastSighted = learned.lastSighted
      sightings = learned.sightings
      sources = learned.sources
      resolvedAt = learned.resolvedAt
      denials = learned.denials
      probeAfter = learned.lastSighted
    }

    var learned: LearnedName {
      LearnedName(
        name: name, state: state, firstSighted: firstSighted, lastSighted: lastSighted, sightings: sightings,
        sources: sources.sorted(), denials: denials, resolvedAt: resolvedAt)
    }

    mutating func note(_ sighting: Sighting) {
      lastSighted = max(lastSighted, sighting.at)
      sightings += sighting.count
      if sources.count < 8, !sources.contains(sighting.source) { sources.append(sighting.source) }
    }

    mutating func resolved(at now: Timestamp) {
      resolvedAt = now
      denials = 0
    }

    mutating func denied() { denials += 1 }

    /// Waits 5 s, then twice as long each time, at most five minutes.
    mutating func postpone(at now: Timestamp) {
      postponed += 1
      probeAfter = now + min(.seconds(5) * (1 << min(postponed - 1, 6)), Self.longestPause)
    }

    static let longestPause = Duration.seconds(300)

    mutating func bringForward(to latest: Timestamp) { probeAfter = min(probeAfter, latest) }

    /// Real names are asked for again and again; made-up ones once. Among equals the newest first, so that a flood
    /// that came before doesn't stand in the way.
    static func isMoreUrgent(_ left: Entry, _ right: Entry) -> Bool {
      if left.sightings != right.sightings { return left.sightings > right.sightings }
      if left.lastSighted != right.lastSighted { return left.lastSighted > right.lastSighted }
      return left.name < right.name
    }
  }
}
