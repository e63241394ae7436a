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

  /// The part of `question` whose last outcome is none of a resolver that answered.
  static let failingQuestions =
    "(SELECT * FROM question WHERE outcome NOT IN ('answer', 'noData', 'nxDomain'))"

  /// - Parameter table: `question`, or what has its columns.
  static func questions(_ db: Database, from table: String = "question") throws -> [QuestionStatus] {
    try db.rows(
      """
      SELECT name.fqdn, type, vantage.label, outcome, asked, succeeded, watched, due
      FROM \(table) AS question JOIN name ON name.id = question.name JOIN vantage ON vantage.id = question.vantage
      ORDER BY name.fqdn, type, vantage.label
      """
    ) { row in
      let text = try row.text(3)
      guard let outcome = Outcome(text) else { throw row.unreadable(3, text) }
      var status = QuestionStatus(
        question: Question(try row.name(0), try row.recordType(1)), vantage: Vantage(try row.text(2)),
        outcome: outcome, askedAt: try row.timestamp(4), succeededAt: try row.optionalTimestamp(5),
        watched: try row.integer(6))
      status.due = try row.optionalTimestamp(7)
      return status
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

  static func sightings(_ db: Database) throws -> [NameSightings] {
    let rows = try db.rows(
      """
      SELECT name.fqdn, source, first, last, count
      FROM sighting JOIN name ON name.id = sighting.name ORDER BY name.fqdn, first, source
      """
    ) { row in
      (
        name: try row.name(0),
        source: SourceSighting(
          source: try row.text(1), first: try row.timestamp(2), last: try row.timestamp(3),
          count: try row.integer(4))
      )
    }
    return Dictionary(grouping: rows, by: \.name).sorted { $0.key < $1.key }.map {
      NameSightings(name: $0.key, sources: $0.value.map(\.source))
    }
  }

  static func uncoveredNames(_ db: Database) throws -> [UncoveredName] {
    try db.rows("SELECT fqdn, relation, target, sources FROM uncovered ORDER BY fqdn") { row in
      let word = try row.text(1)
      guard let relation = NameRelation(stored: word, target: try row.optionalText(2)) else {
        throw row.unreadable(1, word)
      }
      return UncoveredName(
        name: try row.name(0), relation: relation, sources: try row.decoded(3, [SourceSighting].self))
    }
  }

  static func coverages(_ db: Database) throws -> [QuestionCoverage] {
    try db.rows(
      """
      SELECT name.fqdn, type, at, estimate, gaps
      FROM coverage JOIN name ON name.id = coverage.name ORDER BY name.fqdn, type
      """
    ) { row in
      QuestionCoverage(
        question: Question(try row.name(0), try row.recordType(1)),
        estimate: try row.decoded(3, CoverageEstimate.self), at: try row.timestamp(2),
        gaps: try row.decoded(4, ReappearanceGaps.self))
    }
  }

  static func sourceReports(_ db: Database) throws -> [StoredSourceReport] {
    try db.rows("SELECT at, report FROM source ORDER BY label") { row in
      StoredSourceReport(report: try row.decoded(1, SourceReport.self), at: try row.timestamp(0))
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
    try db.rows(
      """
      SELECT id, at, kind, subject, reason, by, json
      FROM decision LEFT JOIN policy ON policy.decision = decision.id \(clause)
      """, repeat each value
    ) { row in
      Decision(
        id: try row.integer(0), at: try row.timestamp(1), kind: try row.word(2, DecisionKind.self),
        subject: try row.text(3), reason: try row.text(4), by: try row.text(5),
        policy: try row.optionalText(6))
    }
  }
}
