internal import DNS

/// Keeps what decisions are made from, run-length coded: of lookups that tell the same, the first and the last.
///
/// A lookup that changed what is held begins a run of its own. So the lookups inside a run only let time pass, and a
/// replay may leave them out.
struct Journal: Sendable {
  private var next: Int64
  private var runs: [Slot: Run] = [:]
  /// What the history doesn't have, in order: runs that ended, and what is no lookup.
  private var pending: [JournalEntry] = []
  /// Runs that go on, of which the history has nothing.
  private var begun = Set<Slot>()
  /// When the ends of runs that go on were taken last.
  private var extendedAt: Timestamp

  /// How often the ends of runs that go on are stored. A crash loses them, and with them nothing that was decided: a run
  /// is stored whole before whatever follows it.
  private static let extending = Duration.seconds(3600)

  /// - Parameter number: of the first step.
  init(from number: Int64, at now: Timestamp) {
    next = number
    extendedAt = now
  }

  /// Whether the history has all but the ends of runs that go on.
  var isEmpty: Bool { pending.isEmpty && begun.isEmpty }

  /// Takes a lookup of a tracked name.
  ///
  /// - Parameters:
  ///   - isNews: whether it changed what is held.
  ///   - longestGap: the most of a pause between lookups that counts as watched; a longer one ends the run.
  mutating func note(_ lookup: Lookup, _ answer: JournalAnswer, isNews: Bool, longestGap: Duration) {
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
    let entry = step(.lookup(lookup.question, lookup.vantage, answer), at: lookup.at)
    runs[slot] = Run(entry: entry, answer: answer)
    begun.insert(slot)
  }

  /// Takes something that is no lookup.
  mutating func note(_ content: JournalContent, at now: Timestamp) {
    pending.append(step(content, at: now))
  }

  /// Takes what the history lacks, by number.
  ///
  /// - Parameter isWhole: whether the ends of runs that go on are wanted, whenever they were taken last.
  mutating func takeUnsaved(at now: Timestamp, isWhole: Bool = false) -> [JournalEntry] {
    var taken = pending
    pending = []
    if isWhole || now - extendedAt >= Self.extending || now < extendedAt {
      extendedAt = now
      for slot in runs.keys where runs[slot]?.isExtended == true { begun.insert(slot) }
    }
    for slot in begun {
      guard let run = runs[slot] else { continue }
      taken.append(run.entry)
      runs[slot]?.isExtended = false
    }
    begun = []
    // What follows a checkpoint must not need what came before it.
    if isWhole { runs = [:] }
    return taken.sorted { $0.number < $1.number }
  }

  /// The history could not take these. That sets were decided about is not among them, since nothing of it was published;
  /// nor is a checkpoint, which would hold what was known later.
  mutating func putBack(_ entries: [JournalEntry]) {
    let kept = entries.filter { entry in
      if case .checkpoint = entry.content { false } else { entry.content != .decided }
    }
    pending = kept + pending
  }

  private mutating func step(_ content: JournalContent, at now: Timestamp) -> JournalEntry {
    defer { next += 1 }
    return JournalEntry(number: next, at: now, last: now, count: 1, content: content)
  }

  private struct Slot: Hashable {
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
