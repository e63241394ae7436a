internal import DNS

extension Watch {
  /// The types that are asked for a name: those of the families of its sets.
  func askedTypes(_ tracked: TrackedName) -> [RecordType] {
    let families = Set(tracked.sets.flatMap { sets[$0].policy.families })
    return families.sorted().map(\.recordType)
  }

  func questions(of name: DomainName, in tracked: TrackedName) -> [Question] {
    askedTypes(tracked).map { Question(name, $0) }
  }

  /// Judges a record that isn't held yet.
  func admission(for tracked: TrackedName, at vantage: Vantage) -> RecordAdmission {
    // Not the sets: what they hold would be copied when it changes.
    let watching = tracked.sets.map { (policy: sets[$0].policy, gate: sets[$0].gate) }
    let room = limits.addressesPerName
    let (rule, confirmation) = (tracked.confirmation, self.confirmation)
    let isExpected = rule == nil ? { _ in true } : expectation(of: tracked)
    // Most lookups hold nothing new: then nobody asks.
    var known: Set<RecordData>?
    return { record, opened in
      if case .address(let address) = record.data,
        !watching.contains(where: { $0.policy.admits(address, through: $0.gate) })
      {
        if watching.contains(where: { $0.policy.admits(address) }) { return .outsideServiceTags }
        return watching.contains { $0.policy.isEligible(address) } ? .excluded : .notGlobalUnicast
      }
      let held = known ?? Set(tracked.states.lazy.flatMap(\.records).map(\.data))
      known = held
      if let rule, case .address(let address) = record.data, !held.contains(record.data),
        !confirmation.isNear(address, to: tracked.name), !isExpected(address),
        !confirmation.isConfirmed(address, of: tracked.name, at: vantage, by: rule)
      {
        return .unconfirmed
      }
      return held.contains(record.data) || held.count + opened < room ? nil : .tooManyAddresses
    }
  }

  /// Starts to look a name up. Questions in `underway` are being asked already.
  mutating func track(
    _ name: DomainName, isLearned: Bool, at now: Timestamp, underway: Set<Probe.Slot> = []
  ) {
    let selecting = sets.indices.filter { sets[$0].policy.selects(name) }
    guard !selecting.isEmpty else { return }
    let tracked = TrackedName(
      name, isLearned: isLearned, sets: selecting, selecting.map { sets[$0].policy })
    names[name] = tracked
    if isLearned { journal?.note(.tracked(name), at: now) }
    startAsking(tracked, at: vantages, now: now, underway: underway)
  }

  /// Plans a name's questions at these vantages: at once where it never was asked, for until then nothing of it is covered.
  /// The first snapshot waits for what is configured.
  mutating func startAsking(
    _ tracked: TrackedName, at vantages: [Vantage], now: Timestamp, underway: Set<Probe.Slot> = []
  ) {
    let limit = tracked.states.isEmpty ? now : now + tracked.bounds.refresh.ceiling
    for question in questions(of: tracked.name, in: tracked) {
      for vantage in vantages where !underway.contains(Probe.Slot(question: question, vantage: vantage)) {
        schedule.plan(question, at: vantage, for: now, as: precedence(of: question, at: now), by: limit)
        guard !tracked.isLearned else { continue }
        for index in tracked.sets
        where sets[index].policy.families.contains(where: { $0.recordType == question.type }) {
          sets[index].await(question, at: vantage)
        }
      }
    }
  }

  /// Stops looking a name up and revokes all that it gave.
  mutating func untrack(_ name: DomainName, at now: Timestamp) {
    guard let tracked = names[name] else { return }
    journal?.note(.untracked(name), at: now)
    changeHoldings(of: name, at: now) { watch in
      let step = watch.names[name]?.revoke(at: now) { _ in true }
      watch.names[name] = nil
      return step ?? LedgerStep()
    }
    for question in questions(of: name, in: tracked) {
      for vantage in vantages {
        schedule.drop(question, at: vantage)
        pending.retiredQuestions.append((question, vantage))
      }
    }
    for index in tracked.sets { sets[index].stopAwaiting(name) }
    coverage.forget(questions(of: name, in: tracked))
    usedAt[name] = nil
    drift[name] = nil
    confirmation.forget(name)
    sightings.forget(name)
  }

