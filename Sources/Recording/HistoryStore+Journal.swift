internal import DNS
package import Deciding
internal import GRDB
internal import Synchronization

extension HistoryStore {
  /// Begins a service's part of the journal: notes the sets that came, went, or have another policy than before, as
  /// decisions, and stores all that is known, so that a replay can begin here. Call it before anything is committed.
  ///
  /// - Parameters:
  ///   - disabled: sets that the configuration has, switched off.
  ///   - user: who started the service.
  /// - Returns: the number of the next step.
  package func startJournal(
    _ circumstances: JournalCircumstances, disabled: [SetName] = [], by user: String, at now: Timestamp
  ) async throws -> Int64 {
    guard mode == .writer else { throw HistoryError.readOnly(path: path) }
    return try await withoutTransaction { [self] db in
      try interned.withLock { interned in
        var number: Int64 = 0
        do {
          try db.inTransaction(.immediate) {
            let writer = JournalWriter(db: db)
            try writer.notePolicies(
              circumstances.policies, disabled: disabled, by: user, at: now, interning: &interned)
            number = try writer.start(circumstances, at: now, interning: &interned)
            return .commit
          }
        } catch {
          interned.removeAll()
          throw error
        }
        return number + 1
      }
    }
  }

  /// The next steps of the journal after one, at most so many; empty at the end.
  package func journal(after number: Int64, limit: Int) async throws -> [JournalEntry] {
    try await read { [self] db in
      try journalNames.withLock { names in
        try JournalReader(db: db).entries(after: number, limit: limit, &names)
      }
    }
  }

  /// The newest step with its state that is not later than `moment`, else the first there is; nil for an empty journal.
  package func replayStart(at moment: Timestamp?) async throws -> (number: Int64, at: Timestamp)? {
    try await read { db in
      let states = "SELECT id, at FROM journal WHERE mark IN ('start', 'checkpoint')"
      if let moment {
        let before = try db.rows(
          "\(states) AND at <= ? ORDER BY id DESC LIMIT 1", moment.milliseconds
        ) { (number: try $0.integer(0), at: try $0.timestamp(1)) }.first
        if let before { return before }
      }
      return try db.rows("\(states) ORDER BY id LIMIT 1") {
        (number: try $0.integer(0), at: try $0.timestamp(1))
      }.first
    }
  }

  /// What is stored beside a start or checkpoint; nil beside others, and beside starts of which others tell enough.
  package func journalState(beside number: Int64) async throws -> RestoredState? {
    try await read { db in try JournalReader(db: db).state(beside: number) }
  }

  /// The sets that ever published, by name.
  package func recordedSets() async throws -> [SetName] {
    try await read { db in try Self.sets(db).map(\.name) }
  }

  /// The generations of a set from one on, published up to `moment`, by number, each with the step to it; of the oldest
  /// that is kept, all that it holds.
  package func generations(
    of set: SetName, from first: Generation, until moment: Timestamp
  ) async throws -> [RecordedGeneration] {
    try await read { db in
      guard let id = try db.integer("SELECT id FROM set_name WHERE name = ?", set.text) else { return [] }
      var steps: [Int64: (entered: [IPPrefix], left: [IPPrefix])] = [:]
      let deltas = try db.cachedStatement(
        sql: "SELECT serial, addr, op FROM delta WHERE setid = ? AND serial >= ? ORDER BY serial, addr")
      try deltas.forEachRow(id, first.number) { row in
        let serial = try row.integer(0)
        if try row.integer(2) > 0 {
          steps[serial, default: ([], [])].entered.append(try row.prefix(1))
        } else {
          steps[serial, default: ([], [])].left.append(try row.prefix(1))
        }
      }
      return try db.rows(
        """
        SELECT serial, at, digest, size FROM generation WHERE setid = ? AND serial >= ? AND since <= ? ORDER BY serial
        """, id, first.number, moment.milliseconds
      ) { row in
        let record = try SetReader.record(row, from: 0)
        let step = steps[record.generation.number] ?? ([], [])
        return RecordedGeneration(record: record, entered: step.entered, left: step.left)
      }
    }
  }
}
