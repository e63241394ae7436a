package import DNS

/// Plays a journal and compares each generation that comes of it with the recorded one.
package struct ReplayComparison: Sendable {
  private let recorded: [SetName: RecordedTrack]
  private var bases: [SetName: Snapshot] = [:]
  private var replay: Replay
  /// The steps since the last generation: what explains a difference.
  private var recent = [JournalEntry]()
  private var report: ReplayReport
  private var end: Timestamp

  /// - Parameters:
  ///   - recorded: the sets to compare, each with its generations since `start` by number, without a gap.
  ///   - start: when the state was stored from which the journal is played.
  package init(
    with recorded: [SetName: [RecordedGeneration]], since start: Timestamp,
    digesting: @escaping @Sendable ([UInt8]) -> Digest
  ) {
    self.recorded = recorded.mapValues { RecordedTrack($0) }
    replay = Replay(digesting: digesting)
    report = ReplayReport(start: start)
    end = start
  }

  /// What was found so far.
  package var result: ReplayReport {
    var report = report
    report.steps = replay.steps
    report.lookups = replay.lookups
    return report
  }

  /// Takes the next step of the journal; as `Replay` does.
  ///
  /// - Returns: whether to go on: not after a difference.
  package mutating func take(_ entry: JournalEntry, state: RestoredState? = nil) -> Bool {
    if replay.steps == 0, let state { bases = state.snapshots }
    recent.append(entry)
    end = entry.at
    let publications = replay.take(entry, state: state)
    noteGap(at: entry.at)
    if publications.isEmpty, entry.content != .decided, recent.count < Self.mostRecent { return true }
    for publication in publications {
      compare(publication.snapshot)
      guard report.difference == nil else { return false }
    }
    recent = []
    return true
  }

  /// Looks for generations that were recorded up to the last step and didn't come out.
  package mutating func finish() {
    for published in replay.publishedSets where report.difference == nil {
      let snapshot = published.snapshot
      guard let track = recorded[snapshot.set], let newest = track.newest(at: end),
        newest.generation > snapshot.generation
      else { continue }
      report.difference = difference(snapshot, newest, in: track, at: nil)
    }
  }

  private static let mostRecent = 10_000

  private mutating func noteGap(at now: Timestamp) {
    if !replay.isUnderWay {
      if report.gaps.last.map({ $0.until != nil }) ?? true { report.gaps.append(ReplayGap(since: now)) }
    } else if let last = report.gaps.indices.last, report.gaps[last].until == nil {
      report.gaps[last].until = now
    }
  }

  private mutating func compare(_ replayed: Snapshot) {
    guard let track = recorded[replayed.set] else { return }
    guard !track.isForgotten(replayed.generation) else {
      report.forgotten += 1
      return
    }
    let record = track.record(replayed.generation)
    guard let record, record.digest == replayed.digest, record.at == replayed.at else {
      report.difference = difference(replayed, record, in: track, at: replayed.at)
      return
    }
    report.generations += 1
    report.last[replayed.set] = replayed.generation
  }

  private func difference(
    _ replayed: Snapshot, _ record: GenerationRecord?, in track: RecordedTrack, at moment: Timestamp?
  ) -> ReplayDifference {
    let was = record.map { track.prefixes(in: $0.generation, after: bases[replayed.set]) } ?? []
    let would = Set(replayed.elements.map(\.prefix))
    let (missing, surplus) = (was.subtracting(would).sorted(), would.subtracting(was).sorted())
    let changed = Set(missing + surplus)
    let telling = moment == nil ? nil : recent.last { $0.tells(ofAny: changed) }
    return ReplayDifference(
      set: replayed.set, generation: record?.generation ?? replayed.generation, at: moment,
      recordedAt: record?.at, missing: missing, surplus: surplus, step: (telling ?? recent.last)?.number ?? 0,
      isTold: telling != nil)
  }
}

/// What came of a comparison.
package struct ReplayReport: Hashable, Sendable {
  /// From where the journal was played.
  package let start: Timestamp
  /// Steps of the journal.
  package internal(set) var steps = 0
  /// Lookups that they stand for.
  package internal(set) var lookups: Int64 = 0
  /// Generations that came out as recorded.
  package internal(set) var generations = 0
  /// Generations that came out and can't be compared, since the history doesn't keep the recorded ones any more.
  package internal(set) var forgotten = 0
  /// Where nothing could be compared, in order.
  package internal(set) var gaps: [ReplayGap] = []
  /// Of each set the last generation that came out as recorded.
  package internal(set) var last: [SetName: Generation] = [:]
  /// The first generation that came out otherwise; nil when none did.
  package internal(set) var difference: ReplayDifference?

  init(start: Timestamp) { self.start = start }
}

/// A span that can't be replayed: it begins with a start after a crash, of which the journal doesn't tell all that was known,
/// and whose state was removed.
package struct ReplayGap: Hashable, Sendable {
  /// The start.
  package let since: Timestamp
  /// The next start or checkpoint whose state is kept; nil when none follows.
  package internal(set) var until: Timestamp?

  init(since: Timestamp) { self.since = since }
}

/// The first generation that came out otherwise.
package struct ReplayDifference: Hashable, Sendable {
  /// Whose generation it is.
  package let set: SetName
  /// Its number.
  package let generation: Generation
  /// When it came out; nil when no such generation came of the replay.
  package let at: Timestamp?
  /// When it was published; nil when no such generation was recorded.
  package let recordedAt: Timestamp?
  /// Recorded and not replayed, sorted.
  package let missing: [IPPrefix]
  /// Replayed and not recorded, sorted.
  package let surplus: [IPPrefix]
  /// The last step of the journal that may tell why.
  package let step: Int64
  /// Whether that step holds one of the addresses.
  package let isTold: Bool
}

extension JournalEntry {
  /// Whether a lookup found any of these addresses.
  fileprivate func tells(ofAny changed: Set<IPPrefix>) -> Bool {
    guard case .lookup(_, _, let answer) = content else { return false }
    return answer.records.compactMap(\.address).contains { changed.contains(IPPrefix($0)) }
  }
}
