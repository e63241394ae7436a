package import Deciding
internal import GRDB
internal import Synchronization

extension HistoryStore {
  /// Rows that one transaction of `retain` removes, so that commits get in between.
  static let pruneRows = 5_000
  /// The WAL may grow to this many octets under readers before a commit waits for them.
  static let largestJournal: Int64 = 64 << 20

  /// Removes closed intervals that ended, and rejections that were last seen, before `moment`, then names and
  /// records that nothing refers to, and gives the space back. Generations and decisions stay.
  ///
  /// `keep` calls it, which also tells readers how far back they may ask.
  ///
  /// - Returns: how many intervals and rejections went.
  package func retain(before moment: Timestamp) async throws -> Int {
    guard mode == .writer else { throw HistoryError.readOnly(path: path) }
    var removed = 0
    var observation: Int64? = try await read { db in
      try db.integer("SELECT min(observation) FROM history")
    }
    while let current = observation {
      try Task.checkCancellation()
      let step = try await write { db in try Self.pruneIntervals(db, from: current, before: moment) }
      removed += step.removed
      observation = step.next
    }
    removed += try await write { db in
      try db.run("DELETE FROM rejection WHERE last < ?", moment.milliseconds)
      return db.changesCount
    }
    try await pruneUnreferenced()
    try await returnSpace()
    return removed
  }

  /// Octets in the write-ahead log: what readers keep from being copied back. For a metric.
  package var journalSize: Int64 { HistoryFile.size(of: path + "-wal") }

  /// Waits for readers to let go of a WAL that has grown too large, at most half a second.
  ///
  /// The checkpoint that SQLite makes at a commit gives up when any reader still needs older frames, and
  /// under steady reading one always does
  /// (https://www.sqlite.org/wal.html#avoiding_excessively_large_wal_files).
  func shortenJournal(_ db: Database) {
    guard journalSize > Self.largestJournal else { return }
    // No failure counts here: the commit before it stands, and the next one tries again.
    try? db.execute(sql: "PRAGMA busy_timeout = 500")
    _ = try? db.checkpoint(.restart)
    try? db.execute(sql: "PRAGMA busy_timeout = 5000")
  }

  private static func pruneIntervals(
    _ db: Database, from observation: Int64, before moment: Timestamp
  ) throws -> (removed: Int, next: Int64?) {
    var (removed, current) = (0, observation)
    // One observation after another along the primary key: an index on `until` would only serve this.
    for _ in 0..<pruneRows {
      try db.run(
        "DELETE FROM history WHERE observation = ? AND until < ? ORDER BY until LIMIT ?", current,
        moment.milliseconds, Int64(pruneRows - removed))
      removed += db.changesCount
      if removed >= pruneRows { return (removed, current) }
      guard let next = try db.integer("SELECT min(observation) FROM history WHERE observation > ?", current)
      else {
        return (removed, nil)
      }
      current = next
    }
    return (removed, current)
  }

  /// Removes observations, then records, then names that no row refers to any more.
  private func pruneUnreferenced() async throws {
    let steps = [
      (
        "observation",
        """
        NOT EXISTS (SELECT 1 FROM active WHERE active.observation = id)
          AND NOT EXISTS (SELECT 1 FROM history WHERE history.observation = id)
          AND NOT EXISTS (SELECT 1 FROM rejection WHERE rejection.observation = id)
          AND NOT EXISTS (SELECT 1 FROM state_interval WHERE state_interval.observation = id)
        """
      ),
      ("rr", "NOT EXISTS (SELECT 1 FROM observation WHERE observation.rr = rr.id)"),
      (
        "name",
        """
        NOT EXISTS (SELECT 1 FROM rr WHERE rr.owner = name.id)
          AND NOT EXISTS (SELECT 1 FROM observation WHERE observation.name = name.id)
          AND NOT EXISTS (SELECT 1 FROM question WHERE question.name = name.id)
          AND NOT EXISTS (SELECT 1 FROM learned WHERE learned.name = name.id)
          AND NOT EXISTS (SELECT 1 FROM sighting WHERE sighting.name = name.id)
          AND NOT EXISTS (SELECT 1 FROM asked WHERE asked.name = name.id)
          AND NOT EXISTS (SELECT 1 FROM state_question WHERE state_question.name = name.id)
          AND NOT EXISTS (SELECT 1 FROM state_learned WHERE state_learned.name = name.id)
          AND NOT EXISTS (SELECT 1 FROM coverage WHERE coverage.name = name.id)
        """
      ),
    ]
    for (table, condition) in steps {
      let sql = "DELETE FROM \(table) WHERE id > ?1 AND id <= ?2 AND \(condition)"
      var start: Int64 = 0
      let end = try await write { db in try db.integer("SELECT max(id) FROM \(table)") ?? 0 }
      while start < end {
        try Task.checkCancellation()
        let range = (start, start + Int64(Self.pruneRows))
        try await withoutTransaction { [self] db in
          try interned.withLock { interned in
            var removed = 0
            try db.inTransaction(.immediate) {
              try db.run(sql, range.0, range.1)
              removed = db.changesCount
              return .commit
            }
            if removed > 0 { interned.removeAll() }
          }
        }
        start = range.1
      }
    }
  }

  private func returnSpace() async throws {
    while try await withoutTransaction({ db in
      let free = try db.integer("PRAGMA freelist_count") ?? 0
      guard free > 0 else { return false }
      try db.execute(sql: "PRAGMA incremental_vacuum(2000)")
      let left = try db.integer("PRAGMA freelist_count") ?? 0
      return left > 0 && left < free
    }) { try Task.checkCancellation() }
  }
}
