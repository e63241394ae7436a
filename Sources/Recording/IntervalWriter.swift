internal import DNS
internal import Deciding
internal import GRDB

/// Opens, renews and closes intervals: the hot path, in key order so that neighbours share pages.
struct IntervalWriter {
  let db: Database

  func write(_ batch: HistoryBatch, interning: inout InternTable) throws {
    var closedStarts: [Int64: Timestamp] = [:]
    if !batch.closed.isEmpty {
      var closings: [(id: Int64, index: Int)] = []
      closings.reserveCapacity(batch.closed.count)
      for (index, closing) in batch.closed.enumerated() {
        let id = try interning.id(of: closing.observation.key, in: db)
        closings.append((id, index))
        closedStarts[id] = closing.observation.firstSeen
      }
      closings.sort { ($0.id, $0.index) < ($1.id, $1.index) }
      try close(closings, in: batch)
    }
    var renewals: [(id: Int64, index: Int)] = []
    renewals.reserveCapacity(batch.observations.count)
    let observations = batch.observations
    for index in observations.indices {
      renewals.append((try interning.id(of: observations[index].key, in: db), index))
    }
    renewals.sort { ($0.id, $0.index) < ($1.id, $1.index) }
    // Most are renewals: an update finds its row once, an upsert twice.
    let renew = try db.cachedStatement(
      sql: """
        UPDATE active SET first = ?2, last = ?3, count = ?4, ttl = ?5, watched = ?6 WHERE observation = ?1
        """)
    let open = try db.cachedStatement(
      sql: "INSERT INTO active (observation, first, last, count, ttl, watched) VALUES (?, ?, ?, ?, ?, ?)")
    for (position, (id, index)) in renewals.enumerated() {
      // Of several states of one interval in a batch the last is the one that holds.
      if position + 1 < renewals.count, renewals[position + 1].id == id { continue }
      let firstSeen = observations[index].firstSeen
      // Renewed and then closed in the same batch; with another beginning it was closed and then opened anew.
      if !closedStarts.isEmpty, closedStarts[id] == firstSeen { continue }
      // Field by field: a copy of the whole would count references up and down for its names.
      let (first, last) = (firstSeen.milliseconds, observations[index].lastSeen.milliseconds)
      let (count, ttl) = (observations[index].count, Int64(observations[index].ttl.seconds))
      let watched = observations[index].watched
      try renew.run(id, first, last, count, ttl, watched)
      if db.changesCount == 0 { try open.run(id, first, last, count, ttl, watched) }
    }
  }

  private func close(_ closings: [(id: Int64, index: Int)], in batch: HistoryBatch) throws {
    let remove = try db.cachedStatement(sql: "DELETE FROM active WHERE observation = ?")
    for (id, _) in closings { try remove.run(id) }
    // A closing that is told twice, since its first commit was taken for lost, is stored once.
    let insert = try db.cachedStatement(
      sql: """
        INSERT OR REPLACE INTO history (observation, until, first, last, count, ttl, watched)
        VALUES (?, ?, ?, ?, ?, ?, ?)
        """)
    for (id, index) in closings {
      let (observation, until) = batch.closed[index]
      try insert.run(
        id, until.milliseconds, observation.firstSeen.milliseconds,
        observation.lastSeen.milliseconds, observation.count, Int64(observation.ttl.seconds),
        observation.watched)
    }
  }
}
