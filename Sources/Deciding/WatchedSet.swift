internal import DNS

/// A set with what is published of it and what its names give now.
package struct WatchedSet: Sendable {
  /// As configured at the start; it doesn't change while the service runs.
  package let policy: SetPolicy
  /// The last generation that the history has; nil before the first.
  package private(set) var published: Snapshot?
  /// The service tags that keep other addresses out now; nil when nothing does.
  var gate: PrefixSet?
  /// How many names give each address.
  private var holders: [IPAddress: Int] = [:]
  /// Questions that were never asked; the first snapshot waits for them.
  private var unasked = Set<UnaskedQuestion>()
  /// Whether what its names give may differ from what is published.
  private(set) var isChanged = false
  var isApproved = false
  /// What an operator had forgotten since the last generation.
  private(set) var forgotten = Set<IPAddress>()
  /// What guards said of the last candidate; not kept over a restart, which decides anew.
  package private(set) var objections: [GuardObjection] = []
  /// As of the last sweep.
  package private(set) var isStale = false
  /// The last answer or denial for any of its names; nil when none ever came.
  package private(set) var checkedAt: Timestamp?
  /// Of its names, the one that was looked up with success longest ago.
  private(set) var freshness: Timestamp?
  /// The last state that the history has, to store only changes.
  private(set) var savedState: SetState?

  init(_ policy: SetPolicy, published: Snapshot?, state: SetState?) {
    self.policy = policy
    self.published = published
    checkedAt = state?.checkedAt
    savedState = state
    isStale = state?.status == .stale
    // A restart may find another configuration: compare once.
    isChanged = true
  }

  /// Whether the first snapshot may be made: each question was asked, whatever came of it.
  package var isComplete: Bool { published != nil || unasked.isEmpty }

  /// `stale` goes before `held`: then nobody knows whether the held step is right.
  package var status: SetStatus {
    if isStale { return .stale }
    return objections.isEmpty ? .ok : .held
  }

  /// How many addresses its names give now.
  package var heldCount: Int { holders.count }

  mutating func await(_ question: Question, at vantage: Vantage) {
    unasked.insert(UnaskedQuestion(question: question, vantage: vantage))
  }

  /// Waits no longer for a name.
  mutating func stopAwaiting(_ name: DomainName) {
    unasked = unasked.filter { $0.question.name != name }
  }

  /// Waits no longer for vantages that are asked no more.
  mutating func stopAwaiting(_ gone: [Vantage]) {
    unasked = unasked.filter { !gone.contains($0.vantage) }
  }

  mutating func noteAsked(_ lookup: Lookup) {
    if !unasked.isEmpty {
      unasked.remove(UnaskedQuestion(question: lookup.question, vantage: lookup.vantage))
      if unasked.isEmpty { isChanged = true }
    }
    if lookup.outcome.isSuccess { checkedAt = max(checkedAt ?? lookup.at, lookup.at) }
  }

  /// Counts what a name gave before and gives now.
  mutating func replace(_ before: Set<IPAddress>, with after: Set<IPAddress>) {
    for address in after where !before.contains(address) {
      let count = holders[address, default: 0]
      holders[address] = count + 1
      if count == 0 { isChanged = true }
    }
    for address in before where !after.contains(address) {
      let count = holders[address, default: 1] - 1
      holders[address] = count > 0 ? count : nil
      if count <= 0 { isChanged = true }
    }
  }

  /// Takes in what the builder said; a publication waits for the history.
  mutating func decided(_ step: SetStep) {
    objections = step.objections
    isChanged = false
    // An approval lasts until the history has what it released.
    if step.publication == nil { isApproved = false }
    if step.publication == nil, step.objections.isEmpty { forgotten = [] }
  }

  /// Takes note that these addresses go because somebody wants it.
  mutating func forget(_ addresses: some Sequence<IPAddress>) {
    forgotten.formUnion(addresses)
    isChanged = true
  }

  mutating func publish(_ snapshot: Snapshot) {
    published = snapshot
    forgotten = []
    isApproved = false
  }

  mutating func noteFreshness(_ oldest: Timestamp?, isStale: Bool) {
    freshness = oldest
    self.isStale = isStale
  }

  /// Takes note of the edition whose tags give the set: it is checked as of when that was known to be current.
  mutating func noteTags(_ edition: TagEdition?) {
    checkedAt = edition?.asOf ?? checkedAt
    isChanged = true
  }

  mutating func noteSaved(_ state: SetState) { savedState = state }

  mutating func lookAgain() { isChanged = true }

  private struct UnaskedQuestion: Hashable {
    let question: Question
    let vantage: Vantage
  }
}
