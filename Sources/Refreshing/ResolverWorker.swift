package import DNS
package import Deciding
package import Logging
internal import ServiceLifecycle

/// The loop of the service: what is due is resolved, what came of it is recorded, decided about and published.
///
/// All knowledge is in `Watch`; this actor only moves values between it and the adapters. A generation is published
/// after the history has it.
package actor ResolverWorker: Service {
  private var watch: Watch
  private let resolver: any Resolver
  private let recorder: any HistoryRecorder
  private let tags: (any TagReading)?
  private let publisher: any SetPublisher
  private let clock: any WallClock
  private let logger: Logger
  private let measures: WorkerMeasures
  /// Takes events that the history has; must return at once.
  private let tell: @Sendable ([Event]) -> Void
  /// Rung when there may be something to ask.
  private let asking = Alarm()
  /// Rung when there may be something to store.
  private let saving = Alarm()
  private var outstanding = 0
  private var renewedAt: Timestamp
  /// Why the history can't be written; nil while it can.
  private var historyFault: String?
  private var isPublishing = false
  private var mustPublish = false

  /// How long changes gather before they are stored: many answers come at once.
  private static let gathering = Duration.milliseconds(10)
  /// How often renewals are stored.
  private static let renewal = Duration.seconds(15)
  /// How often changes may come before renewals until these are stored all the same.
  private static let mostTries = 8
  /// How often operators' decisions are looked for.
  private static let listening = Duration.seconds(2)
  /// How many times as long time is let pass over what is held.
  private static let sweepEvery = 5

  /// - Parameters:
  ///   - tags: where imported service tags are read when a decision tells of them; nil for none.
  ///   - tell: takes events once the history has them; it must return at once.
  package init(
    watch: Watch, resolver: any Resolver, recorder: any HistoryRecorder, tags: (any TagReading)? = nil,
    publisher: any SetPublisher, clock: any WallClock, logger: Logger,
    tell: @escaping @Sendable ([Event]) -> Void = { _ in }
  ) {
    self.watch = watch
    self.resolver = resolver
    self.recorder = recorder
    self.tags = tags
    self.publisher = publisher
    self.clock = clock
    self.logger = logger
    self.tell = tell
    measures = WorkerMeasures()
    renewedAt = clock.now
    checkpointAt = clock.now
    savedVantages = ([:], clock.now)
  }

  /// Runs until the service is told to shut down; then stores what is left.
  package func run() async throws {
    await publishAll()
    _ = await cancelWhenGracefulShutdown {
      await withTaskGroup(of: Void.self) { group in
        group.addTask { await self.ask() }
        group.addTask { await self.save() }
        group.addTask { await self.sweep() }
      }
    }
    await storeAll()
  }

  /// One round: everything that is due is asked once and stored. For cron, without the service.
  ///
  /// - Returns: what is published afterwards, and how the sets stand.
  package func runOnce(deadline: Duration) async -> (sets: [PublishedSet], readiness: Readiness) {
    let end = clock.now + deadline
    await takeDecisions()
    await withTaskGroup(of: Void.self) { group in
      while clock.now < end {
        askDue(in: &group)
        let wake = watch.nextWake(after: clock.now)
        if outstanding == 0, wake.map({ $0 - clock.now > Self.roundIsOver }) ?? true { break }
        await wait(asking, until: min(wake ?? end, end))
      }
      group.cancelAll()
    }
    watch.sweep(at: clock.now)
    await storeAll()
    return (watch.publishedSets, readiness)
  }

  /// What is due later than this belongs to the next round.
  private static let roundIsOver = Duration.seconds(1)

  /// Takes in names that clients were seen to use, with where their source stands.
  ///
  /// - Parameters:
  ///   - related: names that no set watches but that look related; a person decides about them.
  ///   - position: stored together with what becomes of the names.
  /// - Returns: those refused, with the reason.
  @discardableResult
  package func observe(
    _ sightings: [Sighting], related: [RelatedSighting] = [], position: FollowerPosition? = nil
  ) -> [(name: DomainName, reason: SightingRefusal)] {
    let refused = watch.take(sightings)
    watch.take(related)
    if let position { watch.take(position) }
    measures.count(sightings)
    wake()
    return refused
  }

  /// Takes in what a tap brought; the answers of a trusted one count like our own lookups.
  package func observe(_ report: TapReport) {
    watch.take(report)
    measures.count(report.sightings)
    for lookup in report.lookups { measures.count(lookup) }
    wake()
  }

  /// Takes note of whether somebody is connected to a trusted tap.
  package func noteTap(_ tap: Vantage, isLive: Bool) {
    watch.noteTap(tap, isLive: isLive, at: clock.now)
    wake()
  }

  /// Takes in how sources do: shown at once, stored with the next renewals.
  package func note(_ reports: [SourceReport]) {
    for report in reports {
      let dropped = report.dropped - (sourceReports[report.label]?.dropped ?? 0)
      if dropped > 0 { watch.noteDropped(dropped, by: report.label, at: clock.now) }
      if report.isNews(after: sourceReports[report.label]) { mustRenew = true }
      sourceReports[report.label] = report
      unsavedReports.insert(report.label)
    }
    measures.record(reports)
    if mustRenew { saving.ring() }
  }

  /// Takes in an event of another part of the service, to be stored and logged as our own are.
  package func note(_ event: Event) {
    watch.note(event)
    saving.ring()
  }

  /// Where the aliases of tracked names lead: another name that leads there looks related.
  package var aliasTargets: Set<DomainName> { watch.aliasTargets }

  /// How each source does, by label.
  package private(set) var sourceReports: [String: SourceReport] = [:]
  private var unsavedReports = Set<String>()
  /// How vantages did when that was last stored.
  private var savedVantages: (reports: [String: VantageReport], at: Timestamp)
  /// Whether something waits with the renewals that a person would look for at once.
  private var mustRenew = false

  private func wake() {
    asking.ring()
    saving.ring()
  }

  /// Looks for operator decisions now.
  package func takeDecisions() async {
    do {
      let decisions = try await recorder.pendingDecisions().filter { $0.id > lastDecision }
      guard let last = decisions.map(\.id).max() else { return }
      let book =
        decisions.contains { $0.kind == .importTags } ? try await tags?.currentTags() : nil
      lastDecision = last
      if let book { watch.replaceTags(book, at: clock.now) }
      watch.take(decisions, at: clock.now)
      wake()
    } catch {
      // A read that our own stop cut off says nothing about the history.
      if !Task.isCancelled { noteHistoryFault(error) }
    }
  }

  /// Takes in that the kept service tags are still current.
  package func renewTags() async {
    do {
      guard let book = try await tags?.currentTags() else { return }
      watch.replaceTags(book, at: clock.now)
      wake()
    } catch {
      if !Task.isCancelled { noteHistoryFault(error) }
    }
  }

  /// The newest decision that was taken in. Ids only grow, and one that is taken may still be read as pending until its
  /// commit is through: none takes effect twice.
  private var lastDecision: Int64 = 0

  /// Follows a change of the upstreams.
  package func replaceVantages(_ vantages: [Vantage]) {
    watch.replaceVantages(vantages, at: clock.now)
    asking.ring()
  }

  /// How each tracked name stands, with when each of its questions is due.
  package var nameReports: [NameReport] { watch.nameReports }

  /// How each upstream does.
  package var vantageHealth: [(vantage: Vantage, health: VantageHealth)] { watch.vantageHealth }

  private var readiness: Readiness {
    let readiness = watch.readiness
    guard let historyFault else { return readiness }
    return Readiness(
      faults: readiness.faults + [
        "the history can't be written, so nothing new is published: \(historyFault)"
      ],
      warnings: readiness.warnings)
  }

  private func ask() async {
    await withTaskGroup(of: Void.self) { group in
      while !Task.isCancelled {
        askDue(in: &group)
        await wait(
          asking, until: outstanding < watch.limits.outstanding ? watch.nextWake(after: clock.now) : nil)
      }
      group.cancelAll()
    }
  }

  private func askDue(in group: inout TaskGroup<Void>) {
    while outstanding < watch.limits.outstanding, let next = watch.takeDue(at: clock.now) {
      outstanding += 1
      let resolver = resolver
      group.addTask {
        let lookup = await resolver.lookup(next.question, at: next.vantage)
        await self.take(lookup)
      }
    }
  }

  private func take(_ lookup: Lookup) {
    outstanding -= 1
    let doubted = watch.doubtedVantages
    defer {
      // Somebody looks when a vantage is set aside, and the next start must know.
      if watch.doubtedVantages != doubted { mustRenew = true }
    }
    // A stop of ours or the resolver's says nothing about the name, and must not be remembered as a failure.
    if lookup.outcome == .failure(.cancelled) {
      watch.takeBack(lookup)
    } else {
      watch.take(lookup)
      measures.count(lookup)
    }
    asking.ring()
    if watch.isChanged { saving.ring() }
  }

  private func save() async {
    while !Task.isCancelled {
      await wait(saving, until: renewedAt + Self.renewal)
      if watch.isChanged { await clock.sleep(for: Self.gathering) }
      guard await storeChanges() else {
        await clock.sleep(for: .seconds(1))
        saving.ring()
        continue
      }
      // Here, since no two batches may be under way at once.
      if isCheckpointDue { await storeCheckpoint() }
      if mustRenew || clock.now - renewedAt >= Self.renewal || clock.now < renewedAt { await storeRenewals() }
    }
  }

  private func sweep() async {
    for round in 1... {
      await clock.sleep(for: Self.listening)
      if Task.isCancelled { return }
      await takeDecisions()
      guard round.isMultiple(of: Self.sweepEvery) else { continue }
      watch.sweep(at: clock.now)
      if isCheckpointDue { saving.ring() }
      asking.ring()
      measures.record(watch.figures, watch.vantageHealth)
      if watch.isChanged { saving.ring() }
      await publishAll()
    }
  }

  /// Stores what changed and publishes it; false when the history refused.
  private func storeChanges() async -> Bool {
    let batch = watch.makeBatch(at: clock.now)
    guard !batch.isEmpty else { return true }
    guard await commit(batch) else {
      watch.putBack(batch)
      await publishAll()
      return false
    }
    watch.confirm(batch)
    for publication in batch.publications {
      logger.info(
        "published a generation",
        metadata: [
          "set.name": "\(publication.snapshot.set)", "set.generation": "\(publication.snapshot.generation)",
          "set.elements": "\(publication.snapshot.elements.count)",
          "set.entered": "\(publication.entered.count)",
          "set.left": "\(publication.left.count)",
        ])
    }
    tell(batch.events)
    for event in batch.events {
      measures.count(event)
      logger.notice(
        "event",
        metadata: [
          "event.kind": "\(event.kind)", "event.subject": "\(event.subject)",
          "event.detail": "\(event.detail)",
        ])
    }
    await publishAll()
    return true
  }

  private func storeRenewals() async {
    renewedAt = clock.now
    mustRenew = false
    var vantages = changedVantages
    while true {
      // What came meanwhile goes first, so that the journal tells of nothing whose outcome isn't stored.
      for _ in 0..<Self.mostTries where watch.isChanged { guard await storeChanges() else { return } }
      var batch = watch.makeRenewals(at: clock.now)
      let labels = unsavedReports
      unsavedReports = []
      batch.sourceReports = labels.sorted().compactMap { sourceReports[$0] }
      batch.vantageReports = vantages
      vantages = nil
      guard !batch.isEmpty else { return }
      guard await commit(batch) else {
        unsavedReports.formUnion(labels)
        return watch.putBack(batch)
      }
      if let reports = batch.vantageReports {
        measures.record(reports)
        savedVantages = (Dictionary(reports.map { ($0.label, $0) }) { first, _ in first }, batch.at)
      }
    }
  }

  /// How often all that is known is stored beside the journal.
  private static let checkpointEvery = Duration.seconds(7 * 86_400)
  private var checkpointAt: Timestamp
  private var isCheckpointDue: Bool { clock.now - checkpointAt >= Self.checkpointEvery }

  private func storeCheckpoint() async {
    // What waits goes first, so that little is left for the one commit that must hold all.
    await storeAll()
    let batch = watch.makeCheckpoint(at: clock.now)
    guard await commit(batch) else { return watch.putBack(batch) }
    watch.confirm(batch)
    checkpointAt = batch.at
    await publishAll()
  }

  /// How vantages do, when there is news or what is stored is a minute old.
  private var changedVantages: [VantageReport]? {
    let reports = watch.vantageReports
    let saved = savedVantages.reports
    let isNews =
      reports.count != saved.count || reports.contains { $0.isNews(after: saved[$0.label]) }
    return isNews || clock.now - savedVantages.at >= .seconds(60) ? reports : nil
  }

  private func storeAll() async {
    watch.endJournalRuns()
    guard await storeChanges() else { return }
    await storeRenewals()
  }

  private func commit(_ batch: HistoryBatch) async -> Bool {
    let start = ContinuousClock.now
    do {
      try await recorder.commit(batch)
      measures.committed(in: ContinuousClock.now - start)
      if historyFault != nil {
        historyFault = nil
        logger.notice("the history can be written again")
      }
      return true
    } catch {
      noteHistoryFault(error)
      return false
    }
  }

  private func noteHistoryFault(_ error: any Error) {
    measures.commitFailed()
    let fault = "\(error)"
    if historyFault != fault { logger.error("the history failed", metadata: ["error": "\(fault)"]) }
    historyFault = fault
  }

  /// Publishes how everything stands. A publisher that is busy is called once more when it is done: an older state must
  /// not arrive after a newer one.
  private func publishAll() async {
    mustPublish = true
    guard !isPublishing else { return }
    isPublishing = true
    defer { isPublishing = false }
    while mustPublish {
      mustPublish = false
      await publisher.publish(watch.publishedSets, readiness: readiness)
    }
  }

  private func wait(_ alarm: Alarm, until moment: Timestamp?) async {
    let clock = clock
    let span = moment.map { max(.zero, $0 - clock.now) } ?? .seconds(3600)
    guard span > .zero else { return await Task.yield() }
    await alarm.wait { await clock.sleep(for: span) }
  }
}
