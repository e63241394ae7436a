internal import DNS
internal import Deciding
internal import GRDB

/// Writes steps of the journal inside a transaction that the caller opened.
struct JournalWriter {
  let db: Database

  func write(_ entries: [JournalEntry], interning: inout InternTable) throws {
    guard !entries.isEmpty else { return }
    let extend = try db.cachedStatement(sql: "UPDATE journal SET last = ?2, count = ?3 WHERE id = ?1")
    let insert = try db.cachedStatement(
      sql: """
        INSERT INTO journal (id, at, last, count, asked, answer, mark, detail) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
        """)
    let newest = try db.integer("SELECT max(id) FROM journal") ?? 0
    for entry in entries {
      if entry.number <= newest {
        try extend.run(entry.number, entry.last.milliseconds, entry.count)
        // A step that was refused once may come after later ones.
        if db.changesCount > 0 { continue }
      }
      var (asked, answer): (Int64?, Int64?) = (nil, nil)
      if case .lookup(let question, let vantage, let told) = entry.content {
        asked = try interning.id(of: question, at: vantage, in: db)
        answer = try interning.id(ofAnswer: StoredAnswer.text(told, to: question.name), in: db)
      }
      let mark = try mark(of: entry.content, interning: &interning)
      try insert.run(
        entry.number, entry.at.milliseconds, entry.last.milliseconds, entry.count, asked, answer, mark?.word,
        mark?.detail)
      if entry.content.mayHaveState { try storeState(beside: entry.number) }
    }
  }

  /// Takes note of each set that is watched from here on, has another policy, or is watched no more.
  func notePolicies(
    _ policies: [SetPolicy], disabled: [SetName], by user: String, at now: Timestamp,
    interning: inout InternTable
  ) throws {
    func note(_ set: String, _ reason: String) throws {
      try db.run(
        "INSERT INTO decision (at, kind, subject, reason, by, applied_at) VALUES (?1, ?2, ?3, ?4, ?5, ?1)",
        now.milliseconds, DecisionKind.configure.rawValue, set, "configuration: \(reason)", user)
    }
    // The last word about each set; without a policy it was that the set is watched no more.
    let told = try db.rows(
      """
      SELECT subject, json FROM decision LEFT JOIN policy ON policy.decision = decision.id
      WHERE id IN (SELECT max(id) FROM decision WHERE kind = ? GROUP BY subject) ORDER BY subject
      """, DecisionKind.configure.rawValue
    ) { row in (set: try row.text(0), policy: try row.optionalText(1)) }
    for policy in policies {
      let name = policy.name.text
      let json = try StoredPolicy(policy).canonicalJSON()
      let known = told.first { $0.set == name }?.policy
      guard known != json else { continue }
      try note(name, known == nil ? "set added" : "set changed")
      let decision = db.lastInsertedRowID
      let set = try interning.id(of: policy.name, in: db)
      try db.run("INSERT INTO policy (decision, setid, json) VALUES (?, ?, ?)", decision, set, json)
    }
    for (set, policy) in told where policy != nil && !policies.contains(where: { $0.name.text == set }) {
      try note(set, disabled.contains { $0.text == set } ? "set disabled" : "set removed")
    }
  }

  /// Takes note of a start with all that is known. The policies are noted before.
  ///
  /// - Returns: the number of the start.
  func start(
    _ circumstances: JournalCircumstances, at now: Timestamp, interning: inout InternTable
  ) throws -> Int64 {
    let last = try db.rows("SELECT id, mark = 'start' FROM journal ORDER BY id DESC LIMIT 1") { row in
      (id: try row.integer(0), isStart: try row.optionalInteger(1) == 1)
    }.first
    // A service that starts again and again, and learns nothing, must not fill the disk.
    if let last, last.isStart {
      try Self.removeStates(db, before: last.id + 1, after: last.id - 1)
      try db.run("DELETE FROM journal WHERE id = ?", last.id)
    }
    let entry = JournalEntry(
      number: (last?.id ?? 0) + 1, at: now, last: now, count: 1, content: .started(circumstances))
    try write([entry], interning: &interning)
    try thinStates()
    return entry.number
  }

