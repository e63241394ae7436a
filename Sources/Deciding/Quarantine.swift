package import DNS

/// Names that were sighted under a pattern: held apart until our own upstreams answer for them.
///
/// A sighting is a hint that a name exists and nothing more. It costs at most one probe, and what upstreams deny is
/// forgotten at once, so that a flood of made-up labels can neither widen a set nor crowd real names out.
package struct Quarantine: Sendable {
  /// The most names that wait under one pattern.
  package static let longestQueue = 4096
  /// The most denials that are remembered, so that a repeated name costs nothing.
  package static let mostDenials = 65_536
  /// How long a denial is remembered.
  package static let denialLifetime = Duration.seconds(600)
  /// Probes a second, and how many may go at once after a quiet time.
  package static let probesPerSecond = 20.0
  /// How many names may be probed at once after 2.5 s of quiet.
  package static let probeBurst = 50.0
  /// An admitted name that nobody used for this long makes room when its pattern is full.
  package static let unusedAfter = Duration.seconds(30 * 86_400)
  /// A name that upstreams can neither confirm nor deny, or that its full pattern has no room for, is forgotten when nobody used it for this long.
  package static let unprovenAfter = Duration.seconds(86_400)

  private let patterns: [NamePattern]
  private let namesPerPattern: Int
  private var entries: [DomainName: Entry] = [:]
  private var waiting: [NamePattern: Set<DomainName>] = [:]
  private var admitted: [NamePattern: Set<DomainName>] = [:]
  private var queuedBySource: [String: Int] = [:]
  private var denials: [DomainName: Timestamp] = [:]
  private var tokens = Quarantine.probeBurst
  private var tokensAt: Timestamp
  /// Names whose state is newer than what the history has.
  private var unsaved = Set<DomainName>()
  /// What was refused and why, since the start.
  package private(set) var refusals: [SightingRefusal: Int64] = [:]

  package init(patterns: [NamePattern], namesPerPattern: Int, restored: [LearnedName], now: Timestamp) {
    self.patterns = patterns
    self.namesPerPattern = namesPerPattern
    tokensAt = now
    for learned in restored {
      guard let pattern = patterns.first(where: { $0.matches(learned.name) }) else { continue }
      entries[learned.name] = Entry(learned, pattern: pattern)
      if learned.state == .admitted {
        admitted[pattern, default: []].insert(learned.name)
      } else {
        waiting[pattern, default: []].insert(learned.name)
        queuedBySource[learned.sources.first ?? "", default: 0] += 1
      }
    }
  }

  /// The learned names that were believed so far.
  package var admittedNames: [DomainName] { admitted.values.flatMap { $0 }.sorted() }

  /// How many names wait, and how many are believed, over all patterns.
  package var counts: (waiting: Int, admitted: Int) {
    (waiting.values.reduce(0) { $0 + $1.count }, admitted.values.reduce(0) { $0 + $1.count })
  }

  /// What is known of a learned name; nil for one that was never sighted or is forgotten.
  package func learned(_ name: DomainName) -> LearnedName? { entries[name]?.learned }

  /// Takes in a sighting of a name that isn't configured. Gives back why it was refused, or nil.
  package mutating func take(_ sighting: Sighting) -> SightingRefusal? {
    if entries[sighting.name] != nil {
      entries[sighting.name]?.note(sighting)
      unsaved.insert(sighting.name)
      return nil
    }
    let refusal = admitToQueue(sighting)
    if let refusal { refusals[refusal, default: 0] += sighting.count }
    return refusal
  }

  /// The names to ask for now, those that clients use most first; they must come back as `settle`.
  package mutating func takeProbes(at now: Timestamp) -> [DomainName] {
    let elapsed = max(0, Double((now - tokensAt).milliseconds) / 1000)
    tokens = min(Self.probeBurst, tokens + elapsed * Self.probesPerSecond)
    tokensAt = now
    guard tokens >= 1 else { return [] }
    let ready = waiting.values.joined().compactMap { entries[$0] }.filter {
      !$0.isProbed && $0.probeAfter <= now
    }
    let chosen = ready.sorted(by: Entry.isMoreUrgent).prefix(Int(tokens)).map(\.name)
    tokens -= Double(chosen.count)
    for name in chosen { entries[name]?.isProbed = true }
    return Array(chosen)
  }

  /// When the next probe could go; nil while none waits.
  package func nextProbe(after now: Timestamp) -> Timestamp? {
    guard waiting.values.contains(where: { !$0.isEmpty }) else { return nil }
    // Without a budget it doesn't matter which comes next: under a flood this is asked thousands of times a second.
    guard tokens >= 1 else { return now + .milliseconds(Int64(1000 / Self.probesPerSecond)) }
    let ready = waiting.values.joined().lazy.compactMap { entries[$0] }.filter { !$0.isProbed }
    return ready.map(\.probeAfter).min().map { max($0, now) }
  }

  /// Takes in what all vantages together said of a probed name.
  package mutating func settle(_ name: DomainName, as verdict: ProbeVerdict, at now: Timestamp) -> ProbeResult
  {
    guard let entry = entries[name] else { return .forgotten }
    entries[name]?.isProbed = false
    switch verdict {
    case .exists:
      return admit(entry, at: now)
    case .denied:
      remember(denialOf: name, at: now)
      drop(name)
      return .forgotten
    case .unknown:
      if now - entry.lastSighted > Self.unprovenAfter {
        drop(name)
        return .forgotten
      }
      entries[name]?.postpone(at: now)
      return .waiting
    }
  }

  /// Forgets a name; gives back whether it was known.
  package mutating func forget(_ name: DomainName, at now: Timestamp) -> Bool {
    remember(denialOf: name, at: now)
    return drop(name)
  }

  /// Takes in what one lookup said of a name that was already believed; nothing happens to others.
  package mutating func note(_ outcome: Outcome, of name: DomainName, at now: Timestamp) {
    guard entries[name]?.state == .admitted else { return }
    switch outcome {
    case .answer: entries[name]?.resolved(at: now)
    case .noData, .nxDomain: entries[name]?.denied()
    case .failure: return
    }
  }

  /// The wall clock went back: nothing waits longer than it would from now on.
  mutating func clockWentBack(to now: Timestamp) {
    for name in waiting.values.joined() { entries[name]?.bringForward(to: now + Entry.longestPause) }
    denials = denials.mapValues { min($0, now + Self.denialLifetime) }
  }

  /// The names whose state the history lacks; afterwards none is.
  package mutating func takeUnsaved() -> [LearnedName] {
    defer { unsaved = [] }
    return unsaved.sorted().compactMap { entries[$0]?.learned }
  }

  /// The history could not take it.
  mutating func markUnsaved(_ name: DomainName) {
    if entries[name] != nil { unsaved.insert(name) }
  }

  private mutating func admitToQueue(_ sighting: Sighting) -> SightingRefusal? {
    guard let pattern = patterns.first(where: { $0.matches(sighting.name) }) else { return .noPattern }
    guard sighting.name.isHostname else { return .notHostname }
    if let until = denials[sighting.name] {
      if sighting.at < until { return .deniedLately }
      denials[sighting.name] = nil
    }
    guard waiting[pattern, default: []].count < Self.longestQueue else { return .queueFull }
    // One noisy source may fill half of a queue, not the part that is left for others.
    guard queuedBySource[sighting.source, default: 0] < Self.longestQueue / 2 else { return .sourceShare }
    waiting[pattern, default: []].insert(sighting.name)
    queuedBySource[sighting.source, default: 0] += 1
    entries[sighting.name] = Entry(sighting, pattern: pattern)
    unsaved.insert(sighting.name)
    return nil
  }

  private mutating func admit(_ entry: Entry, at now: Timestamp) -> ProbeResult {
    let name = entry.name
    entries[name]?.resolved(at: now)
    unsaved.insert(name)
    if entry.state == .admitted { return .admitted(displacing: nil) }
    var displaced: DomainName?
    if admitted[entry.pattern, default: []].count >= namesPerPattern {
      let unused = admitted[entry.pattern, default: []].compactMap { entries[$0] }
        .filter { now - $0.lastSighted > Self.unusedAfter }.min { $0.lastSighted < $1.lastSighted }
      guard let unused else {
        if now - entry.lastSighted > Self.unprovenAfter {
          drop(name)
          return .forgotten
        }
        refusals[.patternFull, default: 0] += 1
        entries[name]?.postpone(at: now)
        return .refused
      }
      drop(unused.name)
      displaced = unused.name
    }
    leaveQueue(entry)
    admitted[entry.pattern, default: []].insert(name)
    entries[name]?.state = .admitted
    return .admitted(displacing: displaced)
  }

  private mutating func remember(denialOf name: DomainName, at now: Timestamp) {
    if denials.count >= Self.mostDenials {
      denials = denials.filter { $0.value > now }
      if denials.count >= Self.mostDenials { denials.removeAll(keepingCapacity: true) }
    }
    denials[name] = now + Self.denialLifetime
  }

  @discardableResult
  private mutating func drop(_ name: DomainName) -> Bool {
    guard let entry = entries.removeValue(forKey: name) else { return false }
    leaveQueue(entry)
    admitted[entry.pattern]?.remove(name)
    unsaved.remove(name)
    return true
  }

  private mutating func leaveQueue(_ entry: Entry) {
    guard waiting[entry.pattern]?.remove(entry.name) != nil else { return }
    let left = queuedBySource[entry.firstSource, default: 1] - 1
    queuedBySource[entry.firstSource] = left > 0 ? left : nil
  }
}

