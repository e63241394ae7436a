internal import DNS
internal import Deciding
internal import GRDB

/// Writes one batch inside a transaction that the caller opened.
struct BatchWriter {
  let db: Database
  let batch: HistoryBatch

  /// Events and kinds of rejections that are kept.
  static let kept = 100_000
  /// A writer that committed nothing for longer was not looking: the slowest question is asked every five
  /// minutes.
  static let longestSilence = Duration.seconds(15 * 60)

  func write(interning: inout InternTable) throws {
    try beat()
    try IntervalWriter(db: db).write(batch, interning: &interning)
    try writeRejections(&interning)
    try writeQuestions(&interning)
    try writeLearnedNames(&interning)
    try SightingWriter(db: db).write(batch, interning: &interning)
    try CoverageWriter(db: db).write(batch, interning: &interning)
    for publication in batch.publications {
      try PublicationWriter(db: db, set: try interning.id(of: publication.snapshot.set, in: db)).write(
        publication)
    }
    for state in batch.setStates { try write(state, set: try interning.id(of: state.set, in: db)) }
    try writeVantageReports()
    try writeEvents()
    for decision in batch.appliedDecisions {
      try db.run(
        "UPDATE decision SET applied_at = ? WHERE id = ? AND applied_at IS NULL", batch.at.milliseconds,
        decision)
    }
    for position in batch.positions { try write(position) }
    // Last, since a checkpoint copies what the rest has written.
    try JournalWriter(db: db).write(batch.journal, interning: &interning)
  }

  /// Moves the end of the span in which this writer looks, or begins a new one.
  private func beat() throws {
    let now = batch.at.milliseconds
    try db.run(
      """
      UPDATE watch SET heartbeat = max(heartbeat, ?1)
      WHERE started = (SELECT max(started) FROM watch WHERE started <= ?1) AND heartbeat >= ?1 - ?2
      """, now, Self.longestSilence.milliseconds)
    guard db.changesCount == 0 else { return }
    try db.run("INSERT INTO watch (started, heartbeat) VALUES (?1, ?1) ON CONFLICT DO NOTHING", now)
  }

  private func writeRejections(_ interning: inout InternTable) throws {
    guard !batch.rejections.isEmpty else { return }
    let upsert = try db.cachedStatement(
      sql: """
        INSERT INTO rejection (observation, reason, first, last, count) VALUES (?1, ?2, ?3, ?3, 1)
        ON CONFLICT (observation, reason) DO UPDATE SET last = max(last, excluded.last), count = count + 1
        """)
    for rejection in batch.rejections {
      let id = try interning.id(of: rejection.key, in: db)
      try upsert.run(id, rejection.reason.rawValue, rejection.at.milliseconds)
    }
    try keepNewest(of: "rejection")
  }

  private func writeQuestions(_ interning: inout InternTable) throws {
    for (question, vantage) in batch.retiredQuestions {
      try db.run(
        "DELETE FROM question WHERE name = ? AND type = ? AND vantage = ?",
        interning.id(of: question.name, in: db),
        question.type.stored, interning.id(of: vantage, in: db))
    }
    let renew = try db.cachedStatement(
      sql: """
        UPDATE question SET outcome = ?4, asked = ?5, succeeded = ?6, watched = ?7, due = ?8
        WHERE name = ?1 AND type = ?2 AND vantage = ?3
        """)
    let insert = try db.cachedStatement(
      sql: """
        INSERT INTO question (name, type, vantage, outcome, asked, succeeded, watched, due)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?)
        """)
    for status in batch.questions {
      let name = try interning.id(of: status.question.name, in: db)
      let (type, vantage) = (status.question.type.stored, try interning.id(of: status.vantage, in: db))
      let (outcome, asked) = (status.outcome.description, status.askedAt.milliseconds)
      let (succeeded, watched) = (status.succeededAt?.milliseconds, status.watched)
      let due = status.due?.milliseconds
      try renew.run(name, type, vantage, outcome, asked, succeeded, watched, due)
      if db.changesCount == 0 { try insert.run(name, type, vantage, outcome, asked, succeeded, watched, due) }
    }
  }

  private func writeLearnedNames(_ interning: inout InternTable) throws {
    for name in batch.forgottenNames {
      // Not interned: of a flood's names most were never stored.
      try db.run("DELETE FROM learned WHERE name = (SELECT id FROM name WHERE fqdn = ?)", name.text)
    }
    for learned in batch.learnedNames {
      try db.run(
        """
        INSERT OR REPLACE INTO learned (name, state, first, last, sightings, sources, denials, resolved)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?)
        """, interning.id(of: learned.name, in: db), learned.state.rawValue,
        learned.firstSighted.milliseconds,
        learned.lastSighted.milliseconds, learned.sightings, learned.sources.stored(), Int64(learned.denials),
        learned.resolvedAt?.milliseconds)
    }
  }

  private func write(_ state: SetState, set: Int64) throws {
    try db.run(
      "INSERT OR REPLACE INTO set_state (setid, status, reasons, checked, max_stale) VALUES (?, ?, ?, ?, ?)",
      set,
      state.status.rawValue, state.heldReasons.stored(), state.checkedAt.milliseconds,
      state.maxStale.milliseconds)
  }

  private func writeVantageReports() throws {
    guard let reports = batch.vantageReports else { return }
    // What is asked no more is shown no more.
    try db.run("DELETE FROM vantage_report")
    for report in reports {
      try db.run(
        "INSERT INTO vantage_report (label, at, report) VALUES (?, ?, ?)", report.label,
        batch.at.milliseconds,
        report.stored())
    }
  }

  private func writeEvents() throws {
    guard !batch.events.isEmpty else { return }
    let insert = try db.cachedStatement(
      sql: "INSERT INTO event (at, kind, subject, detail) VALUES (?, ?, ?, ?)")
    for event in batch.events {
      try insert.run(event.at.milliseconds, event.kind.rawValue, event.subject, event.detail)
    }
    try keepNewest(of: "event")
  }

  private func write(_ position: FollowerPosition) throws {
    try db.run(
      "INSERT OR REPLACE INTO follower (path, device, inode, head, offset) VALUES (?, ?, ?, ?, ?)",
      position.path,
      Int64(bitPattern: position.device), Int64(bitPattern: position.inode), position.head, position.offset)
  }

  /// Ids only grow, so the oldest are the smallest.
  private func keepNewest(of table: String) throws {
    try db.run("DELETE FROM \(table) WHERE id <= (SELECT max(id) FROM \(table)) - \(Self.kept)")
  }
}
