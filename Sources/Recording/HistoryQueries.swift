/// The questions that the history must answer fast, as SQL. Their plans are tested: none may walk a big
/// table.
enum HistoryQueries {
  /// The columns of one interval, joined from `i`: an interval, open or closed.
  private static let intervalColumns = """
    SELECT asked.fqdn, vantage.label, owner.fqdn, rr.type, rr.rdata,
      i.first, i.last, i.count, i.ttl, i.watched, i.until
    """
  private static let intervalJoins = """
    JOIN observation ON observation.id = i.observation
    JOIN name AS asked ON asked.id = observation.name
    JOIN vantage ON vantage.id = observation.vantage
    JOIN rr ON rr.id = observation.rr
    JOIN name AS owner ON owner.id = rr.owner
    """
  private static let activeColumns = "observation, first, last, count, ttl, watched, NULL AS until, 1 AS open"
  private static let historyColumns =
    "observation, first, last, count, ttl, watched, history.until, 0 AS open"
  /// Open ones first, then those that ended last; the rest makes the order the same each time.
  private static let newestFirst = """
    ORDER BY open DESC, until DESC, last DESC, first DESC, observation
    """

  /// The same once the columns are joined, since the order of a subquery is not promised to last.
  private static let joinedNewestFirst = """
    ORDER BY i.open DESC, i.until DESC, i.last DESC, i.first DESC, i.observation
    """

  /// All open intervals.
  static let open = """
    \(intervalColumns) FROM (SELECT \(activeColumns) FROM active) AS i \(intervalJoins)
    """

  /// ?1 the start or checkpoint: the open intervals that are stored beside it.
  static let storedState = """
    \(intervalColumns) FROM (SELECT \(activeColumns) FROM state_interval WHERE journal = ?1) AS i \(intervalJoins)
    """

  /// ?1 the name's id, ?2 the moment: the aliases by which answers led on from the name then. Only those are looked at
  /// that can be reached from it, since a name may have thousands of other records.
  static let aliasesAt = """
    WITH RECURSIVE meant (id, target) AS (
      SELECT observation.id, rr.rdata FROM rr INDEXED BY rr_alias
      CROSS JOIN observation ON observation.name = ?1 AND observation.rr = rr.id
      WHERE rr.type = 5 AND rr.owner = ?1
      UNION
      SELECT observation.id, rr.rdata FROM meant
      CROSS JOIN name ON name.fqdn = CAST(meant.target AS TEXT)
      CROSS JOIN rr INDEXED BY rr_alias ON rr.type = 5 AND rr.owner = name.id
      CROSS JOIN observation ON observation.name = ?1 AND observation.rr = rr.id)
    \(intervalColumns) FROM (\(meantAt("?2")) \(newestFirst)) AS i \(intervalJoins) \(joinedNewestFirst)
    """

  private static let observationsForName = """
    SELECT id FROM observation WHERE name = ?1
    UNION SELECT id FROM observation WHERE rr IN (SELECT id FROM rr WHERE owner = ?1)
    """
  private static let observationsGiving = """
    SELECT id FROM observation WHERE rr IN (SELECT id FROM rr WHERE type = ?1 AND rdata BETWEEN ?2 AND ?3)
    """

  /// ?1 the name's id, ?2 and ?3 the window, ?4 the limit: what was asked for the name, or owned by it.
  static let intervalsForName = intervals(of: observationsForName, from: "?2", to: "?3", limit: "?4")
  /// ?1 the name's id, ?2 the moment, ?3 the limit.
  static let intervalsForNameAt = intervals(of: observationsForName, at: "?2", limit: "?3")

  /// ?1 the type, ?2 and ?3 the first and last address, ?4 and ?5 the window, ?6 the limit.
  static let intervalsGiving = intervals(of: observationsGiving, from: "?4", to: "?5", limit: "?6")
  /// ?1 the type, ?2 and ?3 the first and last address, ?4 the moment, ?5 the limit.
  static let intervalsGivingAt = intervals(of: observationsGiving, at: "?4", limit: "?5")

