internal import DNS

extension Watch {
  /// Notes which addresses of an answer are sudden, and asks the other vantages about them at once.
  ///
  /// - Returns: whether anything is known of them now that wasn't before.
  mutating func noteSudden(_ lookup: Lookup, of tracked: TrackedName) -> Bool {
    guard let policy = tracked.confirmation else { return false }
    let name = lookup.question.name
    var (isFirst, isNews) = (false, false)
    for address in suddenAddresses(in: lookup, of: tracked) {
      let noted = confirmation.note(address, of: name, at: lookup.vantage, now: lookup.at)
      isNews = isNews || noted.isNews
      if noted.isFirst {
        isFirst = true
      } else if confirmation.isConfirmed(address, of: name, at: lookup.vantage, by: policy) {
        pending.note(
          .addressConfirmed, address.description,
          "\(lookup.vantage) gave it for \(name) too, or its wait is over",
          at: lookup.at)
      }
    }
    guard isFirst else { return isNews }
    for vantage in vantages
    where vantage != lookup.vantage && schedule.due(lookup.question, at: vantage) != nil {
      schedule.plan(lookup.question, at: vantage, for: lookup.at)
    }
    return isNews
  }

  /// Lets in what has waited long enough, where the set says so.
  ///
  /// - Returns: whether anything was, or waits no more.
  mutating func endWaits(at now: Timestamp) -> Bool {
    let policies = names.compactMapValues(\.confirmation)
    guard !policies.isEmpty else { return false }
    let (letIn, isNews) = confirmation.letIn(after: { policies[$0] }, at: now)
    // It enters with the next answer that holds it.
    for (name, _) in letIn { askNow(name, at: now) }
    return isNews
  }

  /// Remembers where the addresses that a name got lie.
  mutating func learnNetworks(_ opened: [Observation], of tracked: TrackedName) {
    guard tracked.confirmation != nil else { return }
    for observation in opened {
      if case .address(let address) = observation.key.data { confirmation.learn(address, of: tracked.name) }
    }
  }

  /// Whether an address lies in the service tags that a set of the name expects: then it isn't sudden.
  func expectation(of tracked: TrackedName) -> (IPAddress) -> Bool {
    let (rules, tags) = (tracked.sets.map { sets[$0].policy.tagRules }, self.tags)
    return { address in rules.contains { $0.verdict(on: address, by: tags) == .expected } }
  }

  private func suddenAddresses(in lookup: Lookup, of tracked: TrackedName) -> [IPAddress] {
    let held = Set(tracked.states.lazy.flatMap(\.records).compactMap(\.address))
    let isExpected = expectation(of: tracked)
    return lookup.chain.addresses.compactMap(\.address).filter { address in
      !held.contains(address) && !confirmation.isNear(address, to: tracked.name)
        && !isExpected(address)
        && tracked.sets.contains { sets[$0].policy.admits(address) }
    }
  }
}
