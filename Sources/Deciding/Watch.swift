package import DNS

/// All that Postern knows and plans at one moment, as a value: which names are tracked, what each vantage gave for
/// them, when each question is due, how each set stands. Lookups, sightings and decisions go in; questions to ask and
/// batches to store come out. It reads no clock and touches no file, so that a test can play any day through it.
///
/// A batch takes effect only when `confirm` says that the history has it: a generation that is not stored is not
/// published, or a restart could give its number to other addresses.
package struct Watch: Sendable {
  /// Of the whole service; those of one set are in its policy.
  package let limits: Limits
  /// The upstreams that are asked now, without those whose addresses only run out.
  package internal(set) var vantages: [Vantage]
  let digesting: @Sendable ([UInt8]) -> Digest
  var names: [DomainName: TrackedName] = [:]
  var sets: [WatchedSet]
  var schedule: Schedule
  var quarantine: Quarantine
  var probes: [DomainName: Probe] = [:]
  var wildcards: [NamePattern: WildcardCheck] = [:]
  /// What trusted taps told of names under patterns of which it isn't known yet whether they have a wildcard record.
  var heldAnswers: [DomainName: [Lookup]] = [:]
  /// The taps whose answers are believed, with whether somebody is connected.
  var taps: [Vantage: Bool]
  var sightings: SightingLedger
  var uncovered: UncoveredNames
  /// How often each cap was reached since the start.
  var capCounts: [Cap: Int64] = [:]
  var health: [Vantage: VantageHealth]
  /// Which upstreams are believed.
  var trust: [Vantage: VantageTrust]
  /// Sudden addresses that wait for another vantage.
  var confirmation = Confirmation()
  /// What tracked names are like, to tell when they become otherwise.
  var drift: [DomainName: NameDrift] = [:]
  /// Made-up names that suspect vantages are asked for.
  var lieTests: [Vantage: LieTest] = [:]
  var pending = PendingChanges()
  /// The service tags that are kept.
  package internal(set) var tags: TagBook
  var budget: QueryBudget
  /// When clients were last seen to use a tracked name.
  var usedAt: [DomainName: Timestamp] = [:]
  /// For this long after it was used, a name counts as in use.
  static let inUse = Duration.seconds(3600)
  /// What decisions are made from; nil when nobody keeps it.
  var journal: Journal?
  /// Whether it is a replay, in which nothing is asked and nobody is told.
  let isReplayed: Bool
  /// The last generations of sets that are configured no more: one that comes back goes on from there.
  let formerSnapshots: [SetName: Snapshot]
  var coverage = CoverageBook()
  /// When time was last let pass.
  var sweptAt: Timestamp
  /// When word lists are tried next.
  var candidatesAt: Timestamp
  /// For made-up labels; its seed is the schedule's, so that a test can repeat a run.
  var random: SplitMix

  /// - Parameters:
  ///   - policies: the enabled sets.
  ///   - vantages: the upstreams, each asked for every name.
  ///   - taps: the taps whose answers are believed.
  ///   - restored: what the history kept; names and vantages that are configured no more are revoked and retired.
  ///   - seed: of the schedule's jitter.
  ///   - isReplayed: whether only what was recorded is taken, and nothing asked.
  package init(
    policies: [SetPolicy], vantages: [Vantage], taps: [Vantage] = [], limits: Limits,
    restored: RestoredState = RestoredState(), now: Timestamp, seed: UInt64, isReplayed: Bool = false,
    digesting: @escaping @Sendable ([UInt8]) -> Digest
  ) {
    self.isReplayed = isReplayed
    formerSnapshots = restored.snapshots.filter { entry in !policies.contains { $0.name == entry.key } }
    self.limits = limits
    self.vantages = vantages
    self.digesting = digesting
    sets = policies.map { policy in
      WatchedSet(policy, published: restored.snapshots[policy.name], state: restored.setStates[policy.name])
    }
    schedule = Schedule(seed: seed)
    let patterns = Set(policies.flatMap(\.selectors).compactMap(\.pattern)).sorted()
    quarantine = Quarantine(
      patterns: patterns, namesPerPattern: limits.namesPerPattern, restored: restored.learnedNames, now: now)
    health = Dictionary(uniqueKeysWithValues: vantages.map { ($0, VantageHealth()) })
    let earlier = Dictionary(restored.vantageReports.map { ($0.label, $0) }) { first, _ in first }
    trust = Dictionary(
      uniqueKeysWithValues: vantages.map { vantage in
        (vantage, earlier[vantage.label].map(VantageTrust.init(restoring:)) ?? VantageTrust())
      })
    budget = QueryBudget(perSecond: limits.queriesPerSecond, now: now)
    sweptAt = now
    candidatesAt = now
    random = SplitMix(state: ~seed)
    tags = restored.tags
    self.taps = Dictionary(taps.map { ($0, false) }) { first, _ in first }
    sightings = SightingLedger(restored: restored.sightings)
    uncovered = UncoveredNames(restored: restored.uncoveredNames)
    for index in sets.indices { sets[index].gate = sets[index].policy.tagRules.gate(by: tags, at: now) }
    for policy in policies {
      for name in policy.namesFromTheStart where names[name] == nil { track(name, isLearned: false, at: now) }
    }
    for name in quarantine.admittedNames where names[name] == nil { track(name, isLearned: true, at: now) }
    restore(restored, at: now)
    uncovered.remove { name in policies.contains { $0.selects(name) } }
    noteTagsOfSets()
    for index in sets.indices { judgeFreshness(of: index, at: now) }
  }

  /// The question to ask next, and where; nil when none is due or the budget is spent.
  package mutating func takeDue(at now: Timestamp) -> (question: Question, vantage: Vantage)? {
    startProbes(at: now)
    guard budget.allows(at: now), let next = schedule.take(at: now) else { return nil }
    budget.spend()
    return next
  }

  /// The next moment at which there could be something to ask or to age.
  package mutating func nextWake(after now: Timestamp) -> Timestamp? {
    let due = schedule.nextDue().map { max($0, budget.readyAt(now)) }
    guard !vantages.isEmpty else { return due }
    return [due, nextProbe(after: now)].compactMap { $0 }.min()
  }

  /// Takes in what came of a question.
  package mutating func take(_ lookup: Lookup) {
    noteHealth(lookup)
    let lookup = judge(lookup)
    if settleWildcard(lookup) { return }
    if probes[lookup.question.name] != nil { settleProbe(lookup) }
    takeIn(lookup)
  }

  /// Takes in what came of a question about a tracked name; nothing happens for others.
  mutating func takeIn(_ lookup: Lookup) {
    guard !isReplayed else { return replay(lookup) }
    let name = lookup.question.name
    guard let tracked = names[name] else { return }
    let isSudden = noteSudden(lookup, of: tracked)
    let isNews = changeHoldings(of: name, at: lookup.at) { watch in
      let (bounds, mayOpen) = (tracked.bounds, watch.admission(for: tracked, at: lookup.vantage))
      return watch.names[name]?.take(
        lookup, hold: bounds.hold, longestGap: bounds.longestGap, mayOpen: mayOpen) ?? LedgerStep()
    }
    for index in tracked.sets { sets[index].noteAsked(lookup) }
    noteInJournal(lookup, of: tracked, isNews: isNews || isSudden)
    noteAliases(lookup, of: tracked)
    noteDrift(lookup, of: tracked)
    noteCoverage(lookup, of: tracked)
    if tracked.isLearned { quarantine.note(lookup.outcome, of: name, at: lookup.at) }
    plan(lookup, of: tracked)
    forgetIfGone(name, at: lookup.at)
  }

  /// Follows a change of the upstreams: new ones are asked at once, what others gave runs out its retention.
  package mutating func replaceVantages(_ current: [Vantage], at now: Timestamp) {
    let (gone, new) = (vantages.filter { !current.contains($0) }, current.filter { !vantages.contains($0) })
    vantages = current
    journal?.note(.vantages(current), at: now)
    if !gone.isEmpty || !new.isEmpty {
      restartProbes(at: now)
      restartWildcardChecks(at: now)
    }
    for vantage in gone { (health[vantage], trust[vantage], lieTests[vantage]) = (nil, nil, nil) }
    for vantage in new { (health[vantage], trust[vantage]) = (VantageHealth(), VantageTrust()) }
    for tracked in names.values {
      for question in questions(of: tracked.name, in: tracked) {
        for vantage in gone {
          schedule.drop(question, at: vantage)
          coverage.estimators[question]?.forget(vantage)
        }
      }
      startAsking(tracked, at: new, now: now)
    }
    for index in sets.indices { sets[index].stopAwaiting(gone) }
  }

  /// Asks a name again at once, everywhere: somebody wants to know now.
  package mutating func askNow(_ name: DomainName, at now: Timestamp) {
    guard let tracked = names[name] else { return }
    for question in questions(of: name, in: tracked) {
      for vantage in vantages where schedule.due(question, at: vantage) != nil {
        schedule.plan(question, at: vantage, for: now)
      }
    }
  }
}

extension Selector {
  /// The pattern, if it is one.
  package var pattern: NamePattern? {
    if case .pattern(let pattern) = self { pattern } else { nil }
  }
}
