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
    /// The strongest that any source said of it; nothing here is believed.
    private var evidence: NameEvidence
    private(set) var sources: [SourceSighting]
    private var resolvedAt: Timestamp?
    private var denials = 0
    var isProbed = false
    private(set) var probeAfter: Timestamp
    private var postponed = 0

    /// - Parameter isSeenAgain: whether it was turned away before.
    init(_ sighting: Sighting, pattern: NamePattern, isSeenAgain: Bool = false) {
      name = sighting.name
      self.pattern = pattern
      firstSource = sighting.source
      state = .quarantined
      firstSighted = sighting.at
      lastSighted = sighting.at
      sightings = sighting.count + (isSeenAgain ? 1 : 0)
      evidence = sighting.evidence
      sources = [
        SourceSighting(
          source: sighting.source, first: sighting.at, last: sighting.at, count: sighting.count)
      ]
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
      evidence = learned.sources.contains { $0 != Sighting.wordList } ? .asked : .suggested
      sources = learned.sources.map {
        SourceSighting(source: $0, first: learned.firstSighted, last: learned.lastSighted, count: 0)
      }
      resolvedAt = learned.resolvedAt
      denials = learned.denials
      probeAfter = learned.lastSighted
    }

    var learned: LearnedName {
      LearnedName(
        name: name, state: state, firstSighted: firstSighted, lastSighted: lastSighted, sightings: sightings,
        sources: sources.map(\.source).sorted(), denials: denials, resolvedAt: resolvedAt)
    }

    mutating func note(_ sighting: Sighting) {
      lastSighted = max(lastSighted, sighting.at)
      sightings += sighting.count
      evidence = max(evidence, sighting.evidence)
      sources.note(sighting.count, by: sighting.source, at: sighting.at)
    }

    /// Whether a client was seen to use it; else it is out of a word list.
    var isInUse: Bool { sources.contains { $0.source != Sighting.wordList } }

    /// Whether nothing speaks for it but that it was asked for once: so is every made-up label.
    var isWeak: Bool { sightings <= 1 && evidence < .resolved || evidence < .asked }

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

    /// What the site's resolver answered comes first and what it denied last. Then: real names are asked for again and
    /// again, made-up ones once. Among equals the newest first, so that a flood that came before doesn't stand in the
    /// way.
    static func isMoreUrgent(_ left: Entry, _ right: Entry) -> Bool {
      if left.evidence != right.evidence { return left.evidence > right.evidence }
      if left.sightings != right.sightings { return left.sightings > right.sightings }
      if left.lastSighted != right.lastSighted { return left.lastSighted > right.lastSighted }
      return left.name < right.name
    }
  }
}
