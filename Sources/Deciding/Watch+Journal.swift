internal import DNS

extension Watch {
  /// Keeps from now on what decisions are made from, for the batches to store.
  ///
  /// - Parameter number: of the first step: one more than the history's last.
  package mutating func startJournal(from number: Int64, at now: Timestamp) {
    journal = Journal(from: number, at: now)
  }

  /// Has the ends of all runs stored with the next batch: the service ends.
  package mutating func endJournalRuns() { journal?.end() }

  /// Takes all that the history lacks, and has all that is known stored beside it, so that a replay can begin there.
  package mutating func makeCheckpoint(at now: Timestamp) -> HistoryBatch {
    // What a start would judge anew by the time must be judged: a file of service tags gets too old, say.
    sweep(at: now)
    for name in Array(names.keys) { names[name]?.markUnsaved() }
    var batch = makeBatch(at: now)
    let renewals = makeRenewals(at: now, namesUpTo: .max)
    batch.observations += renewals.observations
    batch.questions += renewals.questions
    batch.uncoveredNames = renewals.uncoveredNames
    batch.dismissedNames = renewals.dismissedNames
    batch.journal += renewals.journal
    var circumstances = circumstances
    circumstances.standing = standing
    journal?.note(.checkpoint(circumstances), at: now)
    batch.journal += journal?.takeUnsaved(at: now) ?? []
    return batch
  }

  /// With what it decides, beside what it is told.
  package var circumstances: JournalCircumstances {
    var told = JournalCircumstances(
      vantages: vantages, taps: taps, limits: limits, policies: sets.map(\.policy))
    told.tags = tags
    told.networks = confirmation.networks
    return told
  }

  /// What a restart would forget, and a replay that goes on from here must know.
  private var standing: JournalStanding {
    var standing = JournalStanding()
    standing.waiting = confirmation.waitingAddresses
    for set in sets {
      if !set.forgotten.isEmpty { standing.forgotten[set.policy.name] = set.forgotten.sorted() }
      if set.published == nil, !set.isComplete { standing.unasked[set.policy.name] = Array(set.unasked) }
    }
    return standing
  }

  /// Whether any of the sets is to be decided about, which a replay must do at the same point.
  mutating func noteDeciding(at now: Timestamp) {
    guard journal != nil, sets.contains(where: { $0.isChanged && $0.isComplete }) else { return }
    journal?.note(.decided, at: now)
  }

  /// Takes note of a lookup that was taken in.
  mutating func noteInJournal(_ lookup: Lookup, of tracked: TrackedName, isNews: Bool) {
    guard journal != nil else { return }
    let records = names[tracked.name]?.state(at: lookup.vantage)?.records ?? []
    func isHeld(_ record: ResourceRecord) -> Bool {
      records.contains { $0.owner == record.owner && $0.data == record.data }
    }
    func kept(_ record: ResourceRecord) -> ResourceRecord {
      let held = records.first { $0.owner == record.owner && $0.data == record.data }
      return ResourceRecord(
        owner: record.owner, type: record.type, ttl: held?.ttl ?? TTL(wire: 0), data: record.data)
    }
    let chain = lookup.chain
    let links = chain.links.map {
      kept(ResourceRecord(owner: $0.owner, type: .cname, ttl: $0.ttl, data: .name($0.target)))
    }
    // What was believed first: where not all find room, the same ones find it in a replay.
    let sorted = { (given: [ResourceRecord]) in
      given.map { (isHeld: isHeld($0), record: kept($0)) }.sorted { left, right in
        guard left.isHeld == right.isHeld else { return left.isHeld }
        return (left.record.address ?? Self.noAddress) < (right.record.address ?? Self.noAddress)
      }.map(\.record)
    }
    let answer = JournalAnswer(
      outcome: lookup.outcome,
      records: lookup.outcome.isSuccess ? links + sorted(chain.addresses) + sorted(chain.outOfChain) : [])
    let longestGap = tracked.bounds.longestGap
    // Where time passes beside lookups, no two of them are one run, but at a tap whose time passes evenly.
    let isSteady = vantages.contains(lookup.vantage) || taps[lookup.vantage] == true
    journal?.note(lookup, answer, isNews: isNews || !isSteady, longestGap: longestGap)
  }

  private static let noAddress = IPAddress(v4: 0)
}
