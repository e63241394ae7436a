internal import DNS
internal import Deciding
internal import GRDB

/// Reads intervals as the queries in `HistoryQueries` give them.
enum IntervalReader {
  static func open(_ db: Database) throws -> [Observation] {
    try db.rows(HistoryQueries.open) { row in try interval(row).observation }
  }

  static func intervals(
    _ db: Database, for name: DomainName, in window: ClosedRange<Timestamp>, limit: Int
  ) throws -> [ObservedInterval] {
    guard let id = try db.integer("SELECT id FROM name WHERE fqdn = ?", name.text) else { return [] }
    let (from, to, limit) = (
      window.lowerBound.milliseconds, window.upperBound.milliseconds, Int64(max(0, limit))
    )
    return from == to
      ? try db.rows(HistoryQueries.intervalsForNameAt, id, from, limit, read: interval)
      : try db.rows(HistoryQueries.intervalsForName, id, from, to, limit, read: interval)
  }

  static func intervals(
    _ db: Database, giving prefix: IPPrefix, in window: ClosedRange<Timestamp>, limit: Int
  ) throws -> [ObservedInterval] {
    let (type, first, last) = (prefix.family.recordType.stored, prefix.address.octets, prefix.last.octets)
    let (from, to, limit) = (
      window.lowerBound.milliseconds, window.upperBound.milliseconds, Int64(max(0, limit))
    )
    return from == to
      ? try db.rows(HistoryQueries.intervalsGivingAt, type, first, last, from, limit, read: interval)
      : try db.rows(HistoryQueries.intervalsGiving, type, first, last, from, to, limit, read: interval)
  }

  /// The key in the first five columns: asked name, vantage, owner, type and data.
  static func key(_ row: ResultRow) throws -> ObservationKey {
    let type = try row.recordType(3)
    return ObservationKey(
      name: try row.name(0), vantage: Vantage(try row.text(1)), owner: try row.name(2), type: type,
      data: try row.recordData(4, type: type))
  }

  static func aliases(_ db: Database, of name: DomainName, at moment: Timestamp) throws -> [ObservedInterval]
  {
    guard let id = try db.integer("SELECT id FROM name WHERE fqdn = ?", name.text) else { return [] }
    return try db.rows(HistoryQueries.aliasesAt, id, moment.milliseconds, read: interval)
  }

  static func interval(_ row: ResultRow) throws -> ObservedInterval {
    let observation = Observation(
      key: try key(row), firstSeen: try row.timestamp(5), lastSeen: try row.timestamp(6),
      count: try row.integer(7), ttl: try row.ttl(8), watched: try row.integer(9))
    return ObservedInterval(observation: observation, until: try row.optionalTimestamp(10))
  }
}
