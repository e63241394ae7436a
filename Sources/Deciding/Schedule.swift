package import DNS
internal import HeapModule

/// When which question is due at which vantage.
package struct Schedule: Sendable {
  private var due: [Slot: Timestamp] = [:]
  private var heap = Heap<Entry>()
  private var random: SplitMix
  /// The last moment that `take` was told.
  private var toldAt: Timestamp?

  /// - Parameter seed: of the jitter, so that a test can repeat a run.
  package init(seed: UInt64) { random = SplitMix(state: seed) }

  /// Sets when a question is asked next; an earlier plan for it is void.
  package mutating func plan(_ question: Question, at vantage: Vantage, for moment: Timestamp) {
    let slot = Slot(question: question, vantage: vantage)
    due[slot] = moment
    heap.insert(Entry(due: moment, slot: slot))
  }

  /// Takes a question off the plan.
  package mutating func drop(_ question: Question, at vantage: Vantage) {
    due[Slot(question: question, vantage: vantage)] = nil
  }

  /// When a question is asked next; nil while it is being asked or when it isn't planned.
  package func due(_ question: Question, at vantage: Vantage) -> Timestamp? {
    due[Slot(question: question, vantage: vantage)]
  }

  /// The next moment at which something is due.
  package mutating func nextDue() -> Timestamp? {
    dropVoidEntries()
    return heap.min?.due
  }

  /// Takes the question that is due longest off the plan; nil when none is due.
  package mutating func take(at now: Timestamp) -> (question: Question, vantage: Vantage)? {
    followClock(to: now)
    dropVoidEntries()
    guard let first = heap.min, first.due <= now else { return nil }
    heap.removeMin()
    due[first.slot] = nil
    return (first.slot.question, first.slot.vantage)
  }

  /// When to ask again after a lookup.
  ///
  /// After an answer: where its smallest TTL ends, within floor and ceiling, for behind a cache nothing new can be
  /// seen before. After a denial: where the negative TTL ends. After failures: from the floor, doubling to the
  /// ceiling. A little later, never earlier, by jitter of up to a tenth, at most a second, so that questions spread.
  package mutating func next(after lookup: Lookup, failures: Int, refresh: RefreshPolicy) -> Timestamp {
    let wait: Duration
    switch lookup.outcome {
    case .answer:
      wait = lookup.chain.smallestTTL.map { .seconds(Int64($0.seconds)) } ?? refresh.floor
    case .noData, .nxDomain:
      let negative = lookup.negativeTTL.map { Duration.seconds(Int64($0.seconds)) } ?? refresh.ceiling
      wait = lookup.chain.smallestTTL.map { min(negative, .seconds(Int64($0.seconds))) } ?? negative
    case .failure:
      wait = refresh.floor * (1 << min(max(failures - 1, 0), 10))
    }
    let bounded = min(max(wait, refresh.floor), refresh.ceiling)
    let jitter = Int64.random(in: 0...max(1, min(bounded.milliseconds / 10, 1000)), using: &random)
    return lookup.at + bounded + .milliseconds(jitter)
  }

  /// A wall clock that is set back by a day must not keep every question waiting for a day: the plan goes back with
  /// it. One that is set ahead needs nothing: all is due at once, within the budget.
  private mutating func followClock(to now: Timestamp) {
    defer { toldAt = now }
    guard let toldAt, toldAt - now > Self.jump else { return }
    due = due.mapValues { now + max(.zero, $0 - toldAt) }
    heap = Heap(due.map { Entry(due: $1, slot: $0) })
  }

  /// Going back by less than this only makes a question wait a little.
  private static let jump = Duration.seconds(2)

  private mutating func dropVoidEntries() {
    while let first = heap.min, due[first.slot] != first.due { heap.removeMin() }
  }

  private struct Slot: Hashable {
    let question: Question
    let vantage: Vantage
  }

  private struct Entry: Comparable {
    let due: Timestamp
    let slot: Slot

    static func < (left: Entry, right: Entry) -> Bool { left.due < right.due }

    static func == (left: Entry, right: Entry) -> Bool { left.due == right.due && left.slot == right.slot }
  }
}

/// SplitMix64 (G. Steele, D. Lea, C. Flood, Fast splittable pseudorandom number generators, OOPSLA 2014): for jitter,
/// where a run must be repeatable and nothing secret depends on it.
package struct SplitMix: RandomNumberGenerator, Sendable {
  private var state: UInt64

  package init(state: UInt64) { self.state = state }

  package mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var word = state
    word = (word ^ word >> 30) &* 0xbf58_476d_1ce4_e5b9
    word = (word ^ word >> 27) &* 0x94d0_49bb_1331_11eb
    return word ^ word >> 31
  }
}
