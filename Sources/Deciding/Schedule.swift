package import DNS
internal import HeapModule

/// When which question is due at which vantage.
package struct Schedule: Sendable {
  private var due: [Slot: Timestamp] = [:]
  private var heap = Heap<Entry>()
  /// Questions about names that clients use now; when not all can be asked, these are.
  private var preferred = Heap<Entry>()
  private var random: SplitMix

  /// - Parameter seed: of the jitter, so that a test can repeat a run.
  package init(seed: UInt64) { random = SplitMix(state: seed) }

  /// Sets when a question is asked next; an earlier plan for it is void. When more is due than may be asked,
  /// preferred questions go first.
  package mutating func plan(
    _ question: Question, at vantage: Vantage, for moment: Timestamp, isPreferred: Bool = false
  ) {
    let slot = Slot(question: question, vantage: vantage)
    due[slot] = moment
    let entry = Entry(due: moment, slot: slot)
    if isPreferred { preferred.insert(entry) } else { heap.insert(entry) }
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
    return [preferred.min?.due, heap.min?.due].compactMap { $0 }.min()
  }

  /// Takes the preferred question that is due longest off the plan, else the other that is; nil when none is due.
  package mutating func take(at now: Timestamp) -> (question: Question, vantage: Vantage)? {
    dropVoidEntries()
    let taken: Entry
    if let first = preferred.min, first.due <= now {
      taken = preferred.removeMin()
    } else if let first = heap.min, first.due <= now {
      taken = heap.removeMin()
    } else {
      return nil
    }
    due[taken.slot] = nil
    return (taken.slot.question, taken.slot.vantage)
  }

  /// When to ask again after a lookup.
  ///
  /// After an answer: where its smallest TTL ends, within floor and ceiling, for behind a cache nothing new can be
  /// seen before. After a denial: where the negative TTL ends. After failures: from the floor, doubling to the
  /// ceiling. A little later, never earlier, by jitter of up to a tenth, at most a second, so that questions spread.
  ///
  /// The floor after an answer counts from when its question was sent.
  ///
  /// - Parameter edge: when the cache entry of the answer ends, if that is known. Then the question is asked there, without
  ///   jitter and also before the floor, which is kept as `EntryEdge.nextLook` says; or earlier at the ceiling.
  package mutating func next(
    after lookup: Lookup, failures: Int, refresh: RefreshPolicy, edge: Timestamp? = nil
  ) -> Timestamp {
    // A TTL as long as the ceiling may end two seconds after it: one for the tick, one for the entry's last second.
    if lookup.outcome == .answer, let edge, edge <= lookup.at + refresh.ceiling + .seconds(2) {
      return max(edge, lookup.at)
    }
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
    let planned = lookup.at + bounded + .milliseconds(jitter)
    return lookup.outcome == .answer && wait < refresh.floor
      ? max(lookup.at, planned - lookup.roundTrip) : planned
  }

  /// Brings what is due later forward to `latest`: after the wall clock went back, its moments are too far ahead.
  package mutating func bringForward(to latest: Timestamp) {
    for (slot, moment) in due where moment > latest {
      due[slot] = latest
      heap.insert(Entry(due: latest, slot: slot))
    }
  }

  private mutating func dropVoidEntries() {
    while let first = heap.min, due[first.slot] != first.due { heap.removeMin() }
    while let first = preferred.min, due[first.slot] != first.due { preferred.removeMin() }
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

  /// - Parameter state: any number; equal ones give equal sequences.
  package init(state: UInt64) { self.state = state }

  package mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var word = state
    word = (word ^ word >> 30) &* 0xbf58_476d_1ce4_e5b9
    word = (word ^ word >> 27) &* 0x94d0_49bb_1331_11eb
    return word ^ word >> 31
  }
}
