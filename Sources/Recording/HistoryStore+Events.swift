package import DNS
package import Deciding
internal import GRDB

// Events and how vantages do.
extension HistoryStore {
  package func events(_ query: EventQuery) async throws -> [StoredEvent] {
    try await read { db in
      // Kinds are bound as JSON, since how many there are differs.
      let kinds = try query.kinds.isEmpty ? nil : query.kinds.map(\.rawValue).sorted().stored()
      let rows = try db.rows(
        """
        SELECT id, at, kind, subject, detail FROM event
        WHERE (?1 IS NULL OR at >= ?1) AND (?2 IS NULL OR kind IN (SELECT value FROM json_each(?2)))
          AND (?3 IS NULL OR subject = ?3) AND (?4 IS NULL OR id > ?4) AND (?5 IS NULL OR id < ?5)
        ORDER BY id \(query.after == nil ? "DESC" : "ASC") LIMIT ?6
        """, query.since?.milliseconds, kinds, query.subject, query.after, query.before,
        Int64(max(0, query.limit))
      ) { row in
        StoredEvent(
          id: try row.integer(0),
          event: Event(
            at: try row.timestamp(1), kind: EventKind(rawValue: try row.text(2)), subject: try row.text(3),
            detail: try row.text(4)))
      }
      return rows
    }
  }

  package func vantageReports() async throws -> [(report: VantageReport, at: Timestamp)] {
    try await read { db in try Self.vantageReports(db) }
  }

  static func vantageReports(_ db: Database) throws -> [(report: VantageReport, at: Timestamp)] {
    try db.rows("SELECT at, report FROM vantage_report ORDER BY label") { row in
      (try row.decoded(1, VantageReport.self), try row.timestamp(0))
    }
  }

  /// The sets of which the last event about coverage says that it fell.
  static func fallenCoverages(_ db: Database) throws -> Set<SetName> {
    let told = try db.rows(
      // Of each subject SQLite gives the row with the largest id (https://sqlite.org/lang_select.html#bareagg).
      "SELECT subject, kind, MAX(id) FROM event WHERE kind IN (?, ?) GROUP BY subject",
      EventKind.coverageFell.rawValue, EventKind.coverageRestored.rawValue
    ) { row in
      (set: SetName(try row.text(0)), kind: EventKind(rawValue: try row.text(1)))
    }
    return Set(told.filter { $0.kind == .coverageFell }.compactMap(\.set))
  }

  /// Every address that these names ever had, as far as the history reaches; what was rejected is not among them.
  package func seenAddresses(of names: [DomainName]) async throws -> [DomainName: Set<IPAddress>] {
    try await read { db in
      let statement = try db.cachedStatement(
        sql: """
          SELECT DISTINCT rr.rdata FROM name JOIN observation ON observation.name = name.id
          JOIN rr ON rr.id = observation.rr
          WHERE name.fqdn = ?1 AND rr.type IN (1, 28)
            AND (EXISTS (SELECT 1 FROM active WHERE active.observation = observation.id)
              OR EXISTS (SELECT 1 FROM history WHERE history.observation = observation.id))
          """)
      var seen: [DomainName: Set<IPAddress>] = [:]
      for name in names {
        try statement.forEachRow(name.text) { row in
          seen[name, default: []].insert(try row.address(0))
        }
      }
      return seen
    }
  }
}
