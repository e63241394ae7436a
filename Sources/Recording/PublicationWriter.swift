internal import DNS
internal import Deciding
internal import GRDB

/// Writes one generation of a set: its record, the step to it, and the elements that now stand.
struct PublicationWriter {
  let db: Database
  let set: Int64

  /// Steps that are always allowed since the last checkpoint, so that small sets don't make one each time.
  static let fewestSteps = 256

  func write(_ publication: Publication) throws {
    let snapshot = publication.snapshot
    let last = try db.rows(
      "SELECT serial, since FROM generation WHERE setid = ? ORDER BY serial DESC LIMIT 1", set
    ) { row in (serial: try row.integer(0), since: try row.integer(1)) }.first
    let expected = Generation((last?.serial ?? 0) + 1)
    guard snapshot.generation == expected else {
      throw HistoryError.generationOutOfOrder(
        set: snapshot.set, expected: expected, given: snapshot.generation)
    }
    let before = try previousPrefixes()
    try requireConsistency(publication, after: before)

    let at = snapshot.at.milliseconds
    try db.run(
      "INSERT INTO generation (setid, serial, at, since, size, digest) VALUES (?, ?, ?, ?, ?, ?)", set,
      expected.number, at, max(at, last?.since ?? at), Int64(snapshot.elements.count), snapshot.digest.octets)
    let step = try db.cachedStatement(sql: "INSERT INTO delta (setid, serial, addr, op) VALUES (?, ?, ?, ?)")
    for prefix in publication.entered { try step.run(set, expected.number, prefix.stored, Int64(1)) }
    for prefix in publication.left { try step.run(set, expected.number, prefix.stored, Int64(-1)) }
    try writeElements(snapshot, leaving: publication.left)
    try writeCheckpointIfDue(snapshot)
  }

  private func previousPrefixes() throws -> Set<IPPrefix> {
    Set(try db.rows("SELECT addr FROM element WHERE setid = ?", set) { row in try row.prefix(0) })
  }

  /// A step that does not lead to the set would falsify every later answer about the past.
  private func requireConsistency(_ publication: Publication, after before: Set<IPPrefix>)
    throws(HistoryError)
  {
    let snapshot = publication.snapshot
    let now = Set(snapshot.elements.map(\.prefix))
    func refuse(_ detail: String) -> HistoryError {
      .contradictoryPublication(set: snapshot.set, generation: snapshot.generation, detail: detail)
    }
    guard now.count == snapshot.elements.count else { throw refuse("an element stands twice in it") }
    guard publication.entered.count == now.subtracting(before).count,
      publication.entered.allSatisfy({ now.contains($0) && !before.contains($0) })
    else { throw refuse("'entered' is not what is new in it") }
    guard publication.left.count == before.subtracting(now).count,
      publication.left.allSatisfy({ before.contains($0) && !now.contains($0) })
    else { throw refuse("'left' is not what is gone from it") }
  }

  private func writeElements(_ snapshot: Snapshot, leaving left: [IPPrefix]) throws {
    let remove = try db.cachedStatement(sql: "DELETE FROM element WHERE setid = ? AND addr = ?")
    for prefix in left { try remove.run(set, prefix.stored) }
    let renew = try db.cachedStatement(
      sql: "UPDATE element SET first = ?3, last = ?4, names = ?5 WHERE setid = ?1 AND addr = ?2")
    let insert = try db.cachedStatement(
      sql: "INSERT INTO element (setid, addr, first, last, names) VALUES (?, ?, ?, ?, ?)")
    for element in snapshot.elements {
      let (octets, names) = (element.prefix.stored, element.names.map(\.text).joined(separator: " "))
      let (first, last) = (element.firstSeen.milliseconds, element.lastSeen.milliseconds)
      try renew.run(set, octets, first, last, names)
      if db.changesCount == 0 { try insert.run(set, octets, first, last, names) }
    }
  }

  /// Once the steps since the last checkpoint outnumber the set, reading it whole is cheaper than following
  /// them. The packed form is of single addresses; sets of prefixes change with each edition of service tags, so that their
  /// steps stay few.
  private func writeCheckpointIfDue(_ snapshot: Snapshot) throws {
    guard snapshot.elements.allSatisfy(\.prefix.isHost) else { return }
    let steps = try db.integer(
      """
      SELECT count(*) FROM delta WHERE setid = ?1
        AND serial > coalesce((SELECT max(serial) FROM checkpoint WHERE setid = ?1), 0)
      """, set)
    guard (steps ?? 0) >= Int64(max(snapshot.elements.count, Self.fewestSteps)) else { return }
    var (ipv4, ipv6): ([UInt8], [UInt8]) = ([], [])
    for element in snapshot.elements {
      if element.address.family == .ipv4 {
        ipv4 += element.address.octets
      } else {
        ipv6 += element.address.octets
      }
    }
    try db.run(
      "INSERT INTO checkpoint (setid, serial, ipv4, ipv6) VALUES (?, ?, ?, ?)", set,
      snapshot.generation.number, ipv4,
      ipv6)
  }
}
