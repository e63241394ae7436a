internal import DNS
internal import Deciding
internal import GRDB

// What both a start and the readers fetch whole.
extension HistoryStore {
  static func sets(_ db: Database) throws -> [SetReader.StoredSet] {
    try db.rows("SELECT id, name FROM set_name ORDER BY name") { row in
      SetReader.StoredSet(id: try row.integer(0), name: try row.setName(1))
    }
  }

  static func setStates(_ db: Database) throws -> [SetState] {
    try db.rows(
      """
      SELECT set_name.name, coalesce(status, 'ok'), coalesce(reasons, '[]'), coalesce(checked, at),
        coalesce(max_stale, 0)
      FROM set_name
      JOIN generation ON generation.setid = set_name.id
        AND serial = (SELECT max(serial) FROM generation WHERE setid = set_name.id)
      LEFT JOIN set_state ON set_state.setid = set_name.id
      ORDER BY set_name.name
      """
    ) { row in
      SetState(
        set: try row.setName(0), status: try row.word(1, SetStatus.self), heldReasons: try row.strings(2),
        checkedAt: try row.timestamp(3), maxStale: .milliseconds(try row.integer(4)))
    }
  }

  static func questions(_ db: Database) throws -> [QuestionStatus] {
    try db.rows(
      """
      SELECT name.fqdn, type, vantage.label, outcome, asked, succeeded, watched
      FROM question JOIN name ON name.id = question.name JOIN vantage ON vantage.id = question.vantage
      ORDER BY name.fqdn, type, vantage.label
      """
    ) { row in
      let text = try row.text(3)
      guard let outcome = Outcome(text) else { throw row.unreadable(3, text) }
      return QuestionStatus(
        question: Question(try row.name(0), try row.recordType(1)), vantage: Vantage(try row.text(2)),
        outcome: outcome, askedAt: try row.timestamp(4), succeededAt: try row.optionalTimestamp(5),
        watched: try row.integer(6))
    }
  }

  static func learnedNames(_ db: Database) throws -> [LearnedName] {
    try db.rows(
      """
      SELECT name.fqdn, state, first, last, sightings, sources, denials, resolved
      FROM learned JOIN name ON name.id = learned.name ORDER BY name.fqdn
      """
    ) { row in
      LearnedName(
        name: try row.name(0), state: try row.word(1, LearnedNameState.self),
        firstSighted: try row.timestamp(2),
        lastSighted: try row.timestamp(3), sightings: try row.integer(4), sources: try row.strings(5),
        denials: Int(try row.integer(6)), resolvedAt: try row.optionalTimestamp(7))
    }
  }

  static func positions(_ db: Database) throws -> [FollowerPosition] {
    try db.rows("SELECT path, device, inode, head, offset FROM follower ORDER BY path") { row in
      FollowerPosition(
        path: try row.text(0), device: UInt64(bitPattern: try row.integer(1)),
        inode: UInt64(bitPattern: try row.integer(2)), head: try row.octets(3), offset: try row.integer(4))
    }
  }

  /// The decisions that `clause` selects, in its order.
  static func decisions<each Value: Bindable>(
    _ db: Database, _ clause: String, _ value: repeat each Value
  ) throws -> [Decision] {
    try db.rows("SELECT id, at, kind, subject, reason, by FROM decision \(clause)", repeat each value) {
      row in
      Decision(
        id: try row.integer(0), at: try row.timestamp(1), kind: try row.word(2, DecisionKind.self),
        subject: try row.text(3), reason: try row.text(4), by: try row.text(5))
    }
  }
}
