package import DNS

/// A quarantined name that upstreams are being asked about.
struct Probe: Sendable {
  struct Slot: Hashable {
    let question: Question
    let vantage: Vantage
  }

  /// Questions without a reply yet.
  var underway: Set<Slot>
  var lookups: [Lookup] = []
}

extension Watch {
  /// Takes in names that clients were seen to use.
  ///
  /// - Returns: those refused, with the reason.
  @discardableResult
  package mutating func take(_ sightings: [Sighting]) -> [(name: DomainName, reason: SightingRefusal)] {
    var refused = [(name: DomainName, reason: SightingRefusal)]()
    var reached = [(cap: Cap, name: DomainName, at: Timestamp, count: Int64)]()
    for sighting in sightings {
      if let tracked = names[sighting.name] {
        usedAt[sighting.name] = sighting.at
        self.sightings.note(sighting)
        if tracked.isLearned { _ = quarantine.take(sighting) }
        continue
      }
      guard let reason = quarantine.take(sighting) else { continue }
      refused.append((sighting.name, reason))
      guard let cap = Cap(reason) else { continue }
      // A flood comes through here a million times a second.
      if let index = reached.firstIndex(where: { $0.cap == cap }) {
        reached[index].count += 1
      } else {
        reached.append((cap, sighting.name, sighting.at, 1))
      }
    }
    for (cap, name, at, count) in reached { reach(cap, name.text, count, at: at) }
    return refused
  }

  /// Takes in names that no set watches but that look related; a person decides about them.
  package mutating func take(_ related: [RelatedSighting]) {
    for sighting in related where !sets.contains(where: { $0.policy.selects(sighting.name) }) {
      switch uncovered.note(sighting) {
      case .noted: continue
      case .refused: reach(.uncoveredNames, sighting.name.text, at: sighting.at)
      case .confirmed:
        pending.note(
          .nameUncovered, sighting.name.text,
          "clients use it and no set watches it (\(sighting.relation)). Try: add it to a set if it belongs there",
          at: sighting.at)
      }
    }
  }

  /// Takes note that a source brought more at once than is kept.
  package mutating func noteDropped(_ count: Int64, by source: String, at now: Timestamp) {
    reach(.itemsPerReport, source, count, at: now)
  }

  /// Takes an event of another part of the service, to be stored with the next changes.
  package mutating func note(_ event: Event) {
    pending.note(event.kind, event.subject, event.detail, at: event.at)
  }

  /// Counts that a cap was reached, and tells it once an hour.
  mutating func reach(_ cap: Cap, _ subject: String, _ count: Int64 = 1, at now: Timestamp) {
    capCounts[cap, default: 0] += count
    let hour = now.milliseconds / 3_600_000
    guard pending.isFirstReport("cap \(cap.rawValue) \(hour)") else { return }
    pending.note(.capReached, subject, "\(cap.rawValue): \(cap.explanation)", at: now)
  }

  /// Plans lookups for quarantined names, as many as their own budget allows.
  mutating func startProbes(at now: Timestamp) {
    // Without an upstream no reply could ever settle a probe.
    guard !vantages.isEmpty else { return }
    startWildcardChecks(at: now)
    let ready = believablePatterns
    for name in quarantine.takeProbes(at: now, under: ready.contains) {
      let families = Set(sets.filter { $0.policy.selects(name) }.flatMap(\.policy.families))
      let slots = families.sorted().flatMap { family in
        vantages.map { Probe.Slot(question: Question(name, family.recordType), vantage: $0) }
      }
      probes[name] = Probe(underway: Set(slots))
      for slot in slots {
        schedule.plan(slot.question, at: slot.vantage, for: now, by: now + RefreshPolicy().ceiling)
      }
    }
  }

  /// Takes in a reply about a quarantined name: the first answer admits it, denials everywhere end it.
  mutating func settleProbe(_ lookup: Lookup) {
    let name = lookup.question.name
    guard var probe = probes[name] else { return }
    probe.underway.remove(Probe.Slot(question: lookup.question, vantage: lookup.vantage))
    probe.lookups.append(lookup)
    probes[name] = probe
    if lookup.outcome == .answer {
      probes[name] = nil
      if isLikeWildcard(lookup) {
        for slot in probe.underway { schedule.drop(slot.question, at: slot.vantage) }
        if quarantine.settle(name, as: .wildcard, at: lookup.at) == .forgotten { noteForgotten(name) }
      } else {
        admit(name, after: probe, at: lookup.at)
      }
    } else if probe.underway.isEmpty {
      probes[name] = nil
      let isDenied = probe.lookups.contains { $0.outcome.isSuccess }
      if quarantine.settle(name, as: isDenied ? .denied : .unknown, at: lookup.at) == .forgotten {
        noteForgotten(name)
      }
    }
  }

