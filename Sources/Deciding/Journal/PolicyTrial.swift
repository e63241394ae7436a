internal import DNS
internal import HeapModule

/// Plays a journal through another policy, beside the recorded one, and tells how one set would have differed.
package struct PolicyTrial: Sendable {
  private let policies: [SetPolicy]
  private let set: SetName
  /// What was recorded; nil where it is replayed.
  private var track: RecordedTrack?
  private var replay = Replay(digesting: Self.noDigest)
  private var watch: Watch?
  private var runs = RunBook()
  private var ends = Heap<Wake>()
  private var held = Addresses()
  private var tried = Addresses()
  private var countedAt: Timestamp?
  private var report = PolicyTrialReport()

  /// - Parameters:
  ///   - policy: to be tried, in the place of the recorded one of the same name.
  ///   - others: policies of further sets, which share bounds with it where they share names.
  ///   - generations: those of the set that were recorded over the span, by number; nil, or with some of them missing,
  ///     has what was recorded replayed too, which takes twice as long.
  package init(
    _ policy: SetPolicy, others: [SetPolicy] = [], against generations: [RecordedGeneration]? = nil
  ) {
    policies = [policy] + others
    set = policy.name
    track = generations.map { RecordedTrack($0) }
  }

  /// Nobody compares what a trial publishes.
  private static let noDigest: @Sendable ([UInt8]) -> Digest = { _ in Digest(octets: []) }

  /// Takes the next step of the journal; as `Replay` does.
  package mutating func take(_ entry: JournalEntry, state: RestoredState? = nil) {
    pass(until: entry.at)
    countDifference(until: entry.at)
    if watch == nil, let state { begin(entry, state) }
    guard watch != nil else { return }
    if case .lookup(_, _, let answer) = entry.content { countPicks(answer, entry.count) }
    takeRecorded(entry, state)
    for last in runs.end(by: entry) { watch?.pass(to: last) }
    switch entry.content {
    case .lookup(let question, let vantage, _):
      guard let first = entry.firstLookup else { return }
      let slot = Journal.Slot(question: question, vantage: vantage)
      watch?.replay(first)
      runs.begin(entry, with: first)
      planEnd(of: slot, after: entry.at)
    case .started(let circumstances):
      watch?.replay(.vantages(circumstances.vantages), at: entry.at)
    case .swept:
      for told in runs.told(at: watch?.taps.keys.sorted() ?? [], until: entry.at) { watch?.pass(to: told) }
      watch?.replay(entry.content, at: entry.at)
    case .checkpoint, .decided, .undecided: break
    default: watch?.replay(entry.content, at: entry.at)
    }
    decide(at: entry.at)
  }

  /// What was found up to the last step.
  package var result: PolicyTrialReport { report }

  private mutating func begin(_ entry: JournalEntry, _ state: RestoredState) {
    let circumstances: JournalCircumstances
    switch entry.content {
    case .started(let known), .checkpoint(let known): circumstances = known
    default: return
    }
    var tried = JournalCircumstances(
      vantages: circumstances.vantages, taps: circumstances.taps, limits: circumstances.limits,
      policies: policies)
    tried.tags = circumstances.tags
    tried.networks = circumstances.networks
    watch = Watch(replaying: tried, from: state, at: entry.at, digesting: Self.noDigest)
    let base = state.snapshots[set]
    if track?.continues(base?.generation) == true { track?.start(after: base) } else { track = nil }
    let before = base?.elements.map(\.prefix) ?? []
    held = Addresses(before)
    self.tried = Addresses(before)
    countedAt = entry.at
  }

  /// Takes the recorded generations that came of a step.
  private mutating func takeRecorded(_ entry: JournalEntry, _ state: RestoredState?) {
    if track == nil {
      for publication in replay.take(entry, state: state) where publication.snapshot.set == set {
        held.take(publication.entered, publication.left)
        report.recorded.generations += 1
      }
    } else if entry.content == .decided {
      for generation in track?.pass(to: entry.at) ?? [] {
        held.take(generation.entered, generation.left)
        report.recorded.generations += 1
      }
    }
  }

  /// Lets end what ends within runs up to a moment.
  private mutating func pass(until now: Timestamp) {
    while let wake = ends.min, wake.at <= now {
      ends.removeMin()
      guard let run = runs[wake.slot], run.entry.number == wake.run else { continue }
      countDifference(until: wake.at)
      watch?.pass(to: run.lookup(at: wake.at))
      decide(at: wake.at)
      planEnd(of: wake.slot, after: wake.at)
    }
  }

  private mutating func planEnd(of slot: Journal.Slot, after now: Timestamp) {
    guard let run = runs[slot], let end = watch?.nextEnd(slot.question, at: slot.vantage), end > now,
      end <= run.entry.last
    else { return }
    ends.insert(Wake(at: end, slot: slot, run: run.entry.number))
  }

  private mutating func decide(at now: Timestamp) {
    guard watch?.isChanged == true, let batch = watch?.makeBatch(at: now) else { return }
    watch?.confirm(batch)
    for publication in batch.publications where publication.snapshot.set == set {
      tried.take(publication.entered, publication.left)
      report.tried.generations += 1
    }
  }

  /// Counts the answers that held an address which a set lacked just before: a client could have picked it.
  private mutating func countPicks(_ answer: JournalAnswer, _ count: Int64) {
    let addresses = answer.records.compactMap(\.address)
    guard answer.outcome == .answer, !addresses.isEmpty else { return }
    report.answers += count
    if !addresses.allSatisfy(held.contains) { report.recorded.lackingAnswers += 1 }
    if !addresses.allSatisfy(tried.contains) { report.tried.lackingAnswers += 1 }
  }

  private mutating func countDifference(until now: Timestamp) {
    guard let last = countedAt, now > last else { return }
    let span = Double((now - last).milliseconds)
    countedAt = now
    report.span += now - last
    report.recorded.addressTime += Double(held.count) * span
    report.tried.addressTime += Double(tried.count) * span
    report.mostMore = max(report.mostMore, tried.count - held.count)
    report.mostLess = max(report.mostLess, held.count - tried.count)
  }

  /// The elements of a set, from one generation to the next.
  private struct Addresses: Sendable {
    private var elements: Set<IPPrefix>
    /// Those that are no single addresses: none where names give the set.
    private var wide: [IPPrefix]

    init(_ elements: [IPPrefix] = []) {
      self.elements = Set(elements)
      wide = elements.filter { !$0.isHost }
    }

    var count: Int { elements.count }

    func contains(_ address: IPAddress) -> Bool {
      elements.contains(IPPrefix(address)) || wide.contains { $0.contains(address) }
    }

    mutating func take(_ entered: [IPPrefix], _ left: [IPPrefix]) {
      elements.formUnion(entered)
      elements.subtract(left)
      wide = wide.filter(elements.contains) + entered.filter { !$0.isHost }
    }
  }

  private struct Wake: Comparable, Sendable {
    let at: Timestamp
    let slot: Journal.Slot
    let run: Int64

    static func < (left: Wake, right: Wake) -> Bool { (left.at, left.run) < (right.at, right.run) }
  }
}

/// How a set would have differed under another policy.
package struct PolicyTrialReport: Hashable, Sendable {
  /// What one of the two policies led to.
  package struct Side: Hashable, Sendable {
    /// Generations that were published.
    package internal(set) var generations = 0
    /// Answers that held an address which the set lacked just before: a client could have picked it.
    package internal(set) var lackingAnswers: Int64 = 0
    /// Addresses in the set, summed over the milliseconds.
    var addressTime = 0.0
  }

  /// The time that was played.
  package internal(set) var span = Duration.zero
  /// Answers with addresses.
  package internal(set) var answers: Int64 = 0
  /// As it was.
  package internal(set) var recorded = Side()
  /// As it would have been.
  package internal(set) var tried = Side()
  /// By how many addresses the set would have been larger, at most.
  package internal(set) var mostMore = 0
  /// By how many addresses the set would have been smaller, at most.
  package internal(set) var mostLess = 0

  /// Addresses on average over the time that was played.
  package func averageAddresses(_ side: Side) -> Double {
    span > .zero ? side.addressTime / Double(span.milliseconds) : 0
  }
}
