internal import DNS

extension Watch {
  /// Whether a batch should be stored soon: something opened, ended, happened, or a set may change.
  package var isChanged: Bool { !pending.isEmpty || sets.contains { $0.isChanged && $0.isComplete } }

  /// Renewals are stored at most this many names at a time, so that a new address never waits behind them.
  package static let namesPerRenewal = 2000

  /// Takes all that the history lacks and decides about each changed set. Until `confirm` or `putBack` follows, no
  /// other batch may be made. Empty when there is nothing to store.
  package mutating func makeBatch(at now: Timestamp) -> HistoryBatch {
    var batch = HistoryBatch(at: now)
    noteDeciding(at: now)
    for index in sets.indices where sets[index].isChanged && sets[index].isComplete {
      if let publication = decide(about: index, at: now) { batch.publications.append(publication) }
    }
    batch.setStates = sets.compactMap { $0.unsavedState }
    batch.observations = pending.opened.values.map { current($0) }
    batch.questions = Set(pending.opened.keys.map(\.name)).flatMap { name in
      (names[name]?.states ?? []).flatMap { $0.questionStatuses(of: name) }
    }.map(withDue)
    batch.closed = pending.closed
    batch.rejections = pending.rejections
    batch.retiredQuestions = pending.retiredQuestions
    batch.forgottenNames = pending.forgottenNames
    batch.learnedNames = quarantine.takeUnsaved()
    batch.sightings = sightings.takeUnsaved()
    batch.events = pending.events
    batch.appliedDecisions = pending.appliedDecisions
    batch.positions = pending.positions.values.sorted { $0.path < $1.path }
    takeJournal(into: &batch, at: now)
    pending.opened = [:]
    pending.closed = []
    pending.rejections = []
    pending.retiredQuestions = []
    pending.forgottenNames = []
    pending.events = []
    pending.appliedDecisions = []
    pending.positions = [:]
    return batch
  }

  /// Takes renewals that the history lacks: what was seen again, and how questions stand. Losing them costs only
  /// that the next start holds addresses a little longer.
  ///
  /// - Parameter most: as many names; the rest comes with the next batch.
  package mutating func makeRenewals(at now: Timestamp, namesUpTo most: Int = namesPerRenewal) -> HistoryBatch
  {
    var batch = HistoryBatch(at: now)
    let unsaved = names.values.lazy.filter { $0.states.contains(where: \.isUnsaved) }.map(\.name)
    for name in Array(unsaved.prefix(most)) {
      guard let taken = names[name]?.takeUnsaved() else { continue }
      batch.observations += taken.observations.filter { pending.opened[$0.key] == nil }
      batch.questions += taken.questions.map(withDue)
      batch.coverages += takeUnsavedCoverage(of: name, at: now)
    }
    (batch.uncoveredNames, batch.dismissedNames) = uncovered.takeUnsaved()
    takeJournal(into: &batch, at: now)
    return batch
  }

  /// Takes what the history lacks of the journal, and how the names stand of which it tells something new. Both are stored at
  /// once, so that a start after a crash knows neither more nor less than the journal.
  private mutating func takeJournal(into batch: inout HistoryBatch, at now: Timestamp) {
    for tracked in (journal?.newNames ?? []).compactMap({ names[$0] }) {
      for state in tracked.states {
        batch.observations += state.records.map { $0.observation(of: tracked.name, at: state.vantage) }
          .filter { pending.opened[$0.key] == nil }
        batch.questions += state.questionStatuses(of: tracked.name).map(withDue)
      }
    }
    batch.journal = journal?.takeUnsaved(at: now) ?? []
  }

  /// The history has the batch: its generations may be served.
  package mutating func confirm(_ batch: HistoryBatch) {
    for publication in batch.publications {
      guard let index = sets.firstIndex(where: { $0.policy.name == publication.snapshot.set }) else {
        continue
      }
      sets[index].publish(publication.snapshot)
    }
    for state in batch.setStates {
      guard let index = sets.firstIndex(where: { $0.policy.name == state.set }) else { continue }
      sets[index].noteSaved(state)
    }
    for index in sets.indices { sets[index].noteStored() }
  }