  /// Gives up the probes that are underway, since the upstreams are others now; the names wait for the next try.
  mutating func restartProbes(at now: Timestamp) {
    for (name, probe) in probes {
      for slot in probe.underway { schedule.drop(slot.question, at: slot.vantage) }
      if quarantine.settle(name, as: .unknown, at: now) == .forgotten { noteForgotten(name) }
    }
    probes = [:]
  }

  private mutating func admit(_ name: DomainName, after probe: Probe, at now: Timestamp) {
    let sources = quarantine.sources(of: name)
    let result = quarantine.settle(name, as: .exists, at: now)
    guard startTracking(name, result, sources, underway: probe.underway, "seen in use and resolved", at: now)
    else {
      for slot in probe.underway { schedule.drop(slot.question, at: slot.vantage) }
      return
    }
    // The lookup that admitted it is taken in by the caller.
    for lookup in probe.lookups.dropLast() { takeIn(lookup) }
  }

  /// Tracks a name that the quarantine believes from now on; false when it doesn't.
  mutating func startTracking(
    _ name: DomainName, _ result: ProbeResult, _ sources: [SourceSighting], underway: Set<Probe.Slot>,
    _ reason: String, at now: Timestamp
  ) -> Bool {
    guard case .admitted(let displaced) = result else {
      if result == .refused { reach(.namesPerPattern, name.text, at: now) }
      if result == .forgotten { noteForgotten(name) }
      return false
    }
    if let displaced {
      untrack(displaced, at: now)
      noteForgotten(displaced)
      pending.note(
        .nameForgotten, displaced.text, "nobody used it for a month and its pattern is full", at: now)
    }
    pending.note(.nameAdmitted, name.text, reason, at: now)
    track(name, isLearned: true, at: now, underway: underway)
    sightings.adopt(sources, of: name)
    return true
  }

  mutating func noteForgotten(_ name: DomainName) {
    heldAnswers[name] = nil
    pending.forgottenNames.append(name)
  }

  /// Takes in what operators asked for.
  package mutating func take(_ decisions: [Decision], at now: Timestamp) {
    for decision in decisions {
      pending.appliedDecisions.append(decision.id)
      journal?.note(.decision(decision), at: now)
      switch decision.kind {
      case .approve:
        approve(decision.subject, at: now)
      case .observe:
        guard let name = try? DomainName(decision.subject) else { continue }
        take([Sighting(name: name, source: decision.by, count: 1, at: now)])
      case .forget:
        forget(decision.subject, at: now)
      case .configure:
        continue  // it was in force from the start of the service that recorded it
      case .importTags:
        continue  // the loop read the tags before; that they count is stored with this decision
      }
    }
  }

  private mutating func approve(_ subject: String, at now: Timestamp) {
    guard let index = sets.firstIndex(where: { $0.policy.name.text == subject }) else { return }
    guard !sets[index].objections.isEmpty else { return }
    sets[index].isApproved = true
    sets[index].lookAgain()
    pending.note(.setApproved, subject, "an operator released what guards held", at: now)
  }

  private mutating func forget(_ subject: String, at now: Timestamp) {
    if let address = IPAddress(subject) {
      for name in names.keys.sorted() { revoke(name, at: now) { $0.address == address } }
    } else if let name = try? DomainName(subject) {
      revoke(name, at: now) { _ in true }
      if quarantine.forget(name, isOperators: true, at: now) {
        if names[name]?.isLearned == true { untrack(name, at: now) }
        probes[name] = nil
        noteForgotten(name)
      }
      // What is configured is watched on, also when it had been learned before.
      changeHoldings(of: name, at: now) { watch in
        watch.names[name]?.revoke(at: now) { _ in true } ?? LedgerStep()
      }
      askNow(name, at: now)
    }
    pending.note(.operatorForget, subject, "an operator had it forgotten", at: now)
  }

  /// Ends what a name holds as an operator wants, so that no guard objects, and asks anew.
  private mutating func revoke(_ name: DomainName, at now: Timestamp, _ drop: (HeldRecord) -> Bool) {
    guard let tracked = names[name] else { return }
    let gone = tracked.states.flatMap(\.records).filter(drop).compactMap(\.address)
    guard !gone.isEmpty else { return }
    changeHoldings(of: name, at: now) { watch in
      watch.names[name]?.revoke(at: now, drop) ?? LedgerStep()
    }
    for index in tracked.sets { sets[index].forget(gone) }
    askNow(name, at: now)
  }
}
