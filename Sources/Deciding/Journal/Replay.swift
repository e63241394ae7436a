internal import DNS

/// Plays a journal through `Watch` again, step by step in virtual time: the same generations come out.
///
/// Give it the steps in order, beginning with one that has its state beside it.
package struct Replay: Sendable {
  private let digesting: @Sendable ([UInt8]) -> Digest
  private var watch: Watch?
  /// The run of each question that goes on.
  private var runs: [Slot: JournalEntry] = [:]
  private var sinceCleared = 0
  private var sweptAt: Timestamp?
  /// Steps that were taken.
  package private(set) var steps = 0
  /// Lookups that the steps stand for.
  package private(set) var lookups: Int64 = 0

  /// - Parameter digesting: SHA-256 of octets, as for `Watch`.
  package init(digesting: @escaping @Sendable ([UInt8]) -> Digest) { self.digesting = digesting }

  /// What is published at this point of the replay.
  package var publishedSets: [PublishedSet] { watch?.publishedSets ?? [] }

  /// Takes the next step. Steps before the first that has its state are left out.
  ///
  /// - Parameter state: what is stored beside the step; nil for one that has none.
  /// - Returns: the generations that came of it.
  package mutating func take(_ entry: JournalEntry, state: RestoredState? = nil) -> [Publication] {
    if case .started(let circumstances) = entry.content, let state = state ?? carried {
      begin(circumstances, state, at: entry.at)
    } else if case .checkpoint(let circumstances) = entry.content, let state, watch == nil {
      begin(circumstances, state, at: entry.at)
    }
    guard watch != nil else { return [] }
    steps += 1
    sweepTaps(until: entry.at)
    switch entry.content {
    case .lookup(let question, let vantage, let answer):
      lookups += entry.count
      endRun(of: Slot(question: question, vantage: vantage))
      watch?.replay(answer.lookup(question, vantage, at: entry.at))
      if entry.count > 1 { runs[Slot(question: question, vantage: vantage)] = entry }
    case .decided:
      return decide(at: entry.at)
    default:
      watch?.replay(entry.content, at: entry.at)
    }
    clearNowAndThen()
    return []
  }

  private mutating func begin(
    _ circumstances: JournalCircumstances, _ state: RestoredState, at now: Timestamp
  ) {
    watch = Watch(replaying: circumstances, from: state, at: now, digesting: digesting)
    runs = [:]
    sweptAt = now
  }

  /// What a service would have found when it started at this point, had all been stored.
  private var carried: RestoredState? {
    mutating get {
      for slot in Array(runs.keys) { endRun(of: slot) }
      return watch?.restorable
    }
  }

  /// In exactly these lookups nothing happened, so they need no place between the other steps.
  private mutating func endRun(of slot: Slot) {
    guard let run = runs.removeValue(forKey: slot), case .lookup(_, _, let answer) = run.content else {
      return
    }
    watch?.go(to: answer.lookup(slot.question, slot.vantage, at: run.last))
  }

  private mutating func decide(at now: Timestamp) -> [Publication] {
    guard let batch = watch?.makeBatch(at: now) else { return [] }
    watch?.confirm(batch)
    sinceCleared = 0
    return batch.publications
  }

  /// What waits for a history that doesn't come would only fill the memory.
  private mutating func clearNowAndThen() {
    sinceCleared += 1
    guard sinceCleared >= 1000 else { return }
    sinceCleared = 0
    watch?.dropPending()
  }

  /// Lets time pass for what ages without lookups, once a minute: the sums are the same as of shorter steps, and where
  /// something ended by it, the journal has a step at that moment.
  private mutating func sweepTaps(until now: Timestamp) {
    guard let last = sweptAt, now - last >= .seconds(60) else { return }
    sweptAt = now
    guard watch?.hasAgeing == true else { return }
    for (slot, run) in runs where now <= run.last {
      guard case .lookup(_, _, let answer) = run.content, watch?.taps[slot.vantage] != nil else { continue }
      watch?.go(to: answer.lookup(slot.question, slot.vantage, at: now))
    }
    watch?.sweep(at: now)
  }

  struct Slot: Hashable {
    let question: Question
    let vantage: Vantage
  }
}
