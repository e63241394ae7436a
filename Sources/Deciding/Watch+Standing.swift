package import DNS

extension Watch {
  /// Lets time pass: retired vantages age, each set is judged fresh or stale, and a wall clock that
  /// went back is noticed. Call it every few seconds, and look at `nextWake` afterwards.
  package mutating func sweep(at now: Timestamp) {
    if now < sweptAt {
      // Plans are moments of the wall clock: without this, nobody would look until it is where it was.
      let longestWait = sets.map(\.policy.refresh.ceiling).max() ?? .zero
      schedule.bringForward(to: now + longestWait)
      quarantine.clockWentBack(to: now)
      for pattern in wildcards.keys { wildcards[pattern]?.bringForward(to: now + WildcardCheck.lifetime) }
      candidatesAt = min(candidatesAt, now)
    }
    sweptAt = now
    pending.releaseEvents(at: now)
    var isNews = endWaits(at: now)
    isNews = passTime(atTaps: now) || isNews
    offerCandidates(at: now)
    let retired = names.values.flatMap { tracked in
      tracked.states.filter { !vantages.contains($0.vantage) && taps[$0.vantage] == nil }
        .map { (tracked, $0.vantage) }
    }
    for (tracked, vantage) in retired {
      let bounds = tracked.bounds
      let isOver = changeHoldings(of: tracked.name, at: now) { watch in
        watch.names[tracked.name]?.retire(
          at: vantage, asked: watch.vantages, hold: bounds.hold, longestGap: bounds.longestGap, now: now)
          ?? LedgerStep()
      }
      isNews = isNews || isOver
      guard names[tracked.name]?.state(at: vantage) == nil else { continue }
      // Else `postern names` would show an upstream that is gone for ever.
      pending.retiredQuestions += questions(of: tracked.name, in: tracked).map { ($0, vantage) }
    }
    isNews = judgeGates(at: now) || isNews
    if isNews || !taps.isEmpty || !retired.isEmpty { journal?.noteSweep(at: now, isNews: isNews) }
    guard !isReplayed else { return }
    for index in sets.indices { judgeFreshness(of: index, at: now) }
    judgeCoverage(at: now)
  }

  /// What is published of each set, for those that have something.
  package var publishedSets: [PublishedSet] {
    sets.compactMap { set in
      guard let snapshot = set.published else { return nil }
      let checkedAt = set.checkedAt ?? snapshot.at
      return PublishedSet(
        snapshot: snapshot, status: set.status, heldReasons: set.objections.map(\.description),
        checkedAt: checkedAt,
        validUntil: (set.freshness ?? checkedAt) + set.policy.maxStale,
        coverage: coverage.sets[set.policy.name])
    }
  }

  /// Whether consumers can rely on what is served, and what a person should look at.
  package var readiness: Readiness {
    var faults = [String]()
    for set in sets {
      if set.published == nil {
        let lack = set.policy.tagLack(by: tags).map { ": \($0)" } ?? ""
        faults.append("set \(set.policy.name) has nothing to publish yet\(lack)")
      } else if set.status == .stale {
        faults.append(
          set.policy.isGivenByTags
            ? "set \(set.policy.name) is stale: its service tags were not known to be current for too long. Try: 'postern tags import' with this week's file"
            : "set \(set.policy.name) is stale: some of its names could not be looked up for too long")
      }
    }
    var warnings =
      vantages.isEmpty && !sets.allSatisfy(\.policy.isGivenByTags) ? ["there is no upstream to ask"] : []
    for vantage in vantages {
      guard let health = health[vantage], health.isFailing else { continue }
      warnings.append("upstream \(vantage) fails: \(health.lastFailure ?? "no reply")")
    }
    for (vantage, fault) in setAside {
      warnings.append("upstream \(vantage) is set aside: it \(fault.explanation)")
    }
    for (tap, isLive) in taps.sorted(by: { $0.key < $1.key }) where !isLive {
      warnings.append("nothing is connected to the tap \(tap), so what it gave is frozen")
    }
    for (pattern, check) in wildcards.sorted(by: { $0.key < $1.key }) where check.isPresent {
      warnings.append(
        "\(pattern) has a wildcard record: any label resolves, so one name stands for all that answer alike")
    }
    warnings += sets.compactMap { coverageWarning(of: $0.policy.name) }
    for set in sets where set.status == .held {
      warnings.append(
        "set \(set.policy.name) is held: " + set.objections.map(\.description).joined(separator: "; "))
    }
    return Readiness(faults: faults, warnings: warnings + tagWarnings)
  }

