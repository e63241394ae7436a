internal import DNS

extension Watch {
  /// The patterns of which it is known whether they have a wildcard record: before that nothing behind them is believed.
  var believablePatterns: Set<NamePattern> { Set(wildcards.lazy.filter(\.value.isKnown).map(\.key)) }

  /// When the next probe or wildcard check could go.
  func nextProbe(after now: Timestamp) -> Timestamp? {
    let checks = usedPatterns.compactMap { pattern -> Timestamp? in
      guard let check = wildcards[pattern] else { return now }
      return check.made == nil ? max(check.nextAt ?? now, now) : nil
    }
    let ready = believablePatterns
    return [quarantine.nextProbe(after: now, under: ready.contains), checks.min()].compactMap { $0 }.min()
  }

  /// Asks for a made-up label under each pattern that has learned or waiting names, once an hour.
  mutating func startWildcardChecks(at now: Timestamp) {
    for pattern in usedPatterns where (wildcards[pattern] ?? WildcardCheck()).isDue(at: now) {
      let name = madeUpName(under: pattern)
      let families = Set(sets.filter { $0.policy.selects(name) }.flatMap(\.policy.families))
      let slots = Set(
        families.flatMap { family in
          vantages.map { Probe.Slot(question: Question(name, family.recordType), vantage: $0) }
        })
      wildcards[pattern, default: WildcardCheck()].begin(with: name, asking: slots)
      for slot in slots { schedule.plan(slot.question, at: slot.vantage, for: now) }
    }
  }

  /// Takes in a reply about a made-up label; false when it is about another name.
  mutating func settleWildcard(_ lookup: Lookup) -> Bool {
    let found = wildcards.first { $0.value.made == lookup.question.name }
    guard let pattern = found?.key, let before = found?.value else { return false }
    guard wildcards[pattern]?.take(lookup) == true, let check = wildcards[pattern] else { return true }
    if check.isPresent != before.isPresent {
      pending.note(
        check.isPresent ? .wildcardFound : .wildcardGone, pattern.text,
        check.isPresent
          ? "made-up labels resolve, so that a name resolves proves nothing: one stands for all that answer alike"
          : "made-up labels don't resolve any more", at: lookup.at)
    }
    if check.isKnown { releaseHeldAnswers(under: pattern, at: lookup.at) }
    return true
  }

  /// The upstreams are others now: checks that are underway begin anew.
  mutating func restartWildcardChecks(at now: Timestamp) {
    for pattern in wildcards.keys {
      for slot in wildcards[pattern]?.abandon(at: now) ?? [] {
        schedule.drop(slot.question, at: slot.vantage)
      }
    }
  }

  /// Whether an answer is what any made-up name would get, and another believed name stands for those already.
  func isLikeWildcard(_ lookup: Lookup) -> Bool {
    guard let pattern = quarantine.pattern(of: lookup.question.name), let check = wildcards[pattern],
      check.explains(lookup)
    else { return false }
    return quarantine.admittedNames(under: pattern).contains { name in
      guard name != lookup.question.name, let tracked = names[name] else { return false }
      let given = tracked.states.lazy.flatMap(\.records).compactMap(\.address)
      return given.contains { address in lookup.chain.addresses.contains { $0.address == address } }
    }
  }

  private var usedPatterns: [NamePattern] {
    Set(sets.flatMap(\.policy.selectors).compactMap(\.pattern)).sorted().filter {
      quarantine.isUsed($0) || wildcards[$0]?.isWanted == true
    }
  }

  /// A name with 24 random letters in the place of each star: nobody has a record for it.
  private mutating func madeUpName(under pattern: NamePattern) -> DomainName {
    let labels = pattern.text.split(separator: ".").map { label in
      label == "*" || label == "**" ? madeUpLabel() : String(label)
    }
    return DomainName(canonical: labels.joined(separator: "."))
  }

  /// 24 random letters.
  mutating func madeUpLabel() -> String {
    String((0..<24).map { _ in "abcdefghijklmnopqrstuvwxyz".randomElement(using: &random) ?? "x" })
  }
}
