internal import DNS
internal import Deciding
internal import GRDB

/// Reads intervals as the queries in `HistoryQueries` give them.
enum IntervalReader {
  static func open(_ db: Database) throws -> [Observation] {
    try read(db, HistoryQueries.open, []).map(\.observation)
  }

  static func intervals(
    _ db: Database, for name: DomainName, in window: ClosedRange<Timestamp>, limit: Int
  ) throws -> [ObservedInterval] {
    let find = try db.cachedStatement(sql: "SELECT id FROM name WHERE fqdn = ?")
    guard let id = try Int64.fetchOne(find, arguments: [name.text]) else { return [] }
    return try read(
      db, HistoryQueries.intervalsForName,
      [id, window.lowerBound.milliseconds, window.upperBound.milliseconds, max(0, limit)])
  }

  static func intervals(
    _ db: Database, giving prefix: IPPrefix, in window: ClosedRange<Timestamp>, limit: Int
  ) throws -> [ObservedInterval] {
    try read(
      db, HistoryQueries.intervalsGiving,
      [
        prefix.family.recordType.rawValue, prefix.address.stored, prefix.last.stored,
        window.lowerBound.milliseconds, window.upperBound.milliseconds, max(0, limit),
      ])
  }

  /// The key in the first five columns: asked name, vantage, owner, type and data.
  static func key(_ row: Row) throws -> ObservationKey {
    let (name, owner, type) = (try row.name(0), try row.name(2), try row.recordType(3))
    return ObservationKey(
      name: name, vantage: Vantage(try row.text(1)), owner: owner, type: type,
      data: try RecordData(type: type, octets: try row.octets(4)))
  }

  private static func read(
    _ db: Database, _ sql: String, _ arguments: StatementArguments
  ) throws -> [ObservedInterval] {
    let rows = try Row.fetchCursor(db.cachedStatement(sql: sql), arguments: arguments)
    var intervals: [ObservedInterval] = []
    while let row = try rows.next() {
      let observation = Observation(
        key: try key(row), firstSeen: try row.timestamp(5), lastSeen: try row.timestamp(6),
        count: try row.integer(7), ttl: try row.ttl(8), watched: try row.integer(9))
      intervals.append(ObservedInterval(observation: observation, until: try row.optionalTimestamp(10)))
    }
    return intervals
  }
}
