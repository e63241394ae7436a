internal import DNS
package import Deciding
internal import GRDB
internal import Synchronization

extension HistoryStore {
  /// Removes what is older than the limits allow, in transactions so small that commits get in between. Open intervals,
  /// decisions, and the last generations of each set stay whatever their age.
  package func keep(within limits: HistoryLimits, at now: Timestamp) async throws {
    guard mode == .writer else { throw HistoryError.readOnly(path: path) }
    var (history, journal) = (now - limits.keep, now - min(limits.journal, limits.keep))
    try await forget(history: history, journal: journal)
    // An eighth of what is left at a time: what goes can't come back.
    while try await usedOctets() > limits.maxSize {
      let span = try await self.span()
      if let first = span.replayableSince, now - first > HistoryLimits.leastKept {
        journal = first + max(.seconds(3600), (now - first) / 8)
      } else if let since = span.since, now - since > HistoryLimits.leastKept {
        history = min(since + max(.seconds(3600), (now - since) / 8), now - HistoryLimits.leastKept)
      } else {
        return
      }
      try await forget(history: history, journal: journal)
      let after = try await self.span()
      // Where nothing can go any more, going on would never end.
      guard after.since != span.since || after.replayableSince != span.replayableSince else { return }
    }
  }

  /// How far back it reaches and what it takes.
  package func span() async throws -> HistorySpan {
    let size = try await usedOctets()
    return try await read { db in
      let kept = try Self.horizon(db, "history")
      let first = try db.integer("SELECT min(started) FROM watch").map { Timestamp(milliseconds: $0) }
      let replayable = try db.integer(
        "SELECT at FROM journal WHERE mark IN ('start', 'checkpoint') ORDER BY id LIMIT 1")
      return HistorySpan(
        since: kept ?? first, isShortened: kept != nil,
        replayableSince: replayable.map { Timestamp(milliseconds: $0) }, size: size)
    }
  }

  static func horizon(_ db: Database, _ what: String) throws -> Timestamp? {
    try db.integer("SELECT since FROM horizon WHERE what = ?", what).map { Timestamp(milliseconds: $0) }
  }

  private func usedOctets() async throws -> Int64 {
    try await read { db in
      let pages = try db.integer("PRAGMA page_count") ?? 0
      let free = try db.integer("PRAGMA freelist_count") ?? 0
      return (pages - free) * (try db.integer("PRAGMA page_size") ?? 0)
    }
  }

  private func forget(history: Timestamp, journal: Timestamp) async throws {
    try await forgetJournal(before: journal)
    let oldest = try await read { db in try db.integer("SELECT min(started) FROM watch") }
    guard let oldest, oldest < history.milliseconds else { return }
    // First, so that nobody takes what goes for what never was.
    try await raise("history", to: history)
    for set in try await read({ db in try Self.sets(db) }) {
      try await forgetGenerations(of: set, before: history)
    }
    _ = try await retain(before: history)
    try await write { db in try db.run("DELETE FROM watch WHERE heartbeat < ?", history.milliseconds) }
  }

  private func raise(_ what: String, to moment: Timestamp) async throws {
    try await write { db in
      try db.run(
        """
        INSERT INTO horizon (what, since) VALUES (?1, ?2)
        ON CONFLICT (what) DO UPDATE SET since = max(since, excluded.since)
        """, what, moment.milliseconds)
    }
  }

