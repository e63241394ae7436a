internal import DNS

extension Watch {
  /// How much of what clients may be given each set holds, as of the last sweep.
  package var setCoverages: [SetName: SetCoverage] { coverage.sets }

  /// The estimate for each question that ever had an admissible address, by question.
  package func questionCoverages(at now: Timestamp) -> [QuestionCoverage] {
    coverage.estimators.keys.sorted().compactMap { questionCoverage($0, at: now) }
  }

  /// Counts an answer; denials and failures tell nothing of a pool.
  mutating func noteCoverage(_ lookup: Lookup, of tracked: TrackedName) {
    guard lookup.outcome == .answer, let ttl = lookup.chain.smallestTTL else { return }
    let policies = tracked.sets.map { sets[$0].policy }
    let addresses = lookup.chain.addresses.compactMap(\.address).filter { address in
      policies.contains { $0.admits(address) }
    }
    let look = CacheLook(
      ttl: .seconds(Int64(ttl.seconds)), sent: lookup.sentAt, received: lookup.at,
      floor: tracked.bounds.refresh.floor)
    coverage.estimators[lookup.question, default: CoverageEstimator()].take(
      Set(addresses), look, at: lookup.vantage, window: coverageWindow(of: tracked))
  }

  /// Estimates anew and tells what fell below its target.
  mutating func judgeCoverage(at now: Timestamp) {
    let all = questionCoverages(at: now)
    coverage.atTarget = Set(all.lazy.filter(isAtTarget).map(\.question))
    for (index, set) in sets.enumerated() {
      let parts = all.filter { names[$0.question.name]?.sets.contains(index) == true }
      let name = set.policy.name
      let judged = SetCoverage(parts, target: set.policy.coverage, uses: uses(of:))
      coverage.sets[name] = judged
      if coverage.alarms[name, default: CoverageAlarm(.notReached)].take(judged, at: now) {
        noteAlarm(of: name, judged, at: now)
      }
    }
  }

  /// What a person should know of a set that is below its target.
  func coverageWarning(of set: SetName) -> String? {
    coverage.sets[set]?.warning.map { warning in
      "set \(set) \(warning)"
        + (coverage.alarms[set]?.standing == .notReached
          ? "; it has not been at its target since the start" : "")
    }
  }

  /// How often a name was seen in use.
  private func uses(of name: DomainName) -> Int64 {
    sightings.sources(of: name).reduce(0) { $0 + $1.count }
  }

  private mutating func noteAlarm(of set: SetName, _ judged: SetCoverage, at now: Timestamp) {
    if let warning = judged.warning {
      pending.note(.coverageFell, set.text, warning, at: now)
    } else if let share = judged.coverage {
      pending.note(
        .coverageRestored, set.text,
        "holds \(share.percentage) of what new answers give, no less than \(judged.target.percentage)",
        at: now)
    }
  }

  /// Goes on from what is held: an address that the history has is no discovery.
  mutating func restoreCoverage(_ stored: [QuestionCoverage], fallen: Set<SetName>) {
    for policy in sets.map(\.policy) {
      let parts = stored.filter { policy.selects($0.question.name) }
      coverage.alarms[policy.name] = CoverageAlarm(
        restoring: SetCoverage(parts, target: policy.coverage, uses: uses(of:)),
        isFallen: fallen.contains(policy.name))
    }
    for tracked in names.values {
      for record in tracked.states.lazy.flatMap(\.records) {
        guard let address = record.address else { continue }
        coverage.estimators[Question(tracked.name, record.type), default: CoverageEstimator()]
          .restore(address, lastSeen: record.lastSeen)
      }
    }
    for part in stored { coverage.estimators[part.question]?.gaps = part.gaps }
  }

  /// What the history lacks of a name's estimates.
  mutating func takeUnsavedCoverage(of name: DomainName, at now: Timestamp) -> [QuestionCoverage] {
    guard let tracked = names[name] else { return [] }
    return questions(of: name, in: tracked).compactMap { question in
      guard coverage.estimators[question]?.isUnsaved == true else { return nil }
      coverage.estimators[question]?.isUnsaved = false
      return questionCoverage(question, at: now)
    }
  }

  private func questionCoverage(_ question: Question, at now: Timestamp) -> QuestionCoverage? {
    guard let estimator = coverage.estimators[question], let tracked = names[question.name] else {
      return nil
    }
    return QuestionCoverage(
      question: question, estimate: estimator.estimate(at: now, window: coverageWindow(of: tracked)), at: now,
      gaps: estimator.gaps)
  }

  /// Whether an estimate is known to be what its name's sets want; of several sets the one that wants most counts.
  private func isAtTarget(_ part: QuestionCoverage) -> Bool {
    let targets = names[part.question.name]?.sets.map { sets[$0].policy.coverage }
    return part.estimate.confidence != .unknown && part.estimate.coverage >= targets?.max() ?? 1
  }

  /// Of several sets the shortest retention: what left one of them is missing there.
  private func coverageWindow(of tracked: TrackedName) -> Duration {
    tracked.sets.map { sets[$0].policy.retention }.min() ?? SetPolicy.defaultRetention
  }
}

/// The estimators of a watch, and what they said at the last sweep.
struct CoverageBook: Sendable {
  var estimators: [Question: CoverageEstimator] = [:]
  var sets: [SetName: SetCoverage] = [:]
  /// What was told of them.
  var alarms: [SetName: CoverageAlarm] = [:]
  /// The questions whose coverage was at its target at the last sweep.
  var atTarget: Set<Question> = []

  /// Forgets a name that is tracked no more.
  mutating func forget(_ questions: [Question]) {
    for question in questions {
      estimators[question] = nil
      atTarget.remove(question)
    }
  }
}
