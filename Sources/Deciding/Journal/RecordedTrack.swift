internal import DNS

/// The recorded generations of one set over the span of a replay: what there is to compare with.
struct RecordedTrack: Sendable {
  private let generations: [RecordedGeneration]
  /// How many of them were passed.
  private var passed = 0
  /// When the last one that was passed was published.
  private var publishedAt: Timestamp?

  /// - Parameter generations: by number, without a gap.
  init(_ generations: [RecordedGeneration]) { self.generations = generations }

  /// The newest that was published up to a moment; nil when there is none.
  func newest(at moment: Timestamp) -> GenerationRecord? {
    generations.last { $0.record.at <= moment }?.record
  }

  /// One by its number; nil when it isn't recorded, or not kept any more.
  func record(_ generation: Generation) -> GenerationRecord? {
    place(of: generation).map { generations[$0].record }
  }

  /// Whether a generation is older than all that are kept.
  func isForgotten(_ generation: Generation) -> Bool {
    generations.first.map { generation < $0.record.generation } ?? false
  }

  /// Whether nothing is missing between a generation and the first of these.
  func continues(_ generation: Generation?) -> Bool {
    generations.first.map { $0.record.generation.number <= (generation?.number ?? 0) + 1 } ?? true
  }

  /// What a generation held.
  ///
  /// - Parameter base: what was held when the replay began.
  func prefixes(in generation: Generation, after base: Snapshot?) -> Set<IPPrefix> {
    var held = Set(continues(base?.generation) ? base?.elements.map(\.prefix) ?? [] : [])
    guard let end = place(of: generation) else { return [] }
    for recorded in generations[...end] where recorded.record.generation > base?.generation ?? Generation(0) {
      held.subtract(recorded.left)
      held.formUnion(recorded.entered)
    }
    return held
  }

  /// Goes on from what was published when the replay began.
  mutating func start(after base: Snapshot?) {
    publishedAt = base?.at
    while passed < generations.count, let base, generations[passed].record.generation <= base.generation {
      passed += 1
    }
  }

  /// Passes those that were published where the journal says that sets were decided about: `SnapshotBuilder` dates a
  /// generation by that moment, but never before the one before it.
  mutating func pass(to decided: Timestamp) -> [RecordedGeneration] {
    let first = passed
    while passed < generations.count, generations[passed].record.at <= decided { passed += 1 }
    if passed == first, passed < generations.count, generations[passed].record.at == publishedAt {
      passed += 1
    }
    guard passed > first else { return [] }
    publishedAt = generations[passed - 1].record.at
    return Array(generations[first..<passed])
  }

  private func place(of generation: Generation) -> Int? {
    guard let first = generations.first?.record.generation else { return nil }
    let place = Int(generation.number - first.number)
    return generations.indices.contains(place) ? place : nil
  }
}