  /// Everything up to the newest whole generation that is old enough becomes the step to it.
  private func forgetGenerations(of set: SetReader.StoredSet, before moment: Timestamp) async throws {
    let base = try await read { db in
      try db.integer(
        """
        SELECT max(serial) FROM checkpoint WHERE setid = ?1
          AND serial <= (SELECT max(serial) FROM generation WHERE setid = ?1 AND since <= ?2)
          AND serial <= (SELECT max(serial) FROM generation WHERE setid = ?1) - ?3
        """, set.id, moment.milliseconds, HistoryLimits.fewestGenerations)
    }
    guard let base else { return }
    try await write { db in
      let reader = SetReader(db: db, set: set)
      guard let record = try reader.generation(Generation(base)),
        try db.integer("SELECT min(serial) FROM generation WHERE setid = ?", set.id) ?? base < base
      else { return }
      let prefixes = try reader.prefixes(in: record)
      try db.run("DELETE FROM delta WHERE setid = ? AND serial = ?", set.id, base)
      let step = try db.cachedStatement(
        sql: "INSERT INTO delta (setid, serial, addr, op) VALUES (?, ?, ?, 1)")
      for prefix in prefixes { try step.run(set.id, base, prefix.stored) }
      // Steps without a generation are seen by nobody: they may go later.
      try db.run("DELETE FROM generation WHERE setid = ? AND serial < ?", set.id, base)
      try db.run("DELETE FROM checkpoint WHERE setid = ? AND serial < ?", set.id, base)
    }
    try await removeInSteps { db in
      try db.run(
        """
        DELETE FROM delta WHERE (setid, serial, addr) IN (
          SELECT setid, serial, addr FROM delta WHERE setid = ? AND serial < ? LIMIT ?)
        """, set.id, base, Int64(Self.pruneRows))
    }
  }

  /// Up to the newest stored state that is old enough: from there a replay begins.
  private func forgetJournal(before moment: Timestamp) async throws {
    let base = try await read { db in
      try db.rows(
        """
        SELECT id, at FROM journal WHERE mark IN ('start', 'checkpoint') AND at <= ? ORDER BY id DESC LIMIT 1
        """, moment.milliseconds
      ) { (id: try $0.integer(0), at: try $0.timestamp(1)) }.first
    }
    guard let base, try await read({ db in try db.integer("SELECT min(id) FROM journal") ?? 0 }) < base.id
    else { return }
    try await raise("journal", to: base.at)
    try await write { db in try JournalWriter.removeStates(db, before: base.id) }
    try await removeInSteps { db in
      try db.run(
        "DELETE FROM journal WHERE id IN (SELECT id FROM journal WHERE id < ? ORDER BY id LIMIT ?)", base.id,
        Int64(Self.pruneRows))
    }
    try await forgetUnreferenced("answer")
    try await forgetUnreferenced("asked")
  }

  /// Removes the rows of `answer` or `asked` that no step refers to. Which are referred to is read beside the writer; what
  /// came meanwhile is looked at again within each transaction.
  private func forgetUnreferenced(_ table: String) async throws {
    let seen = try await read { db in
      (
        used: Set(
          try db.rows("SELECT DISTINCT \(table) FROM journal WHERE \(table) NOT NULL") { try $0.integer(0) }),
        last: try db.integer("SELECT max(id) FROM journal") ?? 0,
        all: try db.rows("SELECT id FROM \(table) ORDER BY id") { try $0.integer(0) }
      )
    }
    let unused = seen.all.filter { !seen.used.contains($0) }
    for start in stride(from: 0, to: unused.count, by: Self.pruneRows) {
      try Task.checkCancellation()
      let some = unused[start..<min(start + Self.pruneRows, unused.count)]
      try await withoutTransaction { [self] db in
        try interned.withLock { interned in
          try db.inTransaction(.immediate) {
            let since = Set(
              try db.rows(
                "SELECT DISTINCT \(table) FROM journal WHERE id > ? AND \(table) NOT NULL", seen.last
              ) { try $0.integer(0) })
            let remove = try db.cachedStatement(sql: "DELETE FROM \(table) WHERE id = ?")
            for id in some where !since.contains(id) { try remove.run(id) }
            return .commit
          }
          interned.removeAll()
        }
      }
    }
    journalNames.withLock { $0 = JournalNames() }
  }

  private func removeInSteps(_ remove: @escaping @Sendable (Database) throws -> Void) async throws {
    while try await write({ db in
      try remove(db)
      return db.changesCount
    }) > 0 { try Task.checkCancellation() }
  }
}
