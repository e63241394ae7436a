internal import DNS

extension Watch {
  /// Takes in what a tap brought. Its lookups count like our own, with the tap as vantage: they are what clients were
  /// given.
  package mutating func take(_ report: TapReport) {
    take(report.sightings)
    take(report.related)
    for lookup in report.lookups { take(tapped: lookup) }
  }

  /// Takes note of whether somebody is connected to a tap: what it gave ages only then.
  package mutating func noteTap(_ tap: Vantage, isLive: Bool, at now: Timestamp) {
    guard let wasLive = taps[tap], wasLive != isLive else { return }
    passTime(at: tap, now)
    taps[tap] = isLive
    journal?.note(.tap(tap, isLive: isLive), at: now)
    pending.note(
      isLive ? .tapConnected : .tapGone, tap.label,
      isLive ? "a resolver tells what clients ask and get" : "what it gave is frozen until it comes back",
      at: now)
  }

  /// Lets time pass for what taps gave; tells whether anything ended by it.
  mutating func passTime(atTaps now: Timestamp) -> Bool {
    var isNews = false
    for tap in taps.keys where passTime(at: tap, now) { isNews = true }
    return isNews
  }

  /// The wildcard check of a pattern is through: what taps told meanwhile counts now.
  mutating func releaseHeldAnswers(under pattern: NamePattern, at now: Timestamp) {
    wildcards[pattern]?.isWanted = false
    for name in heldAnswers.keys.sorted() where quarantine.pattern(of: name) == pattern {
      for lookup in heldAnswers.removeValue(forKey: name) ?? [] { take(tapped: lookup) }
    }
  }

  /// The most names of which a tap's answers are kept until their pattern's wildcard check is through.
  private static let mostHeld = 1024

  /// A failure tells nothing of the name, and nobody got an address by it.
  private mutating func take(tapped lookup: Lookup) {
    let name = lookup.question.name
    guard taps[lookup.vantage] != nil, lookup.outcome.isSuccess else { return }
    if names[name] == nil, lookup.outcome == .answer { admit(tapped: lookup) }
    guard names[name] != nil else { return }
    takeIn(lookup)
  }

  /// Believes a name behind a pattern because the site's resolver gave a client an address for it.
  private mutating func admit(tapped lookup: Lookup) {
    let (name, now) = (lookup.question.name, lookup.at)
    guard let pattern = quarantine.pattern(of: name), givesAdmissibleAddress(lookup) else { return }
    guard wildcards[pattern]?.isKnown == true || vantages.isEmpty else {
      wildcards[pattern, default: WildcardCheck()].isWanted = true
      let held = heldAnswers[name] ?? []
      guard !held.isEmpty || heldAnswers.count < Self.mostHeld else {
        return reach(.itemsPerReport, name.text, at: now)
      }
      heldAnswers[name] = held.filter { $0.question != lookup.question } + [lookup]
      return
    }
    guard !isLikeWildcard(lookup) else { return }
    let sighting = Sighting(name: name, source: lookup.vantage.label, count: 1, evidence: .resolved, at: now)
    let result = quarantine.admit(sighting, at: now)
    let probe = probes.removeValue(forKey: name)
    _ = startTracking(
      name, result, quarantine.sources(of: name), underway: probe?.underway ?? [],
      "a client was given an address for it", at: now)
  }

  private func givesAdmissibleAddress(_ lookup: Lookup) -> Bool {
    let policies = sets.lazy.map(\.policy).filter { $0.selects(lookup.question.name) }
    return lookup.chain.addresses.compactMap(\.address).contains { address in
      policies.contains { $0.isEligible(address) }
    }
  }

  @discardableResult
  private mutating func passTime(at tap: Vantage, _ now: Timestamp) -> Bool {
    guard let isLive = taps[tap] else { return false }
    var isNews = false
    for tracked in names.values where tracked.state(at: tap) != nil {
      let bounds = tracked.bounds
      let isOver = changeHoldings(of: tracked.name, at: now) { watch in
        watch.names[tracked.name]?.pass(
          at: tap, hold: bounds.hold, longestGap: bounds.longestGap, isLive: isLive, now: now) ?? LedgerStep()
      }
      isNews = isNews || isOver
      guard names[tracked.name]?.state(at: tap) == nil else { continue }
      pending.retiredQuestions += questions(of: tracked.name, in: tracked).map { ($0, tap) }
      forgetIfGone(tracked.name, at: now)
    }
    return isNews
  }
}