  private static func intervals(of observations: String, at moment: String, limit: String) -> String {
    """
    WITH meant (id) AS MATERIALIZED (\(observations))
    \(intervalColumns) FROM (\(meantAt(moment)) \(newestFirst) LIMIT \(limit)) AS i \(intervalJoins)
    \(joinedNewestFirst)
    """
  }

  /// Of what `meant` names, the intervals that count at a moment. Of each record at most one does, the first that ends
  /// after it: so however often a record came and went, its past costs nothing.
  private static func meantAt(_ moment: String) -> String {
    """
    SELECT \(activeColumns) FROM meant CROSS JOIN active ON observation = id WHERE first <= \(moment)
    UNION ALL
    SELECT \(historyColumns) FROM meant CROSS JOIN history ON observation = id
      AND history.until = (SELECT min(until) FROM history AS later WHERE later.observation = id AND later.until > \(moment))
    WHERE first <= \(moment)
    """
  }

  /// As many intervals as the limit says, of those that ended last, can't have ended before the one that is so far down
  /// among each record's last: what ended before isn't read, however long the past is.
  private static func intervals(of observations: String, from start: String, to end: String, limit: String)
    -> String
  {
    """
    WITH meant (id) AS MATERIALIZED (\(observations)),
    latest (id, until) AS MATERIALIZED (
      SELECT id, (SELECT max(until) FROM history WHERE observation = id) FROM meant),
    least (until) AS MATERIALIZED (
      SELECT coalesce((
        SELECT until FROM latest WHERE until > \(start) AND until <= \(end)
        ORDER BY until DESC LIMIT 1 OFFSET max(\(limit), 1) - 1), \(start) + 1))
    \(intervalColumns) FROM (
      SELECT \(activeColumns) FROM meant CROSS JOIN active ON observation = id WHERE first <= \(end)
      UNION ALL
      SELECT \(historyColumns) FROM least CROSS JOIN latest ON latest.until >= least.until
      CROSS JOIN history ON observation = id AND history.until >= least.until
      WHERE first <= \(end)
      \(newestFirst) LIMIT \(limit)
    ) AS i \(intervalJoins) \(joinedNewestFirst)
    """
  }

  /// ?1 the set, ?2 the moment.
  static let generationAt = """
    SELECT serial, at, digest, size FROM generation WHERE setid = ?1 AND since <= ?2
    ORDER BY since DESC, serial DESC LIMIT 1
    """

  /// ?1 the set, ?2 the generation: the nearest whole one that is not newer.
  static let checkpointBefore = """
    SELECT serial, ipv4, ipv6 FROM checkpoint WHERE setid = ?1 AND serial <= ?2 ORDER BY serial DESC LIMIT 1
    """

  /// ?1 the set, ?2 the older generation, ?3 the newer: what the steps between amount to, addresses that came
  /// and went left out.
  static let difference = """
    SELECT addr, sum(op) FROM delta WHERE setid = ?1 AND serial > ?2 AND serial <= ?3
    GROUP BY addr HAVING sum(op) <> 0
    """

  /// ?1 the element: its steps, oldest first within each set, and whether the step is to the oldest generation.
  static let stepsOfElement = """
    SELECT set_name.name, delta.op, generation.serial, generation.at, generation.digest, generation.size,
      generation.serial = (SELECT min(serial) FROM generation AS g WHERE g.setid = delta.setid)
    FROM delta
    JOIN set_name ON set_name.id = delta.setid
    JOIN generation ON generation.setid = delta.setid AND generation.serial = delta.serial
    WHERE delta.addr = ?1 ORDER BY delta.setid, delta.serial
    """

  /// ?1 the type, ?2 the address, ?3 the limit.
  static let rejectionsOfAddress = """
    SELECT asked.fqdn, vantage.label, owner.fqdn, rr.type, rr.rdata, i.reason, i.last
    FROM rejection AS i \(intervalJoins)
    WHERE i.observation IN (
      SELECT id FROM observation WHERE rr IN (SELECT id FROM rr WHERE type = ?1 AND rdata = ?2))
    ORDER BY i.last DESC, i.id DESC LIMIT ?3
    """
}
