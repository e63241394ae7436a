/// Plays a journal through `Watch` again, step by step in virtual time: the same generations come out.
///
/// Give it the steps in order, beginning with one that has its state beside it.
package struct Replay: Sendable {
  private let digesting: @Sendable ([UInt8]) -> Digest
  private var watch: Watch?
  private var runs = RunBook()
  private var sinceCleared = 0
  /// Steps that were taken.
  package private(set) var steps = 0
  /// Lookups that the steps stand for.
  package private(set) var lookups: Int64 = 0

  /// - Parameter digesting: SHA-256 of octets, as for `Watch`.
  package init(digesting: @escaping @Sendable ([UInt8]) -> Digest) { self.digesting = digesting }

  /// Whether it knows enough to go on: not before the first state, nor from a start on of which too little is kept, until
  /// the next state.
  package var isUnderWay: Bool { watch != nil }

  /// What is published at this point of the replay.
  package var publishedSets: [PublishedSet] { watch?.publishedSets ?? [] }

  /// Takes the next step. Steps before the first that has its state are left out.
  ///
  /// - Parameter state: what is stored beside the step; nil for one that has none.
  /// - Returns: the generations that came of it.
  package mutating func take(_ entry: JournalEntry, state: RestoredState? = nil) -> [Publication] {
    // In exactly these lookups nothing happened, so they need no place between the other steps.
    for last in runs.end(by: entry) { watch?.go(to: last) }
    switch entry.content {
    case .started(let circumstances) where circumstances.isBroken && state == nil:
      watch = nil
    case .started(let circumstances):
      begin(circumstances, state ?? watch?.restorable, at: entry.at)
    case .checkpoint(let circumstances) where watch == nil:
      begin(circumstances, state, at: entry.at)
    case .lookup:
      guard watch != nil, let first = entry.firstLookup else { return [] }
      lookups += entry.count
      watch?.replay(first)
      runs.begin(entry, with: first)
    case .decided:
      return decide(at: entry.at)
    case .undecided:
      if let batch = watch?.makeBatch(at: entry.at) { watch?.putBack(batch) }
    case .swept:
      for told in runs.told(at: watch?.taps.keys.sorted() ?? [], until: entry.at) { watch?.pass(to: told) }
      watch?.replay(entry.content, at: entry.at)
    default:
      watch?.replay(entry.content, at: entry.at)
    }
    count()
    return []
  }

  private mutating func begin(
    _ circumstances: JournalCircumstances, _ state: RestoredState?, at now: Timestamp
  ) {
    guard let state else { return }
    watch = Watch(replaying: circumstances, from: state, at: now, digesting: digesting)
  }

  private mutating func decide(at now: Timestamp) -> [Publication] {
    guard let batch = watch?.makeBatch(at: now) else { return [] }
    watch?.confirm(batch)
    steps += 1
    return batch.publications
  }

  /// Counts the step. What waits for a history that doesn't come would only fill the memory.
  private mutating func count() {
    guard watch != nil else { return }
    steps += 1
    if steps.isMultiple(of: 1000) { watch?.dropPending() }
  }
}
