internal import DNS
internal import Deciding
internal import GRDB

/// Opens, renews and closes intervals: the hot path, in key order so that neighbours share pages.
struct IntervalWriter {
  let db: Database

  func write(_ batch: HistoryBatch, interning: inout InternTable) throws {
    var closedStarts: [IntervalKey: Timestamp] = [:]
    if !batch.closed.isEmpty {
      var closings: [(key: IntervalKey, index: Int)] = []
      closings.reserveCapacity(batch.closed.count)
      for (index, closing) in batch.closed.enumerated() {
        let key = try interning.key(of: closing.observation.key, in: db)
        closings.append((key, index))
        closedStarts[key] = closing.observation.firstSeen
      }
      closings.sort { ($0.key, $0.index) < ($1.key, $1.index) }
      try close(closings, in: batch)
    }
    var renewals: [(key: IntervalKey, index: Int)] = []
    renewals.reserveCapacity(batch.observations.count)
    for (index, observation) in batch.observations.enumerated() {
      renewals.append((try interning.key(of: observation.key, in: db), index))
    }
    renewals.sort { ($0.key, $0.index) < ($1.key, $1.index) }
    let upsert = try db.cachedStatement(
      sql: """
        INSERT INTO active (name, vantage, rr, first, last, count, ttl, watched) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (name, vantage, rr) DO UPDATE SET
          first = excluded.first, last = excluded.last, count = excluded.count, ttl = excluded.ttl,
          watched = excluded.watched
        """)
    for (position, (key, index)) in renewals.enumerated() {
      // Of several states of one interval in a batch the last is the one that holds.
      if position + 1 < renewals.count, renewals[position + 1].key == key { continue }
      let observation = batch.observations[index]
      // Renewed and then closed in the same batch; with another beginning it was closed and then opened anew.
      if !closedStarts.isEmpty, closedStarts[key] == observation.firstSeen { continue }
      try upsert.run(
        key.name, key.vantage, key.record, observation.firstSeen.milliseconds,
        observation.lastSeen.milliseconds,
        observation.count, Int64(observation.ttl.seconds), observation.watched)
    }
  }

  private func close(_ closings: [(key: IntervalKey, index: Int)], in batch: HistoryBatch) throws {
    let remove = try db.cachedStatement(sql: "DELETE FROM active WHERE name = ? AND vantage = ? AND rr = ?")
    for (key, _) in closings { try remove.run(key.name, key.vantage, key.record) }
    // A closing that is told twice, since its first commit was taken for lost, is stored once.
    let insert = try db.cachedStatement(
      sql: """
        INSERT OR REPLACE INTO history (name, until, rr, vantage, first, last, count, ttl, watched)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
        """)
    for (key, index) in closings {
      let (observation, until) = batch.closed[index]
      try insert.run(
        key.name, until.milliseconds, key.record, key.vantage, observation.firstSeen.milliseconds,
        observation.lastSeen.milliseconds, observation.count, Int64(observation.ttl.seconds),
        observation.watched)
    }
  }
}
