package import Deciding
internal import GRDB
internal import Synchronization

extension HistoryStore: HistoryRecorder {
  /// Stores the batch in one transaction, also when the waiting task is cancelled. An empty batch only tells
  /// that the writer was looking at its moment.
  ///
  /// - Throws: `HistoryError`; then nothing of the batch is stored, and the next commit may succeed.
  package func commit(_ batch: HistoryBatch) async throws {
    guard mode == .writer else { throw HistoryError.readOnly(path: path) }
    try await withoutTransaction { [self] db in
      try interned.withLock { interned in
        do {
          try db.inTransaction(.immediate) {
            try BatchWriter(db: db, batch: batch).write(interning: &interned)
            return .commit
          }
        } catch {
          interned.removeAll()  // ids of rows that were rolled back would be given to others
          throw error
        }
      }
      shortenJournal(db)
    }
  }

  /// Reads what was open when the last writer stopped: open intervals, questions, learned names, sets and
  /// positions.
  package func restore() async throws -> RestoredState {
    try await read { db in
      var state = RestoredState()
      state.observations = try IntervalReader.open(db)
      state.questions = try Self.questions(db)
      state.learnedNames = try Self.learnedNames(db)
      for setState in try Self.setStates(db) { state.setStates[setState.set] = setState }
      for set in try Self.sets(db) {
        state.snapshots[set.name] = try SetReader(db: db, set: set).currentSnapshot()
      }
      state.positions = try Self.positions(db)
      state.sightings = try Self.sightings(db)
      state.uncoveredNames = try Self.uncoveredNames(db)
      state.vantageReports = try Self.vantageReports(db).map(\.report)
      state.coverages = try Self.coverages(db)
      state.fallenCoverages = try Self.fallenCoverages(db)
      state.tags = try TagTables(db: db).book(of: .applied)
      return state
    }
  }

  /// Operator decisions that have not taken effect yet, oldest first.
  package func pendingDecisions() async throws -> [Decision] {
    try await read { db in
      try Self.decisions(db, "WHERE applied_at IS NULL ORDER BY id")
    }
  }
}

extension HistoryStore: DecisionRecorder {
  /// Stores a request of an operator. Waits up to five seconds while the writer commits.
  package func record(_ decision: Decision) async throws -> Int64 {
    try await write { db in
      try db.run(
        "INSERT INTO decision (at, kind, subject, reason, by) VALUES (?, ?, ?, ?, ?)",
        decision.at.milliseconds,
        decision.kind.rawValue, decision.subject, decision.reason, decision.by)
      return db.lastInsertedRowID
    }
  }
}
