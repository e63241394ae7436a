internal import DNS

extension Watch {
  /// What a service knew when it started, or at a checkpoint, for a replay from there: nothing is asked.
  package init(
    replaying circumstances: JournalCircumstances, from state: RestoredState, at now: Timestamp,
    digesting: @escaping @Sendable ([UInt8]) -> Digest
  ) {
    var state = state
    if let tags = circumstances.tags { state.tags = tags }
    self.init(
      policies: circumstances.policies, vantages: circumstances.vantages,
      taps: circumstances.taps.keys.sorted(), limits: circumstances.limits, restored: state, now: now,
      seed: 0, isReplayed: true, digesting: digesting)
    taps = circumstances.taps
    if let networks = circumstances.networks {
      confirmation = Confirmation(networks: networks, waiting: circumstances.standing?.waiting ?? [])
    }
    guard let standing = circumstances.standing else { return }
    for index in sets.indices { sets[index].resume(standing) }
    // All was decided when it was stored: what guards held is held again, and nothing is published anew.
    _ = makeBatch(at: now)
    for index in sets.indices {
      sets[index].noteStored()
      sets[index].resume(standing)
    }
  }

  /// Takes a step that is no lookup as it was taken when it was recorded.
  mutating func replay(_ content: JournalContent, at now: Timestamp) {
    switch content {
    case .lookup, .started, .checkpoint, .decided, .undecided: break
    case .tracked(let name): if names[name] == nil { track(name, isLearned: true, at: now) }
    case .untracked(let name): untrack(name, at: now)
    case .vantages(let current): replaceVantages(current, at: now)
    case .tap(let tap, let isLive): noteTap(tap, isLive: isLive, at: now)
    case .swept: sweep(at: now)
    case .decision(let decision): take([decision], at: now)
    case .tags(let book): replaceTags(book, at: now)
    case .disowned(let answer): disown(answer, at: now)
    }
  }

  /// Takes the first lookup of a run.
  ///
  /// Without what a replay needs none of: it tells only what the sets hold, and is told of names that go.
  mutating func replay(_ lookup: Lookup) {
    let name = lookup.question.name
    guard let (bounds, concerned) = names[name].map({ ($0.bounds, $0.sets) }) else { return }
    if let tracked = names[name], tracked.confirmation != nil { _ = noteSudden(lookup, of: tracked) }
    take(lookup, hold: bounds.hold, longestGap: bounds.longestGap)
    for index in concerned { sets[index].noteAsked(lookup) }
  }

  /// Goes on to the last lookup of a run, in which nothing began, ended, entered or left.
  mutating func go(to last: Lookup) { names[last.question.name]?.go(to: last) }

  /// Goes on to a later lookup of a run, where something may end on the way: under another policy, or since time was let
  /// pass for a tap.
  mutating func pass(to later: Lookup) {
    guard let hold = names[later.question.name]?.bounds.hold else { return }
    take(later, hold: hold, longestGap: QuestionClock.anyGap)
  }

  private mutating func take(_ lookup: Lookup, hold: Duration, longestGap: Duration) {
    let name = lookup.question.name
    // Mostly all is held already. Then nothing need be judged, and no copy of it is made for that.
    var mayOpen: RecordAdmission = { _, _ in nil }
    if lookup.outcome.isSuccess, let tracked = names[name], !tracked.holds(lookup) {
      mayOpen = admission(for: tracked, at: lookup.vantage)
    }
    changeHoldings(of: name, at: lookup.at) { watch in
      watch.names[name]?.take(lookup, hold: hold, longestGap: longestGap, mayOpen: mayOpen) ?? LedgerStep()
    }
  }

  /// When something that this question gave earlier ends next, if its run goes on.
  func nextEnd(_ question: Question, at vantage: Vantage) -> Timestamp? {
    names[question.name]?.nextEnd(of: question.type, at: vantage)
  }

  /// What a start would find in a history that has everything.
  var restorable: RestoredState {
    var state = RestoredState()
    for tracked in names.values.sorted(by: { $0.name < $1.name }) {
      for known in tracked.states {
        state.observations += known.records.map { $0.observation(of: tracked.name, at: known.vantage) }
        state.questions += known.questionStatuses(of: tracked.name)
      }
      guard tracked.isLearned else { continue }
      state.learnedNames.append(
        LearnedName(
          name: tracked.name, state: .admitted, firstSighted: sweptAt, lastSighted: sweptAt, sightings: 1,
          sources: [], denials: 0, resolvedAt: sweptAt))
    }
    state.snapshots = formerSnapshots
    for set in sets { state.snapshots[set.policy.name] = set.published }
    state.tags = tags
    return state
  }

  /// Drops what no history will take.
  mutating func dropPending() { pending = PendingChanges() }
}