/// What all vantages together said of a probed name.
package enum ProbeVerdict: Sendable {
  /// Some vantage gave an address.
  case exists
  /// At least one vantage told us, and none gave an address.
  case denied
  /// No vantage could tell.
  case unknown
}

/// What became of a probed name.
package enum ProbeResult: Hashable, Sendable {
  /// Believed from now on; where the pattern was full, in the place of a name that nobody used for a month.
  case admitted(displacing: DomainName?)
  /// Real, but its pattern is full.
  case refused
  /// Denied, or unproven and unused for `unprovenAfter`: its row in the history goes.
  case forgotten
  /// Asked again later, after a growing pause.
  case waiting
}

/// Why a sighting was not taken up.
package enum SightingRefusal: String, Hashable, Sendable, CaseIterable {
  /// No set's pattern selects it.
  case noPattern
  /// A label is no hostname's (RFC 1123 §2.1): an escape, an underscore, a hyphen at its edge, a star.
  case notHostname
  /// Upstreams denied it, or an operator had it forgotten, within `denialLifetime`.
  case deniedLately
  /// `longestQueue` names wait under its pattern.
  case queueFull
  /// The source that saw it has half of a queue waiting already.
  case sourceShare
  /// It exists, but `namesPerPattern` names are believed and all are in use; it waits for room.
  case patternFull
}
