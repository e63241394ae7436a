package import DNS

/// Names that were sighted under a pattern: held apart until our own upstreams answer for them.
///
/// A sighting is a hint that a name exists and nothing more. It costs at most one probe, and what upstreams deny is
/// forgotten at once, so that a flood of made-up labels can neither widen a set nor crowd real names out.
package struct Quarantine: Sendable {
  /// The most names that wait under one pattern.
  package static let longestQueue = 4096
  /// Of those, how many the site's own resolver denied; more of them are not even kept waiting.
  static let longestDeniedQueue = 512
  /// While no more than this many wait, each is stored; of more, those that came again: a flood must not fill the disk.
  static let storedWaiting = 1024
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
  private var waiting: [NamePattern: WaitingNames] = [:]
  private var admitted: [NamePattern: Set<DomainName>] = [:]
  private var queuedBySource: [String: Int] = [:]
  private var denials: [DomainName: Denial] = [:]
  private var seenBefore = SeenBefore()
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
      if learned.state != .quarantined {
        admitted[pattern, default: []].insert(learned.name)
      } else {
        waiting[pattern, default: WaitingNames()].insert(learned.name, isWeak: learned.sightings <= 1)
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

  /// The learned names that wait to be believed, by name.
  package var waitingNames: [LearnedName] {
    waiting.values.flatMap(\.names).sorted().compactMap { entries[$0]?.learned }
  }

  /// Who saw a learned name.
  func sources(of name: DomainName) -> [SourceSighting] { entries[name]?.sources ?? [] }

  /// The pattern that a name is behind; nil when no set's pattern selects it.
  func pattern(of name: DomainName) -> NamePattern? { patterns.first { $0.matches(name) } }

  /// Takes in a sighting of a name that isn't configured. Gives back why it was refused, or nil.
  package mutating func take(_ sighting: Sighting) -> SightingRefusal? {
    if let known = entries[sighting.name] {
      entries[sighting.name]?.note(sighting)
      if known.state == .candidate, entries[sighting.name]?.isInUse == true {
        entries[sighting.name]?.state = .admitted
      }
      unsaved.insert(sighting.name)
      return nil
    }
    let refusal = admitToQueue(sighting)
    if let refusal { refusals[refusal, default: 0] += sighting.count }
    return refusal
  }

  /// The names to ask for now, those that clients use most first; they must come back as `settle`.
  ///
  /// - Parameter isReady: whether names under a pattern may be asked for yet.
  mutating func takeProbes(at now: Timestamp, under isReady: (NamePattern) -> Bool) -> [DomainName] {
    let elapsed = max(0, Double((now - tokensAt).milliseconds) / 1000)
    tokens = min(Self.probeBurst, tokens + elapsed * Self.probesPerSecond)
    tokensAt = now
    guard tokens >= 1 else { return [] }
    var chosen = [Entry]()
    let room = Int(tokens)
    for (pattern, waiting) in waiting where isReady(pattern) {
      for name in waiting.names {
        guard let entry = entries[name], !entry.isProbed, entry.probeAfter <= now else { continue }
        // Few are chosen out of thousands: keeping the best so far sorted is cheaper than sorting all.
        if chosen.count == room, let last = chosen.last, !Entry.isMoreUrgent(entry, last) { continue }
        chosen.insert(entry, at: chosen.firstIndex { Entry.isMoreUrgent(entry, $0) } ?? chosen.endIndex)
        if chosen.count > room { chosen.removeLast() }
      }
    }
    tokens -= Double(chosen.count)
    for entry in chosen { entries[entry.name]?.isProbed = true }
    return chosen.map(\.name)
  }

  /// When the next probe could go; nil while none waits.
  func nextProbe(after now: Timestamp, under isReady: (NamePattern) -> Bool) -> Timestamp? {
    let ready = waiting.filter { isReady($0.key) && $0.value.count > 0 }
    guard !ready.isEmpty else { return nil }
    // Without a budget it doesn't matter which comes next: under a flood this is asked thousands of times a second.
    guard tokens >= 1 else { return now + .milliseconds(Int64(1000 / Self.probesPerSecond)) }
    let next = ready.values.lazy.flatMap(\.names).compactMap { entries[$0] }.filter { !$0.isProbed }
    return next.map(\.probeAfter).min().map { max($0, now) }
  }

  /// Whether names wait under a pattern, or are believed.
  func isUsed(_ pattern: NamePattern) -> Bool {
    waiting[pattern].map { $0.count > 0 } == true || admitted[pattern]?.isEmpty == false
  }

  /// The believed names under a pattern.
  func admittedNames(under pattern: NamePattern) -> Set<DomainName> { admitted[pattern] ?? [] }

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
    case .wildcard:
      refusals[.likeWildcard, default: 0] += 1
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

  /// Believes a name that a trusted tap saw resolved, whether or not it waited.
  ///
  /// - Parameter sighting: of the name, by the tap.
  mutating func admit(_ sighting: Sighting, at now: Timestamp) -> ProbeResult {
    if let denial = denials[sighting.name], denial.isOperators, now < denial.until { return .forgotten }
    guard let pattern = pattern(of: sighting.name), sighting.name.isHostname else { return .forgotten }
    let entry: Entry = entries[sighting.name] ?? Entry(sighting, pattern: pattern)
    entries[sighting.name] = entry
    entries[sighting.name]?.isProbed = false
    let result = admit(entry, at: now)
    // What finds no room doesn't wait either, unless it did before: the tap will tell of it again.
    if result == .refused, waiting[pattern]?.names.contains(sighting.name) != true { drop(sighting.name) }
    return result
  }

  /// Forgets a name; gives back whether it was known.
  ///
  /// - Parameter isOperators: whether an operator wants it; else upstreams denied it.
  package mutating func forget(_ name: DomainName, isOperators: Bool = false, at now: Timestamp) -> Bool {
    remember(denialOf: name, isOperators: isOperators, at: now)
    return drop(name)
  }

  /// Takes in what one lookup said of a name that was already believed; nothing happens to others.
  package mutating func note(_ outcome: Outcome, of name: DomainName, at now: Timestamp) {
    guard let state = entries[name]?.state, state != .quarantined else { return }
    switch outcome {
    case .answer: entries[name]?.resolved(at: now)
    case .noData, .nxDomain: entries[name]?.denied()
    case .failure: return
    }
  }

  /// The wall clock went back: nothing waits longer than it would from now on.
  mutating func clockWentBack(to now: Timestamp) {
    for name in waiting.values.flatMap(\.names) { entries[name]?.bringForward(to: now + Entry.longestPause) }
    denials = denials.mapValues {
      Denial(until: min($0.until, now + Self.denialLifetime), isOperators: $0.isOperators)
    }
  }

  /// The names whose state the history lacks; afterwards none is.
  package mutating func takeUnsaved() -> [LearnedName] {
    defer { unsaved = [] }
    return unsaved.sorted().compactMap { (name: DomainName) -> LearnedName? in
      guard let entry = entries[name] else { return nil }
      let isFlood =
        entry.state == .quarantined && entry.isWeak
        && waiting[entry.pattern].map { $0.count > Self.storedWaiting } == true
      return isFlood ? nil : entry.learned
    }
  }

  /// The history could not take it.
  mutating func markUnsaved(_ name: DomainName) {
    if entries[name] != nil { unsaved.insert(name) }
  }

  private mutating func admitToQueue(_ sighting: Sighting) -> SightingRefusal? {
    let name = sighting.name
    guard let pattern = pattern(of: name) else { return .noPattern }
    guard name.isHostname else { return .notHostname }
    if let denial = denials[name] {
      if sighting.at < denial.until { return .deniedLately }
      denials[name] = nil
    }
    let count = waiting[pattern]?.count ?? 0
    if sighting.evidence < .asked, count >= Self.longestDeniedQueue { return .queueFull }
    var isSeenAgain = false
    // One noisy source may fill half of a queue, not the part that is left for others.
    let isShareFull = queuedBySource[sighting.source, default: 0] >= Self.longestQueue / 2
    if count >= Self.longestQueue || isShareFull {
      // What has more to show than that it was asked for once takes the place of what hasn't.
      isSeenAgain = seenBefore.note(name)
      let hasSomething = isSeenAgain || sighting.count > 1 || sighting.evidence == .resolved
      guard hasSomething, let weakest = weakest(under: pattern) else {
        return count >= Self.longestQueue ? .queueFull : .sourceShare
      }
      drop(weakest)
    }
    let entry = Entry(sighting, pattern: pattern, isSeenAgain: isSeenAgain)
    waiting[pattern, default: WaitingNames()].insert(name, isWeak: entry.isWeak)
    queuedBySource[sighting.source, default: 0] += 1
    entries[name] = entry
    unsaved.insert(name)
    return nil
  }

  /// The name under a pattern that is to make room; nil when each has something to show or is being asked for.
  private mutating func weakest(under pattern: NamePattern) -> DomainName? {
    waiting[pattern]?.weakest { [entries] name in
      entries[name].map { $0.isWeak && !$0.isProbed } ?? false
    }
  }

  private mutating func admit(_ entry: Entry, at now: Timestamp) -> ProbeResult {
    let name = entry.name
    entries[name]?.resolved(at: now)
    unsaved.insert(name)
    if entry.state != .quarantined { return .admitted(displacing: nil) }
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
    entries[name]?.state = entry.isInUse ? .admitted : .candidate
    return .admitted(displacing: displaced)
  }

  private mutating func remember(denialOf name: DomainName, isOperators: Bool = false, at now: Timestamp) {
    if denials.count >= Self.mostDenials {
      denials = denials.filter { $0.value.until > now }
      if denials.count >= Self.mostDenials { denials.removeAll(keepingCapacity: true) }
    }
    denials[name] = Denial(until: now + Self.denialLifetime, isOperators: isOperators)
  }

  private struct Denial {
    let until: Timestamp
    let isOperators: Bool
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
    guard waiting[entry.pattern]?.remove(entry.name) == true else { return }
    let left = queuedBySource[entry.firstSource, default: 1] - 1
    queuedBySource[entry.firstSource] = left > 0 ? left : nil
  }
}
