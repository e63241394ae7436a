internal import DNS
internal import Deciding
internal import Foundation
internal import GRDB

/// Writes one generation of a set: its record, the step to it, and the elements that now stand.
struct PublicationWriter {
  let db: Database
  let set: Int64

  /// Steps that are always allowed since the last checkpoint, so that small sets don't make one each time.
  static let fewestSteps = 256

  func write(_ publication: Publication) throws {
    let snapshot = publication.snapshot
    let last = try Row.fetchOne(
      db.cachedStatement(
        sql: "SELECT serial, since FROM generation WHERE setid = ? ORDER BY serial DESC LIMIT 1"),
      arguments: [set])
    let expected = Generation(try (last?.integer(0) ?? 0) + 1)
    guard snapshot.generation == expected else {
      throw HistoryError.generationOutOfOrder(
        set: snapshot.set, expected: expected, given: snapshot.generation)
    }
    let before = try previousAddresses()
    try requireConsistency(publication, after: before)

    let at = snapshot.at.milliseconds
    try db.cachedStatement(
      sql: "INSERT INTO generation (setid, serial, at, since, size, digest) VALUES (?, ?, ?, ?, ?, ?)"
    ).execute(arguments: [
      set, expected.number, at, max(at, try last?.integer(1) ?? at), snapshot.elements.count,
      Data(snapshot.digest.octets),
    ])
    let step = try db.cachedStatement(sql: "INSERT INTO delta (setid, serial, addr, op) VALUES (?, ?, ?, ?)")
    for address in publication.entered {
      try step.execute(arguments: [set, expected.number, address.stored, 1])
    }
    for address in publication.left {
      try step.execute(arguments: [set, expected.number, address.stored, -1])
    }
    try writeElements(snapshot, leaving: publication.left)
    try writeCheckpointIfDue(snapshot)
  }

  private func previousAddresses() throws -> Set<IPAddress> {
    var addresses = Set<IPAddress>()
    let rows = try Row.fetchCursor(
      db.cachedStatement(sql: "SELECT addr FROM element WHERE setid = ?"), arguments: [set])
    while let row = try rows.next() { addresses.insert(try row.address(0)) }
    return addresses
  }

  /// A step that does not lead to the set would falsify every later answer about the past.
  private func requireConsistency(_ publication: Publication, after before: Set<IPAddress>)
    throws(HistoryError)
  {
    let snapshot = publication.snapshot
    let now = Set(snapshot.elements.map(\.address))
    func refuse(_ detail: String) -> HistoryError {
      .contradictoryPublication(set: snapshot.set, generation: snapshot.generation, detail: detail)
    }
    guard now.count == snapshot.elements.count else { throw refuse("an address stands twice in it") }
    guard publication.entered.count == now.subtracting(before).count,
      publication.entered.allSatisfy({ now.contains($0) && !before.contains($0) })
    else { throw refuse("'entered' is not what is new in it") }
    guard publication.left.count == before.subtracting(now).count,
      publication.left.allSatisfy({ before.contains($0) && !now.contains($0) })
    else { throw refuse("'left' is not what is gone from it") }
  }

  private func writeElements(_ snapshot: Snapshot, leaving left: [IPAddress]) throws {
    let remove = try db.cachedStatement(sql: "DELETE FROM element WHERE setid = ? AND addr = ?")
    for address in left { try remove.execute(arguments: [set, address.stored]) }
    let upsert = try db.cachedStatement(
      sql: """
        INSERT INTO element (setid, addr, first, last, names) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT (setid, addr) DO UPDATE SET first = excluded.first, last = excluded.last, names = excluded.names
        """)
    for element in snapshot.elements {
      try upsert.execute(arguments: [
        set, element.address.stored, element.firstSeen.milliseconds, element.lastSeen.milliseconds,
        element.names.map(\.text).joined(separator: " "),
      ])
    }
  }

  /// Once the steps since the last checkpoint outnumber the set, reading it whole is cheaper than following them.
  private func writeCheckpointIfDue(_ snapshot: Snapshot) throws {
    let steps = try Int.fetchOne(
      db.cachedStatement(
        sql: """
          SELECT count(*) FROM delta WHERE setid = ?1
            AND serial > coalesce((SELECT max(serial) FROM checkpoint WHERE setid = ?1), 0)
          """), arguments: [set])
    guard (steps ?? 0) >= max(snapshot.elements.count, Self.fewestSteps) else { return }
    var (ipv4, ipv6) = (Data(), Data())
    for element in snapshot.elements {
      if element.address.family == .ipv4 {
        ipv4 += element.address.octets
      } else {
        ipv6 += element.address.octets
      }
    }
    try db.cachedStatement(sql: "INSERT INTO checkpoint (setid, serial, ipv4, ipv6) VALUES (?, ?, ?, ?)")
      .execute(arguments: [set, snapshot.generation.number, ipv4, ipv6])
  }
}
