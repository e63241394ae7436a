internal import DNS

/// Keeps what decisions are made from, run-length coded: of lookups that tell the same, the first and the last.
///
/// A lookup that changed what is held begins a run of its own. So the lookups inside a run only let time pass, and a
/// replay may leave them out.
package struct Journal: Sendable {
  private var next: Int64
  private var runs: [Slot: Run] = [:]
  /// What the history doesn't have, in order: runs that ended, and what is no lookup.
  private var pending: [JournalEntry] = []
  /// Runs that go on, of which the history has nothing.
  private var begun = Set<Slot>()
  /// The names of runs that the history never got, whose standing must be stored with them.
  private(set) var newNames = Set<DomainName>()
  /// When the ends of runs that go on were taken last.
  private var extendedAt: Timestamp

  /// How often the ends of runs that go on are stored. A crash loses them, and with them nothing that was decided: a run
  /// is stored whole before whatever follows it.
  private static let extending = Duration.seconds(3600)
  /// The last time that was let pass without a step.
  private var sweptAt: Timestamp?
  private var sweepNotedAt: Timestamp
  private static let sweeping = Duration.seconds(60)

  /// A journal with nothing in it yet.
  ///
  /// - Parameter number: of the first step.
  package init(from number: Int64, at now: Timestamp) {
    next = number
    extendedAt = now
    sweepNotedAt = now
  }

  /// Whether the history has all but the ends of runs that go on.
  var isEmpty: Bool { pending.isEmpty && begun.isEmpty }

  /// Takes a lookup of a tracked name.
  ///
  /// - Parameters:
  ///   - isNews: whether it changed what is held.
  ///   - longestGap: the most of a pause between lookups that counts as watched; a longer one ends the run.
  package mutating func note(_ lookup: Lookup, _ answer: JournalAnswer, isNews: Bool, longestGap: Duration) {
    noteSweep(before: lookup.at)
    let slot = Slot(question: lookup.question, vantage: lookup.vantage)
    if !isNews, let run = runs[slot], run.answer == answer, run.entry.last <= lookup.at,
      lookup.at - run.entry.last <= longestGap
    {
      runs[slot]?.entry.last = lookup.at
      runs[slot]?.entry.count += 1
      runs[slot]?.isExtended = true
      return
    }
    if let run = runs[slot], run.isExtended || begun.contains(slot) { pending.append(run.entry) }
    flushSweep()
    let entry = step(.lookup(lookup.question, lookup.vantage, answer), at: lookup.at)
    runs[slot] = Run(entry: entry, answer: answer)
    begun.insert(slot)
    newNames.insert(lookup.question.name)
  }

  /// Takes something that is no lookup.
  mutating func note(_ content: JournalContent, at now: Timestamp) {
    flushSweep()
    endRuns { content.endsRun(of: $0.question, at: $0.vantage) }
    pending.append(step(content, at: now))
  }

  /// Takes note that time was let pass for what ages without lookups.
  ///
  /// - Parameter isNews: whether anything ended by it. Otherwise one step in a minute is enough: the sums are the same.
  mutating func noteSweep(at now: Timestamp, isNews: Bool) {
    noteSweep(before: now)
    if isNews || now - sweepNotedAt >= Self.sweeping || now < sweepNotedAt {
      sweepNotedAt = now
      sweptAt = nil
      pending.append(step(.swept, at: now))
    } else {
      sweptAt = now
    }
  }

  /// Ends the runs that go on, so that their ends are stored with the next batch.
  private mutating func endRuns(where isOver: (Slot) -> Bool = { _ in true }) {
    for slot in Array(runs.keys) where isOver(slot) {
      guard let run = runs.removeValue(forKey: slot) else { continue }
      if begun.remove(slot) != nil || run.isExtended { pending.append(run.entry) }
    }
  }

  /// Has all be stored with the next batch: of runs that go on their ends, and the time that was let pass last.
  mutating func end() {
    flushSweep()
    endRuns()
  }

  /// Takes what the history lacks, by number.
  package mutating func takeUnsaved(at now: Timestamp) -> [JournalEntry] {
    // By number: a run that the history refused may have grown or ended since, and what was told last counts.
    var taken = Dictionary(pending.map { ($0.number, $0) }) { $1 }
    pending = []
    if now - extendedAt >= Self.extending || now < extendedAt {
      extendedAt = now
      for slot in runs.keys where runs[slot]?.isExtended == true { begun.insert(slot) }
    }
    for slot in begun {
      guard let run = runs[slot] else { continue }
      taken[run.entry.number] = run.entry
      runs[slot]?.isExtended = false
    }
    begun = []
    newNames = []
    return taken.values.sorted { $0.number < $1.number }
  }

  /// The history could not take these. Of what was decided nothing was published; a checkpoint is not among them, since
  /// it would hold what was known later.
  mutating func putBack(_ entries: [JournalEntry]) {
    var kept = [JournalEntry]()
    for entry in entries {
      switch entry.content {
      case .checkpoint: continue
      case .decided, .undecided:
        // While nothing new is told, a history that refuses for hours must not fill the memory.
        if case .undecided? = kept.last?.content { kept.removeLast() }
        kept.append(
          JournalEntry(
            number: entry.number, at: entry.at, last: entry.last, count: entry.count, content: .undecided))
      case .lookup(let question, _, _):
        newNames.insert(question.name)
        kept.append(entry)
      default: kept.append(entry)
      }
    }
    pending = kept + pending
  }

  /// Before a pause, the last time that was let pass counts: of the pause itself not all does.
  private mutating func noteSweep(before now: Timestamp) {
    guard let last = sweptAt, now - last >= Self.sweeping || now < last else { return }
    flushSweep()
  }

  /// Between two steps time that was let pass amounts to the same in one go; over a step it doesn't.
  private mutating func flushSweep() {
    guard let last = sweptAt else { return }
    sweptAt = nil
    sweepNotedAt = last
    pending.append(step(.swept, at: last))
  }

  private mutating func step(_ content: JournalContent, at now: Timestamp) -> JournalEntry {
    defer { next += 1 }
    return JournalEntry(number: next, at: now, last: now, count: 1, content: content)
  }

  /// A question at a vantage.
  struct Slot: Hashable {
    let question: Question
    let vantage: Vantage
  }

  private struct Run {
    var entry: JournalEntry
    let answer: JournalAnswer
    /// Whether it grew since the history got it.
    var isExtended = false
  }
}
