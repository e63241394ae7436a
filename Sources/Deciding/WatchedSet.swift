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
  /// The last candidate of a replay, which decides ten thousand times about a thousand names; nil before the first.
  var draft: [SetElement]?
  /// Which names give each address, and what changed since the draft; only in a replay.
  private(set) var givers: [IPAddress: Set<DomainName>] = [:]
  private(set) var touched = Set<IPAddress>()
  /// Questions that were never asked; the first snapshot waits for them.
  private(set) var unasked = Set<UnaskedQuestion>()
  /// Whether what its names give may differ from what is published.
  private(set) var isChanged = false
  var isApproved = false
  /// What an operator had forgotten since the last generation.
  private(set) var forgotten = Set<IPAddress>()
  /// With what the candidate was judged that the history doesn't have yet; nil when none is under way.
  private var judged: (isApproved: Bool, forgotten: Set<IPAddress>)?
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

  /// Counts what a name gave before and gives now, each address once for each vantage.
  mutating func replace(_ before: [IPAddress], with after: [IPAddress]) {
    for address in Self.changed(before, after) { count(address, before, after) }
  }

  /// The same, and notes it for the next draft of a replay.
  mutating func redraft(_ before: [IPAddress], with after: [IPAddress], of name: DomainName) {
    for address in Self.changed(before, after) {
      count(address, before, after)
      touch(address)
      if after.contains(address) {
        givers[address, default: []].insert(name)
      } else {
        givers[address]?.remove(name)
      }
    }
  }

  private mutating func count(_ address: IPAddress, _ before: [IPAddress], _ after: [IPAddress]) {
    switch (before.contains(address), after.contains(address)) {
    case (false, true):
      let count = holders[address, default: 0]
      holders[address] = count + 1
      if count == 0 { isChanged = true }
    case (true, false):
      let count = holders[address, default: 1] - 1
      holders[address] = count > 0 ? count : nil
      if count <= 0 { isChanged = true }
    default: break
    }
  }

  /// What is not as often in one list as in the other; each once. Most changes are of one address among many.
  private static func changed(_ before: [IPAddress], _ after: [IPAddress]) -> [IPAddress] {
    let (before, after) = (before.sorted(), after.sorted())
    var changed = [IPAddress]()
    var (old, new) = (before.startIndex, after.startIndex)
    while old < before.endIndex || new < after.endIndex {
      let isOld = old < before.endIndex && (new == after.endIndex || before[old] <= after[new])
      let isNew = new < after.endIndex && (old == before.endIndex || after[new] <= before[old])
      let address = isOld ? before[old] : after[new]
      if isOld { old += 1 }
      if isNew { new += 1 }
      if isOld != isNew, changed.last != address { changed.append(address) }
    }
    return changed
  }

  /// Has an element made anew for the next draft of a replay.
  mutating func touch(_ address: IPAddress) { touched.insert(address) }

  /// Takes a candidate of a replay as the draft of the next.
  mutating func keepDraft(_ elements: [SetElement]) {
    draft = elements
    for address in touched where givers[address]?.isEmpty == true { givers[address] = nil }
    touched = []
  }

  /// Takes in what the builder said, which waits for the history; what operators ask for from now on is for the next
  /// candidate.
  mutating func decided(_ step: SetStep) {
    judged = (isApproved, forgotten)
    objections = step.objections
    isChanged = false
    isApproved = false
    if step.publication != nil || step.objections.isEmpty { forgotten = [] }
  }

  /// The history has what was decided.
  mutating func noteStored() { judged = nil }

  /// The history refused what was decided: it is as if nobody had judged, since nothing tells of it.
  mutating func undecide() {
    guard let judged else { return }
    isApproved = isApproved || judged.isApproved
    forgotten.formUnion(judged.forgotten)
    isChanged = true
    self.judged = nil
  }

  /// Goes on from a checkpoint.
  mutating func resume(_ standing: JournalStanding) {
    forgotten = Set(standing.forgotten[policy.name] ?? [])
    if published == nil { unasked = Set(standing.unasked[policy.name] ?? []) }
  }

  /// Takes note that these addresses go because somebody wants it.
  mutating func forget(_ addresses: some Sequence<IPAddress>) {
    forgotten.formUnion(addresses)
    isChanged = true
  }

  mutating func publish(_ snapshot: Snapshot) { published = snapshot }

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
}