  /// How each tracked name stands, by name.
  package var trackedNames: [TrackedName] { names.values.sorted { $0.name < $1.name } }

  /// Where the aliases of tracked names lead now.
  package var aliasTargets: Set<DomainName> {
    var targets = Set<DomainName>()
    for record in names.values.lazy.flatMap(\.states).flatMap(\.records) {
      if case .name(let target) = record.data { targets.insert(target) }
    }
    return targets
  }

  /// How each upstream does.
  package var vantageHealth: [(vantage: Vantage, health: VantageHealth)] {
    vantages.map { ($0, health[$0] ?? VantageHealth()) }
  }

  /// Figures for metrics.
  package var figures: WatchFigures {
    let counts = quarantine.counts
    return WatchFigures(
      trackedNames: names.count, quarantinedNames: counts.waiting, admittedNames: counts.admitted,
      uncoveredNames: uncovered.all.count, refusedSightings: quarantine.refusals, reachedCaps: capCounts)
  }

  /// Judges whether a set's names were looked up within `maxStale`.
  mutating func judgeFreshness(of index: Int, at now: Timestamp) {
    let policy = sets[index].policy
    var oldest: Timestamp?
    for tracked in names.values where tracked.sets.contains(index) {
      for family in policy.families {
        guard let latest = tracked.checkedAt(of: family.recordType) else { continue }
        oldest = min(oldest ?? latest, latest)
      }
    }
    // With nothing held, the last generation is as old as the last look at its names, or as itself.
    if let published = sets[index].published { oldest = oldest ?? sets[index].checkedAt ?? published.at }
    let wasStale = sets[index].isStale
    sets[index].noteFreshness(oldest, isStale: oldest.map { now - $0 > policy.maxStale } ?? false)
    guard wasStale != sets[index].isStale else { return }
    pending.note(
      sets[index].isStale ? .setStale : .setFresh, policy.name.text,
      sets[index].isStale
        ? "\(policy.isGivenByTags ? "its service tags were not known to be current" : "a name of it could not be looked up") for longer than maxStale; the last good generation stays"
        : policy.isGivenByTags
          ? "its service tags are current again" : "all of its names are looked up again",
      at: now)
  }
}

/// Whether consumers can rely on what is served.
package struct Readiness: Hashable, Sendable {
  /// What makes the service not ready, one sentence each.
  package let faults: [String]
  /// What a person should look at although the service is ready.
  package let warnings: [String]

  /// Both in the order in which a person should read them.
  package init(faults: [String], warnings: [String]) {
    self.faults = faults
    self.warnings = warnings
  }

  /// Whether there is no fault; warnings don't count.
  package var isReady: Bool { faults.isEmpty }
}

/// Figures of a watch for metrics.
package struct WatchFigures: Hashable, Sendable {
  /// Configured, seeded and admitted names.
  package let trackedNames: Int
  /// Names that wait for their first answer, or for room under their pattern.
  package let quarantinedNames: Int
  /// Learned names that are believed.
  package let admittedNames: Int
  /// Names for a person to decide about.
  package let uncoveredNames: Int
  /// Since the start, by reason; a name that was seen n times counts n.
  package let refusedSightings: [SightingRefusal: Int64]
  /// How often each cap was reached since the start.
  package let reachedCaps: [Cap: Int64]
}
