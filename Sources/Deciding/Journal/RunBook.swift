internal import DNS

/// The runs that go on at one point of a replay, each with its first lookup taken.
struct RunBook: Sendable {
  private var runs: [Journal.Slot: Run] = [:]

  /// A run with its first lookup.
  struct Run: Sendable {
    let entry: JournalEntry
    let first: Lookup

    /// The same lookup at a later moment of the run: what it found is not made anew.
    func lookup(at moment: Timestamp) -> Lookup {
      Lookup(
        question: first.question, vantage: first.vantage, at: moment, outcome: first.outcome,
        chain: first.chain)
    }
  }

  /// The run of a question; nil when none goes on.
  subscript(slot: Journal.Slot) -> Run? { runs[slot] }

  /// Takes a run whose first lookup was taken.
  mutating func begin(_ entry: JournalEntry, with first: Lookup) {
    runs[Journal.Slot(question: first.question, vantage: first.vantage)] = Run(entry: entry, first: first)
  }

  /// Takes the runs that end with a step.
  mutating func end(by entry: JournalEntry) -> [Lookup] {
    if case .lookup(let question, let vantage, _) = entry.content {
      return end(Journal.Slot(question: question, vantage: vantage)).map { [$0] } ?? []
    }
    guard entry.content.mayEndRuns else { return [] }
    let over = runs.keys.filter { entry.content.endsRun(of: $0.question, at: $0.vantage) }
    return over.compactMap { end($0) }
  }

  /// What taps told in their runs up to a moment, since time passes for it there.
  mutating func told(at taps: some Collection<Vantage>, until now: Timestamp) -> [Lookup] {
    guard !taps.isEmpty else { return [] }
    return runs.filter { taps.contains($0.key.vantage) }.compactMap { slot, run in
      run.entry.last <= now ? end(slot) : run.lookup(at: now)
    }
  }

  private mutating func end(_ slot: Journal.Slot) -> Lookup? {
    guard let run = runs.removeValue(forKey: slot), run.entry.count > 1 else { return nil }
    return run.lookup(at: run.entry.last)
  }
}

extension JournalEntry {
  /// The first lookup of the run; nil for what is no run.
  var firstLookup: Lookup? {
    guard case .lookup(let question, let vantage, let answer) = content else { return nil }
    return Lookup(
      question: question, vantage: vantage, at: at, outcome: answer.outcome,
      chain: CNAMEChain(question, answers: answer.records))
  }
}
