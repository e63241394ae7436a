internal import DNS

/// A made-up name that a suspect vantage is asked for.
struct LieTest: Sendable {
  let question: Question
  /// What it gives for several names.
  let addresses: Set<IPAddress>
  let askedAt: Timestamp

  /// How long a reply is waited for before another name is made up.
  static let patience = Duration.seconds(30)
}

extension Watch {
  /// Judges the vantage by a reply, and gives back what to make of it: of a vantage that is set aside, a failure, so that
  /// nothing of it enters and what it gave is frozen.
  mutating func judge(_ lookup: Lookup) -> Lookup {
    let vantage = lookup.vantage
    guard let before = trust[vantage] else { return lookup }
    if settleLieTest(lookup) { return lookup.distrusted }
    let (testimony, isAlone) = testimony(of: lookup, against: before)
    let change =
      trust[vantage]?.take(
        testimony, on: lookup.question, isAlone: isAlone, probation: limits.probation, at: lookup.at)
      ?? .none
    switch change {
    case .none: break
    case .setAside(let fault): noteSetAside(vantage, fault, at: lookup.at)
    case .trusted:
      pending.note(.vantageTrusted, vantage.label, "it tells the truth again, and is believed", at: lookup.at)
      askAgain(at: vantage, now: lookup.at)
    }
    if case .stray = testimony { startLieTest(at: vantage, about: lookup.question, now: lookup.at) }
    return trust[vantage]?.fault == nil ? lookup : lookup.distrusted
  }

  /// Vantages that are set aside.
  package var doubtedVantages: Set<Vantage> { Set(setAside.map(\.vantage)) }

  /// Vantages that are set aside, with why.
  var setAside: [(vantage: Vantage, fault: VantageFault)] {
    vantages.compactMap { vantage in trust[vantage]?.fault.map { (vantage, $0) } }
  }

  /// What a reply says of its vantage.
  private func testimony(of lookup: Lookup, against trust: VantageTrust) -> (
    VantageTrust.Testimony, isAlone: Bool
  ) {
    guard let tracked = names[lookup.question.name], lookup.outcome.isSuccess else {
      return (.silence, false)
    }
    let type = lookup.question.type
    let told = others(than: lookup.vantage, tellOf: tracked, type)
    let isAlone = told.isEmpty
    let own = tracked.state(at: lookup.vantage)?.records ?? []
    // Its own word of before it strayed.
    let stray = trust.strays[lookup.question]
    let earlier = own.filter { record in
      record.type == type && record.address != nil && stray.map { record.firstSeen < $0.since } ?? true
    }
    let known = Set(
      (isAlone ? earlier : told.flatMap(\.records)).filter { $0.type == type }.compactMap(\.address))
    let exists = isAlone ? !earlier.isEmpty : told.contains { $0.clock(type)?.outcome == .answer }
    let policies = tracked.sets.map { sets[$0].policy }
    let given = Set(lookup.chain.addresses.compactMap(\.address))
    let believable = given.filter { address in policies.contains { $0.isEligible(address) } }
    guard exists else {
      // Nobody contradicts a first answer, nor a denial on which all agree.
      let isTrue = isAlone ? !believable.isEmpty : lookup.outcome == .nxDomain
      return (isTrue ? .truth : .silence, isAlone)
    }
    switch lookup.outcome {
    // A name without one family is told so by filters and by name servers in the middle of a change alike.
    case .noData, .failure: return (.silence, isAlone)
    case .nxDomain: return (.lie(.denial), isAlone)
    case .answer: break
    }
    guard !believable.isEmpty else { return (given.isEmpty ? .silence : .lie(.bogons), isAlone) }
    let ownEarlier = Set(earlier.compactMap(\.address))
    guard !believable.isDisjoint(with: known.union(ownEarlier)) else { return (.stray(believable), isAlone) }
    let wasOld = trust.lag.knows(believable, of: lookup.question)
    let isOld =
      !isAlone
      && told.allSatisfy { state in
        state.gaveUp(believable, type, retention: tracked.bounds.hold, isForgotten: wasOld)
      }
    return (isOld ? .old(believable) : .truth, isAlone)
  }

