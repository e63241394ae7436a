package import DNS

/// All that one vantage told us of one name.
package struct VantageState: Sendable {
  /// An upstream; it may be removed while what it gave runs out.
  package let vantage: Vantage
  /// At most one for each type that was asked.
  package private(set) var clocks: [QuestionClock] = []
  /// All open intervals, aliases too; `held` says which of them count for a set.
  package private(set) var records: [HeldRecord] = []
  /// Whether something is newer than what the history has.
  package var isUnsaved = false

  /// One that told nothing yet.
  package init(_ vantage: Vantage) { self.vantage = vantage }

  /// Goes on from what the history kept.
  package mutating func restore(_ observation: Observation, aliasesAskedBy type: RecordType) {
    records.append(HeldRecord(restoring: observation, aliasesAskedBy: type))
  }

  /// Goes on from what the history kept.
  package mutating func restore(_ status: QuestionStatus) { clocks.append(QuestionClock(restoring: status)) }

  package func clock(_ type: RecordType) -> QuestionClock? { clocks.first { $0.type == type } }

  /// The addresses that have not been absent for longer than they stay, each with its record.
  package func held(retention: Duration) -> some Sequence<HeldRecord> {
    records.lazy.filter {
      $0.address != nil && $0.absence(on: clock($0.askedType)) < $0.span(retention: retention)
    }
  }

  /// The same without a copy of each record: this runs for most lookups.
  ///
  /// - Parameters:
  ///   - wanted: only these; nil for all.
  ///   - body: takes an address with its record's place in `records`.
  /// - Returns: whether none of them has been absent for longer.
  @discardableResult
  func forEachHeldAddress(
    retention: Duration, only wanted: Set<IPAddress>? = nil, _ body: (IPAddress, _ place: Int) -> Void
  ) -> Bool {
    var isWhole = true
    for index in records.indices {
      guard case .address(let address) = records[index].data else { continue }
      if let wanted, !wanted.contains(address) { continue }
      if absence(at: index) < records[index].span(retention: retention) {
        body(address, index)
      } else {
        isWhole = false
      }
    }
    return isWhole
  }

  /// Whether all aliases and addresses of a chain are held.
  func holds(_ chain: CNAMEChain) -> Bool {
    chain.links.allSatisfy { place(of: $0.owner, .name($0.target)) != nil }
      && chain.addresses.allSatisfy { place(of: $0.owner, $0.data) != nil }
  }

  /// Data differ more often than owners, and are compared faster.
  private func place(of owner: DomainName, _ data: RecordData) -> Int? {
    records.firstIndex { $0.data == data && $0.owner == owner }
  }

  private func absence(at index: Int) -> Duration {
    let type = records[index].askedType
    guard let clock = clocks.firstIndex(where: { $0.type == type }) else { return .zero }
    return .milliseconds(max(0, clocks[clock].watched - records[index].watched))
  }

  /// Takes in a lookup: records in it are opened or renewed, those absent for `hold` end.
  package mutating func take(
    _ lookup: Lookup, hold: Duration, longestGap: Duration, mayOpen: RecordAdmission
  ) -> LedgerStep {
    var step = LedgerStep()
    let name = lookup.question.name
    let type = lookup.question.type
    let index = clockIndex(type)
    clocks[index].advance(to: lookup, longestGap: longestGap)
    isUnsaved = true
    guard lookup.outcome.isSuccess else {
      step.mayHide = true
      return step
    }
    let watched = clocks[index].watched
    for record in lookup.chain.records {
      if let held = place(of: record.owner, record.data) {
        records[held].renew(ttl: record.ttl, askedType: type, at: lookup.at, watched: watched)
      } else if let reason = mayOpen(record, step.opened.count) {
        step.rejections.append(rejection(of: record, name, reason, lookup.at))
      } else {
        let opened = HeldRecord(record, askedType: type, at: lookup.at, watched: watched)
        records.append(opened)
        step.opened.append(opened.observation(of: name, at: vantage))
      }
    }
    step.rejections += lookup.chain.outOfChain.map { rejection(of: $0, name, .outOfChain, lookup.at) }
    step.closed = end(of: name, hold: hold, at: lookup.at)
    return step
  }

  /// Goes on to the end of a run of lookups that all told what the first did, so that nothing begins.
  mutating func go(to last: Lookup) {
    let index = clockIndex(last.question.type)
    clocks[index].advance(to: last, longestGap: QuestionClock.anyGap)
    guard last.outcome.isSuccess else { return }
    for record in last.chain.records {
      guard let held = place(of: record.owner, record.data) else { continue }
      records[held].renew(
        ttl: record.ttl, askedType: last.question.type, at: last.at, watched: clocks[index].watched)
    }
  }

  /// When the first record that lookups of this type don't give any more has been absent for its span, if time goes on
  /// as it does after a success; nil when none will.
  func nextEnd(of type: RecordType, retentions: [Duration]) -> Timestamp? {
    guard let clock = clock(type), let askedAt = clock.askedAt, clock.outcome?.isSuccess == true else {
      return nil
    }
    var nearest: Duration?
    for index in records.indices where records[index].askedType == type {
      let absence = absence(at: index)
      guard absence > .zero else { continue }
      for retention in retentions {
        let left = records[index].span(retention: retention) - absence
        if left > .zero { nearest = min(nearest ?? left, left) }
      }
    }
    return nearest.map { askedAt + $0 }
  }

  /// Lets the clocks of a vantage that is asked no more run, and ends what has been absent for `hold`.
  ///
  /// - Parameter watched: the types of which other vantages tell now; the clocks of others stand still.
  package mutating func retire(
    of name: DomainName, hold: Duration, longestGap: Duration, watched: Set<RecordType>, at now: Timestamp
  ) -> LedgerStep {
    for record in records { _ = clockIndex(record.askedType) }
    for index in clocks.indices {
      let isWatched = watched.contains(clocks[index].type)
      clocks[index].retire(at: now, longestGap: longestGap, isWatched: isWatched)
    }
    isUnsaved = true
    var step = LedgerStep()
    step.closed = end(of: name, hold: hold, at: now)
    return step
  }

  /// Lets time pass for a tap, and ends what has been absent for `hold`.
  package mutating func pass(
    of name: DomainName, hold: Duration, longestGap: Duration, isLive: Bool, at now: Timestamp
  ) -> LedgerStep {
    for record in records { _ = clockIndex(record.askedType) }
    for index in clocks.indices { clocks[index].pass(to: now, longestGap: longestGap, isLive: isLive) }
    var step = LedgerStep()
    guard isLive else {
      step.mayHide = true
      return step
    }
    isUnsaved = true
    step.closed = end(of: name, hold: hold, at: now)
    return step
  }

  /// Ends the records that `drop` picks, at once: revocation.
  package mutating func revoke(of name: DomainName, at now: Timestamp, _ drop: (HeldRecord) -> Bool)
    -> LedgerStep
  {
    var step = LedgerStep()
    step.closed = records.filter(drop).map { closing($0, of: name, at: now) }
    records.removeAll(where: drop)
    return step
  }

  /// How the questions stand, for the history.
  package func questionStatuses(of name: DomainName) -> [QuestionStatus] {
    clocks.compactMap { clock in
      guard let outcome = clock.outcome, let askedAt = clock.askedAt else { return nil }
      return QuestionStatus(
        question: Question(name, clock.type), vantage: vantage, outcome: outcome, askedAt: askedAt,
        succeededAt: clock.succeededAt, watched: clock.watched)
    }
  }

  /// The clock of a type. A new one, or one that the history kept from an older moment than its records, begins where
  /// the records were last seen: from zero they would seem seen just now for as long as they have been watched.
  private mutating func clockIndex(_ type: RecordType) -> Int {
    let index = clocks.firstIndex { $0.type == type } ?? clocks.endIndex
    if index == clocks.endIndex { clocks.append(QuestionClock(type)) }
    var latest: Int64 = 0
    for place in records.indices where records[place].askedType == type {
      latest = max(latest, records[place].watched)
    }
    if clocks[index].watched < latest { clocks[index].catchUp(to: latest) }
    return index
  }

  private mutating func end(of name: DomainName, hold: Duration, at now: Timestamp) -> [(
    Observation, Timestamp
  )] {
    let ended = records.indices.filter { absence(at: $0) >= records[$0].span(retention: hold) }
    guard !ended.isEmpty else { return [] }
    let closed = ended.map { closing(records[$0], of: name, at: now) }
    for index in ended.reversed() { records.remove(at: index) }
    return closed
  }

  /// An interval ends after it began and after it was last seen, also when the wall clock went back.
  private func closing(_ record: HeldRecord, of name: DomainName, at now: Timestamp) -> (
    Observation, Timestamp
  ) {
    (record.observation(of: name, at: vantage), max(now, record.lastSeen + .milliseconds(1)))
  }

  private func rejection(
    of record: ResourceRecord, _ name: DomainName, _ reason: RejectionReason, _ at: Timestamp
  ) -> Rejection {
    let key = ObservationKey(
      name: name, vantage: vantage, owner: record.owner, type: record.type, data: record.data)
    return Rejection(key: key, reason: reason, at: at)
  }
}

/// Judges a record that isn't held yet; nil admits it. `opened` says how many the same lookup opened before.
package typealias RecordAdmission = (_ record: ResourceRecord, _ opened: Int) -> RejectionReason?

/// What a lookup changed of what is held.
package struct LedgerStep: Sendable {
  /// Intervals that began; renewals are not here.
  package var opened: [Observation] = []
  /// Intervals that ended, with the moment from which they no longer count.
  package var closed: [(observation: Observation, until: Timestamp)] = []
  /// Records that were given and not believed, in each lookup anew.
  package var rejections: [Rejection] = []
  /// Whether a clock may have run on without an end to what is absent for longer than it stays.
  var mayHide = false

  /// Nothing changed.
  package init() {}
}

extension CNAMEChain {
  /// The aliases in order, then the addresses.
  fileprivate var records: [ResourceRecord] {
    guard !links.isEmpty else { return addresses }
    return links.map {
      ResourceRecord(owner: $0.owner, type: .cname, ttl: $0.ttl, data: .name($0.target))
    } + addresses
  }
}