  /// Of starts, the states of the newest and of the first of each day are enough: a replay carries its own over the rest.
  /// For that, the journal takes over what only the state told.
  private func thinStates() throws {
    let surplus = try db.rows(
      """
      SELECT id FROM (SELECT id, at FROM journal WHERE mark = 'start' ORDER BY id DESC LIMIT -1 OFFSET ?) AS old
      WHERE EXISTS (
        SELECT 1 FROM journal WHERE mark IN ('start', 'checkpoint') AND journal.id < old.id
          AND journal.at / 86400000 = old.at / 86400000)
      """, Self.newestStates
    ) { try $0.integer(0) }
    for id in surplus {
      if try !takeOverRunEnds(from: id) {
        try db.run(
          "UPDATE journal SET detail = json_set(detail, '$.isBroken', json('true')) WHERE id = ?", id)
      }
      try Self.removeStates(db, before: id + 1, after: id - 1)
      try db.run("UPDATE journal SET mark = 'restart' WHERE id = ?", id)
    }
  }

  private static let newestStates: Int64 = 16

  /// Lets the last runs before a start end where the state beside it says that the questions were asked last: a service that
  /// crashed stored that, but not the ends of its runs.
  ///
  /// - Returns: whether the journal now leads to what was known at the start. What time was let pass for taps and for
  ///   vantages that are asked no more isn't told to the moment.
  private func takeOverRunEnds(from start: Int64) throws -> Bool {
    let isTimed = try db.integer(
      """
      SELECT 1 FROM state_question JOIN vantage ON vantage.id = state_question.vantage
      WHERE journal = ?1 AND label NOT IN (
        SELECT value FROM json_each((SELECT detail FROM journal WHERE id = ?1), '$.vantages'))
      LIMIT 1
      """, start)
    guard isTimed == nil else { return false }
    let runs = try db.rows(
      """
      SELECT run.id, run.at, run.last, question.asked FROM (
        SELECT asked, max(id) AS id FROM journal
        WHERE id < ?1 AND asked NOT NULL AND id > coalesce((
          SELECT max(id) FROM journal WHERE id < ?1 AND mark IN ('start', 'restart', 'checkpoint')), 0)
        GROUP BY asked) AS newest
      JOIN journal AS run ON run.id = newest.id
      JOIN asked ON asked.id = newest.asked
      JOIN state_question AS question ON question.journal = ?1 AND question.name = asked.name
        AND question.type = asked.type AND question.vantage = asked.vantage
      """, start
    ) { row in
      (id: try row.integer(0), at: try row.integer(1), last: try row.integer(2), asked: try row.integer(3))
    }
    guard runs.allSatisfy({ $0.at <= $0.asked }) else { return false }
    let extend = try db.cachedStatement(sql: "UPDATE journal SET last = ?2, count = count + 1 WHERE id = ?1")
    for run in runs where run.last < run.asked { try extend.run(run.id, run.asked) }
    return true
  }

  /// Removes what is stored beside steps; the steps stay.
  static func removeStates(_ db: Database, before end: Int64, after start: Int64 = 0) throws {
    for table in ["state_interval", "state_question", "state_learned", "state_element"] {
      try db.run("DELETE FROM \(table) WHERE journal > ? AND journal < ?", start, end)
    }
  }

  private func mark(of content: JournalContent, interning: inout InternTable) throws -> StoredMark? {
    let (word, circumstances): (String, JournalCircumstances)
    switch content {
    case .started(let told): (word, circumstances) = ("start", told)
    case .checkpoint(let told): (word, circumstances) = ("checkpoint", told)
    default: return try StoredMark(content)
    }
    let policies = try circumstances.policies.compactMap { policy in
      try db.integer(
        "SELECT max(decision) FROM policy WHERE setid = ?", interning.id(of: policy.name, in: db))
    }
    return StoredMark(word, try StoredCircumstances(circumstances, policies: policies).stored())
  }

  /// The rows of this batch are written already, so the tables hold what `Watch` knows.
  private func storeState(beside number: Int64) throws {
    try db.run(
      """
      INSERT INTO state_interval (journal, observation, first, last, count, ttl, watched)
      SELECT ?, observation, first, last, count, ttl, watched FROM active
      """, number)
    try db.run(
      """
      INSERT INTO state_question (journal, name, type, vantage, outcome, asked, succeeded, watched)
      SELECT ?, name, type, vantage, outcome, asked, succeeded, watched FROM question
      """, number)
    try db.run(
      "INSERT INTO state_learned (journal, name) SELECT ?, name FROM learned WHERE state <> 'quarantined'",
      number)
    try db.run(
      """
      INSERT INTO state_element (journal, setid, serial, addr, first, last, names)
      SELECT ?, setid, (SELECT max(serial) FROM generation WHERE generation.setid = element.setid),
        addr, first, last, names
      FROM element
      """, number)
  }
}