  /// The history could not take the batch: it waits for the next try, in order, and nothing of it was published.
  package mutating func putBack(_ batch: HistoryBatch) {
    let newer = pending
    pending.opened = [:]
    for observation in batch.observations
    where !newer.closed.contains(where: { $0.observation.key == observation.key }) {
      pending.opened[observation.key] = observation
    }
    pending.opened.merge(newer.opened) { $1 }
    pending.closed = batch.closed + newer.closed
    pending.rejections = batch.rejections + newer.rejections
    pending.retiredQuestions = batch.retiredQuestions + newer.retiredQuestions
    pending.forgottenNames = batch.forgottenNames + newer.forgottenNames
    pending.events = (batch.events + newer.events).suffix(10_000)
    pending.appliedDecisions = batch.appliedDecisions + newer.appliedDecisions
    pending.positions = Dictionary(batch.positions.map { ($0.path, $0) }) { $1 }.merging(newer.positions) {
      $1
    }
    for learned in batch.learnedNames { quarantine.markUnsaved(learned.name) }
    for entry in batch.sightings { sightings.markUnsaved(entry.name) }
    journal?.putBack(batch.journal)
    for part in batch.coverages { coverage.estimators[part.question]?.isUnsaved = true }
    uncovered.putBack(batch.uncoveredNames, gone: batch.dismissedNames)
    for index in sets.indices { sets[index].undecide() }
  }

  /// Takes where a followed file stands; stored with what was read from it.
  package mutating func take(_ position: FollowerPosition) { pending.positions[position.path] = position }

  private mutating func decide(about index: Int, at now: Timestamp) -> Publication? {
    if sets[index].policy.isGivenByTags { return decideByTags(about: index, at: now) }
    let builder = SnapshotBuilder(sets[index].policy, through: sets[index].gate, digesting: digesting)
    let elements = isReplayed ? redraft(index, by: builder) : elements(of: index, by: builder)
    let step = builder.step(
      from: sets[index].published, to: elements, forgotten: sets[index].forgotten,
      isApproved: sets[index].isApproved, at: now)
    if isReplayed {
      sets[index].decided(step)
      return step.publication
    }
    let set = sets[index]
    noteObjections(set, step.objections, at: now)
    if let publication = step.publication { noteOutside(publication, of: set, at: now) }
    sets[index].decided(step)
    return step.publication
  }

  private mutating func decideByTags(about index: Int, at now: Timestamp) -> Publication? {
    let step = tagStep(of: sets[index], at: now)
    if !isReplayed {
      noteObjections(sets[index], step.objections, at: now)
      if let publication = step.publication { noteOpened(publication, of: sets[index], at: now) }
    }
    sets[index].decided(step)
    return step.publication
  }

  private func elements(of index: Int, by builder: SnapshotBuilder) -> [SetElement] {
    builder.elements(
      of: names.values.lazy.filter { $0.sets.contains(index) }.map { (name: $0.name, states: $0.states) })
  }

  /// The same for a replay, which makes only those anew that may have changed; when the others were last seen stays behind.
  private mutating func redraft(_ index: Int, by builder: SnapshotBuilder) -> [SetElement] {
    guard let draft = sets[index].draft else {
      let all = elements(of: index, by: builder)
      sets[index].keepDraft(all)
      return all
    }
    let touched = sets[index].touched
    var givers = Set<DomainName>()
    for address in touched { givers.formUnion(sets[index].givers[address] ?? []) }
    let fresh = builder.elements(
      of: givers.compactMap { names[$0] }.map { (name: $0.name, states: $0.states) }, only: touched)
    let elements = SnapshotBuilder.redrafted(draft, touched, with: fresh)
    sets[index].keepDraft(elements)
    return elements
  }

  private mutating func noteObjections(_ set: WatchedSet, _ objections: [GuardObjection], at now: Timestamp) {
    let name = set.policy.name.text
    if set.objections.isEmpty, !objections.isEmpty {
      pending.note(.setHeld, name, objections.map(\.description).joined(separator: "; "), at: now)
    } else if !set.objections.isEmpty, objections.isEmpty {
      pending.note(.setReleased, name, "no guard objects any more", at: now)
    }
  }

  private func withDue(_ status: QuestionStatus) -> QuestionStatus {
    var status = status
    status.due = schedule.due(status.question, at: status.vantage)
    return status
  }

  /// An observation as it stands now: it may have been seen again since it opened.
  private func current(_ opened: Observation) -> Observation {
    let state = names[opened.key.name]?.state(at: opened.key.vantage)
    let record = state?.records.first {
      $0.owner == opened.key.owner && $0.type == opened.key.type && $0.data == opened.key.data
    }
    return record?.observation(of: opened.key.name, at: opened.key.vantage) ?? opened
  }
}

extension WatchedSet {
  /// How the set stands, when that differs from what the history has; the time alone counts from a minute on.
  var unsavedState: SetState? {
    guard let checkedAt else { return nil }
    let state = SetState(
      set: policy.name, status: status, heldReasons: objections.map(\.description), checkedAt: checkedAt,
      maxStale: policy.maxStale)
    guard let savedState else { return state }
    let isNews =
      savedState.status != state.status || savedState.heldReasons != state.heldReasons
      || savedState.maxStale != state.maxStale || checkedAt - savedState.checkedAt >= .seconds(60)
    return isNews ? state : nil
  }
}
