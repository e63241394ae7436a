internal import DNS

/// The runs that go on at one point of a replay, each with its first lookup taken.
struct RunBook: Sendable {
  private var runs: [Journal.Slot: JournalEntry] = [:]

  /// The run of a question; nil when none goes on.
  subscript(slot: Journal.Slot) -> JournalEntry? { runs[slot] }

  /// Takes a run whose first lookup was taken.
  mutating func begin(_ entry: JournalEntry, of slot: Journal.Slot) { runs[slot] = entry }

  /// Takes the runs that end with a step.
  mutating func end(by entry: JournalEntry) -> [Lookup] {
    if case .lookup(let question, let vantage, _) = entry.content {
      return end(Journal.Slot(question: question, vantage: vantage)).map { [$0] } ?? []
    }
    let over = runs.keys.filter { entry.content.endsRun(of: $0.question, at: $0.vantage) }
    return over.compactMap { end($0) }
  }

  /// What taps told in their runs up to a moment, since time passes for it there.
  mutating func told(at taps: some Collection<Vantage>, until now: Timestamp) -> [Lookup] {
    guard !taps.isEmpty else { return [] }
    return runs.filter { taps.contains($0.key.vantage) }.compactMap { slot, run in
      run.last <= now ? end(slot) : run.lookup(at: now)
    }
  }

  private mutating func end(_ slot: Journal.Slot) -> Lookup? {
    guard let run = runs.removeValue(forKey: slot), run.count > 1 else { return nil }
    return run.lookup(at: run.last)
  }
}

extension JournalEntry {
  /// A lookup of the run at one moment; nil for what is no run.
  func lookup(at moment: Timestamp) -> Lookup? {
    guard case .lookup(let question, let vantage, let answer) = content else { return nil }
    return Lookup(
      question: question, vantage: vantage, at: moment, outcome: answer.outcome,
      chain: CNAMEChain(question, answers: answer.records))
  }
}
