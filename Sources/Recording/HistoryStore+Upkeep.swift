package import DNS
package import Deciding
internal import GRDB
internal import Synchronization

/// What a look at the file's integrity found.
package struct IntegrityReport: Hashable, Sendable {
  /// Whether every page was read; else only the tables and the last generations were.
  package let isComplete: Bool
  /// What is wrong, one sentence each; empty for a sound file.
  package let problems: [String]
}

extension HistoryStore {
  /// Rows that one transaction of `retain` removes, so that commits get in between.
  static let pruneRows = 5_000
  /// Past this many octets a full check takes minutes, so it must be asked for.
  static let largestQuickCheck: Int64 = 256 << 20
  /// The WAL may grow to this many octets under readers before a commit waits for them.
  static let largestJournal: Int64 = 64 << 20

  /// Removes closed intervals that ended, and rejections that were last seen, before `moment`, then names and records
  /// that nothing refers to, and gives the space back. Generations and decisions stay for ever.
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

  /// The spans within `window` in which a writer was looking, sorted and disjoint. Elsewhere absence proves nothing.
  package func watchedTimes(in window: ClosedRange<Timestamp>) async throws -> [ClosedRange<Timestamp>] {
    try await read { db in
      var times: [ClosedRange<Timestamp>] = []
      let query =
        "SELECT started, heartbeat FROM watch WHERE heartbeat >= ? AND started <= ? ORDER BY started"
      try db.cachedStatement(sql: query).forEachRow(
        window.lowerBound.milliseconds, window.upperBound.milliseconds
      ) { row in
        let start = max(try row.timestamp(0), window.lowerBound)
        let end = max(start, min(try row.timestamp(1), window.upperBound))
        if let last = times.last, last.upperBound >= start {
          times[times.count - 1] = last.lowerBound...max(last.upperBound, end)
        } else {
          times.append(start...end)
        }
      }
      return times
    }
  }

  /// The names in the history below `ancestor`, nearest labels first; also those that are only owners.
  package func names(below ancestor: DomainName, limit: Int) async throws -> [DomainName] {
    try await read { db in
      let key = ancestor.reversedKey
      // "/" follows "." in ASCII, so the range holds exactly what continues the key with another label.
      return try db.rows(
        "SELECT fqdn FROM name WHERE rkey > ?1 || '.' AND rkey < ?1 || '/' ORDER BY rkey LIMIT ?2", key,
        Int64(max(0, limit))
      ) { row in try row.name(0) }
    }
  }

  /// Reads the whole file for damage when it is under 256 MiB or `isForced`, else only what opening reads; always
  /// rebuilds each set's last generation from its steps and compares.
  package func quickCheck(isForced: Bool = false) async throws -> IntegrityReport {
    let isComplete = isForced || HistoryFile.size(of: path) < Self.largestQuickCheck
    let path = path
    do {
      let problems = try await read { db in
        var problems =
          isComplete ? try db.rows("PRAGMA quick_check(20)") { try $0.text(0) }.filter { $0 != "ok" } : []
        guard problems.isEmpty else { return problems }
        try HistoryFile.requireSoundness(db, path: path)
        for set in try Self.sets(db) {
          let reader = SetReader(db: db, set: set)
          guard let current = try reader.currentSnapshot(),
            let record = try reader.generation(current.generation)
          else { continue }
          if try reader.addresses(in: record) != current.elements.map(\.address) {
            problems.append("the steps of set \(set.name) don't lead to generation \(record.generation)")
          }
        }
        return problems
      }
      return IntegrityReport(isComplete: isComplete, problems: problems)
    } catch HistoryError.damaged(_, let detail) {
      return IntegrityReport(isComplete: isComplete, problems: [detail])
    }
  }

  /// Writes a copy of the history as it stands, whole and flushed before it gets its name. Commits go on meanwhile.
  ///
  /// - Throws: `HistoryError`; then what was at `destination` before is still there.
  package func backup(to destination: String) async throws {
    let draft = try DraftFile(for: destination, suffix: ".tmp")
    do {
      let pool = connection.withLock { $0.pool }
      try await HistoryError.translating(destination) {
        // Not within a transaction: VACUUM INTO takes its own view of the file.
        try await pool.unsafeRead { db in try db.run("VACUUM INTO ?", draft.path) }
      }
      try draft.publish()
    } catch {
      draft.discard()
      throw error
    }
  }

  /// Octets in the write-ahead log: what readers keep from being copied back. For a metric.
  package var journalSize: Int64 { HistoryFile.size(of: path + "-wal") }

  /// Waits for readers to let go of a WAL that has grown too large, at most half a second.
  ///
  /// The checkpoint that SQLite makes at a commit gives up when any reader still needs older frames, and under steady
  /// reading one always does (https://www.sqlite.org/wal.html#avoiding_excessively_large_wal_files).
  func shortenJournal(_ db: Database) throws {
    guard journalSize > Self.largestJournal else { return }
    try db.execute(sql: "PRAGMA busy_timeout = 500")
    // Busy is no failure: the commit stands, and the next one tries again.
    do { try db.checkpoint(.restart) } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY
    {}
    try db.execute(sql: "PRAGMA busy_timeout = 5000")
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
            try db.inTransaction(.immediate) {
              try db.run(sql, range.0, range.1)
              return .commit
            }
            interned.removeAll()
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
