/// The four questions that the history must answer fast, as SQL. Their plans are tested: none may walk a big table.
enum HistoryQueries {
  /// The columns of one interval, joined from `i (name, vantage, rr, first, last, count, ttl, watched, until)`.
  private static let intervalColumns = """
    SELECT asked.fqdn, vantage.label, owner.fqdn, rr.type, rr.rdata,
      i.first, i.last, i.count, i.ttl, i.watched, i.until
    """
  private static let intervalJoins = """
    JOIN name AS asked ON asked.id = i.name
    JOIN vantage ON vantage.id = i.vantage
    JOIN rr ON rr.id = i.rr
    JOIN name AS owner ON owner.id = rr.owner
    """
  private static let activeColumns =
    "name, vantage, rr, first, last, count, ttl, watched, NULL AS until, 1 AS open"
  private static let historyColumns = "name, vantage, rr, first, last, count, ttl, watched, until, 0 AS open"
  /// Open ones first, then those that ended last; the rest makes the order the same each time.
  private static let newestFirst = """
    ORDER BY open DESC, until DESC, last DESC, first DESC, name, vantage, rr
    """

  /// The same once the columns are joined, since the order of a subquery is not promised to last.
  private static let joinedNewestFirst = """
    ORDER BY i.open DESC, i.until DESC, i.last DESC, i.first DESC, i.name, i.vantage, i.rr
    """

  /// All open intervals.
  static let open = """
    \(intervalColumns) FROM (SELECT \(activeColumns) FROM active) AS i \(intervalJoins)
    """

  /// ?1 the name's id, ?2 and ?3 the window, ?4 the limit: what was asked for the name, or owned by it.
  static let intervalsForName = """
    \(intervalColumns) FROM (
      SELECT \(activeColumns) FROM active WHERE name = ?1 AND first <= ?3
      UNION ALL
      SELECT \(historyColumns) FROM history WHERE name = ?1 AND until > ?2 AND first <= ?3
      UNION ALL
      SELECT \(activeColumns) FROM active
      WHERE rr IN (SELECT id FROM rr WHERE owner = ?1) AND name <> ?1 AND first <= ?3
      UNION ALL
      SELECT \(historyColumns) FROM history
      WHERE rr IN (SELECT id FROM rr WHERE owner = ?1) AND name <> ?1 AND until > ?2 AND first <= ?3
      \(newestFirst) LIMIT ?4
    ) AS i \(intervalJoins) \(joinedNewestFirst)
    """

  /// ?1 the type, ?2 and ?3 the first and last address, ?4 and ?5 the window, ?6 the limit.
  static let intervalsGiving = """
    \(intervalColumns) FROM (
      SELECT \(activeColumns) FROM active
      WHERE rr IN (SELECT id FROM rr WHERE type = ?1 AND rdata BETWEEN ?2 AND ?3) AND first <= ?5
      UNION ALL
      SELECT \(historyColumns) FROM history
      WHERE rr IN (SELECT id FROM rr WHERE type = ?1 AND rdata BETWEEN ?2 AND ?3) AND until > ?4 AND first <= ?5
      \(newestFirst) LIMIT ?6
    ) AS i \(intervalJoins) \(joinedNewestFirst)
    """

  /// ?1 the set, ?2 the moment.
  static let generationAt = """
    SELECT serial, at, digest, size FROM generation WHERE setid = ?1 AND since <= ?2
    ORDER BY since DESC, serial DESC LIMIT 1
    """

  /// ?1 the set, ?2 the generation: the nearest whole one that is not newer.
  static let checkpointBefore = """
    SELECT serial, ipv4, ipv6 FROM checkpoint WHERE setid = ?1 AND serial <= ?2 ORDER BY serial DESC LIMIT 1
    """

  /// ?1 the set, ?2 the older generation, ?3 the newer: what the steps between amount to, addresses that came and
  /// went left out.
  static let difference = """
    SELECT addr, sum(op) FROM delta WHERE setid = ?1 AND serial > ?2 AND serial <= ?3
    GROUP BY addr HAVING sum(op) <> 0
    """

  /// ?1 the address: its steps, oldest first within each set.
  static let stepsOfAddress = """
    SELECT set_name.name, delta.op, generation.serial, generation.at, generation.digest, generation.size
    FROM delta
    JOIN set_name ON set_name.id = delta.setid
    JOIN generation ON generation.setid = delta.setid AND generation.serial = delta.serial
    WHERE delta.addr = ?1 ORDER BY delta.setid, delta.serial
    """

  /// ?1 the type, ?2 the address, ?3 the limit.
  static let rejectionsOfAddress = """
    SELECT asked.fqdn, vantage.label, owner.fqdn, rr.type, rr.rdata, i.reason, i.last
    FROM rejection AS i \(intervalJoins)
    WHERE i.rr IN (SELECT id FROM rr WHERE type = ?1 AND rdata = ?2)
    ORDER BY i.last DESC, i.id DESC LIMIT ?3
    """
}