  /// Runs a change of what one name holds, counts what it means for the sets, and keeps it for the history.
  ///
  /// - Returns: whether anything began, ended, entered or left by it.
  @discardableResult
  mutating func changeHoldings(
    of name: DomainName, at now: Timestamp, _ change: (inout Watch) -> LedgerStep
  ) -> Bool {
    // No copy of the name is kept meanwhile, or each change would copy all that it holds.
    guard let concerned = names[name]?.sets else { return false }
    let old = given(by: name)
    let step = change(&self)
    var isNews = !step.opened.isEmpty || !step.closed.isEmpty
    if isNews || step.mayHide || names[name]?.bounds.isEven != true || !old.allSatisfy(\.isWhole) {
      names[name]?.given = []
      let new = given(by: name)
      names[name]?.given = new
      for (position, index) in concerned.enumerated() {
        let after = position < new.count ? new[position].addresses : []
        guard after != old[position].addresses else { continue }
        isNews = true
        replace(old[position].addresses, with: after, of: name, in: index)
      }
    } else if names[name]?.given.isEmpty == true {
      names[name]?.given = old
    }
    if isReplayed {
      // A record that ended and began again was first seen now.
      for observation in step.opened {
        guard case .address(let address) = observation.key.data else { continue }
        for index in concerned { sets[index].touch(address) }
      }
    } else {
      pending.add(step)
    }
    if !step.opened.isEmpty, let tracked = names[name] { learnNetworks(step.opened, of: tracked) }
    let surplus = step.rejections.count { $0.reason == .tooManyAddresses }
    if surplus > 0 { reach(.addressesPerName, name.text, Int64(surplus), at: now) }
    return isNews
  }

  /// What a name gives each of its sets now, in their order.
  private func given(by name: DomainName) -> [GivenAddresses] {
    guard let tracked = names[name] else { return [] }
    guard tracked.given.isEmpty else { return tracked.given }
    return tracked.sets.map {
      SnapshotBuilder.given(by: tracked.states, to: sets[$0].policy, through: sets[$0].gate)
    }
  }

  /// Counts for a set what one name gave before and gives now.
  mutating func replace(
    _ before: [IPAddress], with after: [IPAddress], of name: DomainName, in index: Int
  ) {
    if isReplayed {
      sets[index].redraft(before, with: after, of: name)
    } else {
      sets[index].replace(before, with: after)
    }
  }

  /// Plans the next lookup of a question that was just answered.
  mutating func plan(_ lookup: Lookup, of tracked: TrackedName) {
    guard vantages.contains(lookup.vantage), names[lookup.question.name] != nil, !isReplayed else { return }
    let state = names[lookup.question.name]?.state(at: lookup.vantage)
    let failures = state?.clock(lookup.question.type)?.failures ?? 0
    let refresh = tracked.bounds.refresh
    // While the budget is short, no question goes to finding where an entry ends: that takes one more now and then.
    let edge = coverage.estimators[lookup.question]?.nextLook(
      at: lookup.vantage, floor: refresh.floor, mayBeEarly: budget.isAmple)
    let next = schedule.next(after: lookup, failures: failures, refresh: refresh, edge: edge)
    schedule.plan(
      lookup.question, at: lookup.vantage, for: next, as: precedence(of: lookup.question, at: lookup.at),
      by: lookup.at + refresh.ceiling)
  }

  /// Whom a question goes before while the budget is short.
  func precedence(of question: Question, at now: Timestamp) -> Precedence {
    Precedence(
      isBelowTarget: !coverage.atTarget.contains(question) && !isDenied(question),
      isInUse: usedAt[question.name].map { now - $0 < Self.inUse } ?? false)
  }

  /// Whether a question never had an address and every vantage that was asked denies it: there is no pool to see more of.
  private func isDenied(_ question: Question) -> Bool {
    guard coverage.estimators[question] == nil, let tracked = names[question.name] else { return false }
    let outcomes = tracked.states.compactMap { $0.clock(question.type)?.outcome }
    return !outcomes.isEmpty && outcomes.allSatisfy(\.isDenial)
  }

  /// Plans a question again whose lookup was cancelled: nothing is known, and nobody else would ask it.
  package mutating func takeBack(_ lookup: Lookup) {
    let name = lookup.question.name
    let slot = Probe.Slot(question: lookup.question, vantage: lookup.vantage)
    let isProbed = probes[name]?.underway.contains(slot) ?? false
    guard vantages.contains(lookup.vantage), isProbed || names[name] != nil else { return }
    let refresh = names[name]?.bounds.refresh ?? RefreshPolicy()
    schedule.plan(
      lookup.question, at: lookup.vantage, for: lookup.at + refresh.floor,
      as: precedence(of: lookup.question, at: lookup.at), by: lookup.at + refresh.ceiling)
  }

