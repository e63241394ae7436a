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
  mutating func replay(_ lookup: Lookup) { takeIn(lookup) }

  /// Goes on to the last lookup of a run, in which nothing began, ended, entered or left.
  mutating func go(to last: Lookup) { names[last.question.name]?.go(to: last) }

  /// Goes on to a later lookup of a run, where something may end on the way: under another policy, or since time was let
  /// pass for a tap.
  mutating func pass(to later: Lookup) {
    let name = later.question.name
    guard let tracked = names[name] else { return }
    changeHoldings(of: name, at: later.at) { watch in
      let (hold, mayOpen) = (watch.bounds(of: tracked).hold, watch.admission(for: tracked, at: later.vantage))
      return watch.names[name]?.take(
        later, hold: hold, longestGap: QuestionClock.anyGap, mayOpen: mayOpen) ?? LedgerStep()
    }
  }

  /// When something that this question gave earlier ends next, if its run goes on.
  func nextEnd(_ question: Question, at vantage: Vantage) -> Timestamp? {
    guard let tracked = names[question.name] else { return nil }
    return tracked.state(at: vantage)?.nextEnd(
      of: question.type, retentions: tracked.sets.map { sets[$0].policy.retention })
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