  /// What believed vantages tell now of a name.
  private func others(than vantage: Vantage, tellOf tracked: TrackedName, _ type: RecordType)
    -> [VantageState]
  {
    tracked.states.filter { state in
      state.vantage != vantage && (vantages.contains(state.vantage) || taps[state.vantage] == true)
        && trust[state.vantage]?.fault == nil
        && state.clock(type)?.outcome?.isSuccess == true
    }
  }

  private mutating func noteSetAside(_ vantage: Vantage, _ fault: VantageFault, at now: Timestamp) {
    let rest = vantages.count { trust[$0]?.fault == nil }
    pending.note(
      .vantageSetAside, vantage.label,
      "it \(fault.explanation)" + (rest == 0 ? "; no other vantage is left" : ""), at: now)
  }

  // MARK: The same answer for every name

  /// Asks a vantage for a made-up name below one of those for which it gives the same addresses. Names that move to a
  /// common server look alike otherwise, and only a captive portal resolves what nobody made.
  private mutating func startLieTest(at vantage: Vantage, about question: Question, now: Timestamp) {
    guard let trust = trust[vantage], trust.fault == nil,
      let addresses = trust.suspectAddresses(like: question)
    else { return }
    if let test = lieTests[vantage], now - test.askedAt < LieTest.patience { return }
    let name = DomainName(canonical: "\(madeUpLabel()).\(question.name.text)")
    let made = Question(name, question.type)
    lieTests[vantage] = LieTest(question: made, addresses: addresses, askedAt: now)
    schedule.plan(made, at: vantage, for: now)
  }

  /// Takes in a reply about a made-up name of a test; false when it is about another name.
  private mutating func settleLieTest(_ lookup: Lookup) -> Bool {
    let vantage = lookup.vantage
    guard let test = lieTests[vantage], test.question == lookup.question else { return false }
    lieTests[vantage] = nil
    guard lookup.outcome.isSuccess else { return true }
    let given = Set(lookup.chain.addresses.compactMap(\.address))
    guard !given.isDisjoint(with: test.addresses) else {
      trust[vantage]?.vouch(for: test.addresses)
      return true
    }
    let strays = trust[vantage]?.strays ?? [:]
    trust[vantage]?.setAside(for: .sameAnswer, portal: test.addresses, at: lookup.at)
    noteSetAside(vantage, .sameAnswer, at: lookup.at)
    // What it gave while it was believed leaves again, unless somebody else gives it too.
    for (question, stray) in strays where !stray.addresses.isDisjoint(with: test.addresses) {
      let portal = DisownedAnswer(
        question: question, vantage: vantage, addresses: stray.addresses.sorted(), since: stray.since)
      journal?.note(.disowned(portal), at: lookup.at)
      disown(portal, at: lookup.at)
    }
    return true
  }

  /// Ends what a vantage gave for a question.
  mutating func disown(_ answer: DisownedAnswer, at now: Timestamp) {
    changeHoldings(of: answer.question.name, at: now) { watch in
      watch.names[answer.question.name]?.revoke(from: answer.vantage, at: now) { record in
        record.firstSeen >= answer.since && record.address.map(answer.addresses.contains) ?? false
      } ?? LedgerStep()
    }
  }
}

extension VantageState {
  /// Whether it gave all of these once, and none of them for half of the retention.
  ///
  /// - Parameter isForgotten: what to say of those that it doesn't hold any more.
  fileprivate func gaveUp(
    _ addresses: Set<IPAddress>, _ type: RecordType, retention: Duration, isForgotten: Bool
  ) -> Bool {
    addresses.allSatisfy { address in
      guard let record = records.first(where: { $0.address == address }) else { return isForgotten }
      return record.absence(on: clock(type)) > retention / 2
    }
  }
}

extension Lookup {
  /// The same question without its reply.
  fileprivate var distrusted: Lookup {
    Lookup(
      question: question, vantage: vantage, at: at, outcome: .failure(.distrusted), roundTrip: roundTrip,
      attempts: attempts, detail: "the vantage is set aside")
  }
}
