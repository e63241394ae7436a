package import DNS
internal import HeapModule

/// When which question is due at which vantage, and which goes first when not all that is due can be asked.
package struct Schedule: Sendable {
  private var plans: [Slot: Plan] = [:]
  /// What isn't due yet, the next first.
  private var coming = Heap<Entry>()
  /// What is due, by the rank of its precedence; in each, what is due longest first.
  private var waiting = [Heap<Entry>](repeating: Heap(), count: Precedence.count)
  /// The same, what reaches its limit soonest first.
  private var limits = Heap<Entry>()
  private var random: SplitMix

  /// - Parameter seed: of the jitter, so that a test can repeat a run.
  package init(seed: UInt64) { random = SplitMix(state: seed) }

  /// Sets when a question is asked next; an earlier plan for it is void.
  ///
  /// - Parameters:
  ///   - moment: not before this.
  ///   - precedence: whom it goes before when more is due than may be asked.
  ///   - limit: from then on it goes before all that may still wait, whatever the precedence; without it from `moment` on.
  package mutating func plan(
    _ question: Question, at vantage: Vantage, for moment: Timestamp,
    as precedence: Precedence = Precedence(),
    by limit: Timestamp? = nil
  ) {
    plan(
      Slot(question: question, vantage: vantage),
      Plan(due: moment, limit: max(limit ?? moment, moment), precedence: precedence))
  }

  private mutating func plan(_ slot: Slot, _ plan: Plan) {
    plans[slot] = plan
    coming.insert(Entry(moment: plan.due, slot: slot, plan: plan))
  }

  /// Takes a question off the plan.
  package mutating func drop(_ question: Question, at vantage: Vantage) {
    plans[Slot(question: question, vantage: vantage)] = nil
  }

  /// When a question is asked next; nil while it is being asked or when it isn't planned.
  package func due(_ question: Question, at vantage: Vantage) -> Timestamp? {
    plans[Slot(question: question, vantage: vantage)]?.due
  }

  /// The next moment at which something is due.
  package mutating func nextDue() -> Timestamp? {
    dropVoidEntries()
    return (waiting.lazy.compactMap(\.min) + [coming.min].compactMap { $0 }).map(\.plan.due).min()
  }

  /// Takes a question that is due off the plan; nil when none is.
  ///
  /// What has reached its limit comes first, in the order of the limits; then what comes first by precedence, and of that
  /// what is due longest.
  package mutating func take(at now: Timestamp) -> (question: Question, vantage: Vantage)? {
    dropVoidEntries()
    while let first = coming.min, first.plan.due <= now {
      coming.removeMin()
      guard plans[first.slot] == first.plan else { continue }
      waiting[first.plan.precedence.rank].insert(first)
      limits.insert(Entry(moment: first.plan.limit, slot: first.slot, plan: first.plan))
    }
    let slot: Slot
    if let overdue = limits.min, overdue.moment <= now {
      limits.removeMin()
      slot = overdue.slot
    } else if let rank = waiting.firstIndex(where: { !$0.isEmpty }) {
      slot = waiting[rank].removeMin().slot
    } else {
      return nil
    }
    plans[slot] = nil
    return (slot.question, slot.vantage)
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
    for (slot, old) in plans where old.due > latest {
      plan(slot, Plan(due: latest, limit: latest + (old.limit - old.due), precedence: old.precedence))
    }
  }

  private mutating func dropVoidEntries() {
    while let first = coming.min, plans[first.slot] != first.plan { coming.removeMin() }
    for rank in waiting.indices {
      while let first = waiting[rank].min, plans[first.slot] != first.plan { waiting[rank].removeMin() }
    }
    while let first = limits.min, plans[first.slot] != first.plan { limits.removeMin() }
    // What was asked before its limit stays in there until then, unless that becomes too much.
    guard limits.count > 2 * plans.count + 64 else { return }
    limits = Heap(limits.unordered.filter { plans[$0.slot] == $0.plan })
  }

  private struct Slot: Hashable {
    let question: Question
    let vantage: Vantage
  }

  private struct Plan: Hashable {
    let due: Timestamp
    let limit: Timestamp
    let precedence: Precedence
  }

  /// A plan in a heap, void when its slot has another one.
  private struct Entry: Comparable {
    /// What the heap is ordered by.
    let moment: Timestamp
    let slot: Slot
    let plan: Plan

    static func < (left: Entry, right: Entry) -> Bool { left.moment < right.moment }

    static func == (left: Entry, right: Entry) -> Bool {
      left.moment == right.moment && left.slot == right.slot
    }
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