  /// A learned name that every upstream denies for every family, and whose addresses have all left, is a name no more.
  mutating func forgetIfGone(_ name: DomainName, at now: Timestamp) {
    guard !isReplayed, let tracked = names[name], tracked.isLearned else { return }
    guard tracked.states.allSatisfy({ $0.records.allSatisfy { $0.address == nil } }) else { return }
    // What was not asked yet may still answer: one family's denial often comes before the other's answer.
    let types = askedTypes(tracked)
    let isDenied = vantages.allSatisfy { vantage in
      let state = tracked.state(at: vantage)
      return types.allSatisfy { state?.clock($0)?.outcome?.isDenial == true }
    }
    guard isDenied, !vantages.isEmpty, quarantine.forget(name, at: now) else { return }
    untrack(name, at: now)
    pending.forgottenNames.append(name)
    pending.note(.nameForgotten, name.text, "no upstream knows the name any more", at: now)
  }

  /// Reports aliases that lead where nobody expected.
  mutating func noteAliases(_ lookup: Lookup, of tracked: TrackedName) {
    for index in tracked.sets {
      let policy = sets[index].policy
      guard !policy.expectedAliasSuffixes.isEmpty else { continue }
      for link in lookup.chain.links {
        let isExpected =
          policy.selects(link.target)
          || policy.expectedAliasSuffixes.contains { link.target.isSubdomain(of: $0) }
        guard !isExpected, pending.isFirstReport("alias \(policy.name) \(link.target)") else { continue }
        pending.note(
          .aliasUnexpected, link.target.text,
          "\(lookup.question.name) leads to \(link.target), outside the expected suffixes of set \(policy.name)",
          at: lookup.at)
      }
    }
  }

  mutating func noteHealth(_ lookup: Lookup) {
    guard var vantage = health[lookup.vantage] else { return }
    let wasFailing = vantage.isFailing
    vantage.note(lookup)
    health[lookup.vantage] = vantage
    guard wasFailing != vantage.isFailing else { return }
    if vantage.isFailing {
      pending.note(
        .upstreamFailing, lookup.vantage.label,
        "\(vantage.failures) lookups in a row failed, the last by \(vantage.lastFailure ?? "no reply")",
        at: lookup.at)
    } else {
      pending.note(.upstreamRecovered, lookup.vantage.label, "answers again", at: lookup.at)
      askAgain(at: lookup.vantage, now: lookup.at)
    }
  }

  /// Asks at once what failed at a vantage and waits for its turn, since the vantage answers again.
  mutating func askAgain(at vantage: Vantage, now: Timestamp) {
    for tracked in names.values {
      for clock in tracked.state(at: vantage)?.clocks ?? [] where clock.failures > 0 {
        let question = Question(tracked.name, clock.type)
        guard schedule.due(question, at: vantage) != nil else { continue }
        schedule.plan(
          question, at: vantage, for: now, as: precedence(of: question, at: now),
          by: now + tracked.bounds.refresh.ceiling)
      }
    }
  }

  /// Goes on from what the history kept.
  mutating func restore(_ restored: RestoredState, at now: Timestamp) {
    for observation in restored.observations {
      let key = observation.key
      let types = names[key.name].map(askedTypes) ?? []
      if case .address(let address) = key.data, names[key.name]?.confirmation != nil {
        confirmation.learn(address, of: key.name)
      }
      if let first = types.first, key.type == .cname || types.contains(key.type) {
        names[key.name]?.restore(observation, aliasesAskedBy: first)
      } else {
        pending.closed.append((observation, max(now, observation.lastSeen + .milliseconds(1))))
      }
    }
    for (name, addresses) in restored.seenAddresses {
      for address in addresses { confirmation.learn(address, of: name) }
    }
    for status in restored.questions {
      if let tracked = names[status.question.name], askedTypes(tracked).contains(status.question.type) {
        names[status.question.name]?.restore(status)
      } else {
        pending.retiredQuestions.append((status.question, status.vantage))
      }
    }
    if !isReplayed { restoreCoverage(restored.coverages, fallen: restored.fallenCoverages) }
    for name in Array(names.keys) {
      let given = given(by: name)
      names[name]?.given = given
      for (index, given) in zip(names[name]?.sets ?? [], given) {
        replace([], with: given.addresses, of: name, in: index)
      }
    }
  }
}
