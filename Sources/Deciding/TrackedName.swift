package import DNS

/// A name that is looked up, with all that vantages gave for it.
package struct TrackedName: Sendable {
  /// The QNAME of its questions.
  package let name: DomainName
  /// Whether it was learned from a sighting; otherwise it is configured or a seed and stays.
  package let isLearned: Bool
  /// The sets that select it, as indexes.
  package let sets: [Int]
  /// How long its records are held.
  let bounds: HoldBounds
  /// Whether its sudden addresses wait for another vantage; nil when none of its sets wants that.
  let confirmation: ConfirmationPolicy?
  /// What it gives each of its sets, in their order; empty while nobody has asked.
  var given: [GivenAddresses] = []
  /// One for each vantage that was asked, and for removed ones until their addresses have run out.
  package private(set) var states: [VantageState] = []

  /// - Parameter policies: those of `sets`, in their order.
  init(_ name: DomainName, isLearned: Bool, sets: [Int], _ policies: [SetPolicy]) {
    self.name = name
    self.isLearned = isLearned
    self.sets = sets
    bounds = HoldBounds(of: policies)
    // The strictest rule: what one of the sets doubts is held from all.
    confirmation = policies.map(\.confirmation).filter(\.isOn).max { $0.vantages < $1.vantages }
  }

  /// What one vantage told; nil when it was never asked, or is gone with all that it gave.
  package func state(at vantage: Vantage) -> VantageState? { states.first { $0.vantage == vantage } }

  /// Whether all that a lookup holds is held from its vantage.
  func holds(_ lookup: Lookup) -> Bool {
    states.first { $0.vantage == lookup.vantage }?.holds(lookup.chain) ?? false
  }

  /// When something that a question gave earlier ends next, if its run goes on.
  func nextEnd(of type: RecordType, at vantage: Vantage) -> Timestamp? {
    states.first { $0.vantage == vantage }?.nextEnd(of: type, retentions: bounds.retentions)
  }

  /// When the addresses of a type that are held were last confirmed or denied at any vantage; nil when none is held.
  func checkedAt(of type: RecordType) -> Timestamp? {
    let held = states.lazy.flatMap(\.records).filter { $0.address != nil && $0.type == type }
    guard let seen = held.map(\.lastSeen).max() else { return nil }
    return states.compactMap { $0.clock(type)?.succeededAt }.max() ?? seen
  }

  mutating func take(
    _ lookup: Lookup, hold: Duration, longestGap: Duration, mayOpen: RecordAdmission
  ) -> LedgerStep {
    let index = index(of: lookup.vantage)
    return states[index].take(lookup, hold: hold, longestGap: longestGap, mayOpen: mayOpen)
  }

  /// Goes on to the end of a run of lookups: see `VantageState.go`.
  mutating func go(to last: Lookup) {
    guard let index = states.firstIndex(where: { $0.vantage == last.vantage }) else { return }
    states[index].go(to: last)
  }

  /// Lets what a removed vantage gave age, as long as one of those in `asked` tells of the name.
  mutating func retire(
    at vantage: Vantage, asked: [Vantage], hold: Duration, longestGap: Duration, now: Timestamp
  ) -> LedgerStep {
    guard let index = states.firstIndex(where: { $0.vantage == vantage }) else { return LedgerStep() }
    let telling = states.lazy.filter { asked.contains($0.vantage) }.flatMap(\.clocks)
      .filter { $0.outcome?.isSuccess == true }
    let step = states[index].retire(
      of: name, hold: hold, longestGap: longestGap, watched: Set(telling.map(\.type)), at: now)
    if states[index].records.isEmpty { states.remove(at: index) }
    return step
  }

  /// Lets time pass for what a tap gave.
  mutating func pass(
    at tap: Vantage, hold: Duration, longestGap: Duration, isLive: Bool, now: Timestamp
  ) -> LedgerStep {
    guard let index = states.firstIndex(where: { $0.vantage == tap }) else { return LedgerStep() }
    let step = states[index].pass(of: name, hold: hold, longestGap: longestGap, isLive: isLive, at: now)
    if states[index].records.isEmpty { states.remove(at: index) }
    return step
  }

  mutating func revoke(at now: Timestamp, _ drop: (HeldRecord) -> Bool) -> LedgerStep {
    var step = LedgerStep()
    for index in states.indices {
      step.closed += states[index].revoke(of: name, at: now, drop).closed
    }
    return step
  }

  /// The same for what one vantage gave.
  mutating func revoke(from vantage: Vantage, at now: Timestamp, _ drop: (HeldRecord) -> Bool) -> LedgerStep {
    guard let index = states.firstIndex(where: { $0.vantage == vantage }) else { return LedgerStep() }
    return states[index].revoke(of: name, at: now, drop)
  }

  mutating func restore(_ observation: Observation, aliasesAskedBy type: RecordType) {
    states[index(of: observation.key.vantage)].restore(observation, aliasesAskedBy: type)
  }

  mutating func restore(_ status: QuestionStatus) { states[index(of: status.vantage)].restore(status) }

  /// Has all be stored with the next renewals.
  mutating func markUnsaved() {
    for index in states.indices { states[index].isUnsaved = true }
  }

  /// Takes what the history lacks; afterwards it lacks nothing.
  mutating func takeUnsaved() -> (observations: [Observation], questions: [QuestionStatus]) {
    var observations = [Observation]()
    var questions = [QuestionStatus]()
    for index in states.indices where states[index].isUnsaved {
      states[index].isUnsaved = false
      observations += states[index].records.map { $0.observation(of: name, at: states[index].vantage) }
      questions += states[index].questionStatuses(of: name)
    }
    return (observations, questions)
  }

  private mutating func index(of vantage: Vantage) -> Int {
    if let index = states.firstIndex(where: { $0.vantage == vantage }) { return index }
    states.append(VantageState(vantage))
    return states.endIndex - 1
  }
}
