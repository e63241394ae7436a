internal import DNS
internal import Deciding
internal import GRDB

/// Reads the generations of one set.
struct SetReader {
  let db: Database
  let set: StoredSet

  /// A set's name with the number that stands for it.
  struct StoredSet {
    let id: Int64
    let name: SetName
  }

  func generation(at moment: Timestamp) throws -> GenerationRecord? {
    try records(HistoryQueries.generationAt, [set.id, moment.milliseconds]).first
  }

  func generation(_ generation: Generation) throws -> GenerationRecord? {
    try records(
      "SELECT serial, at, digest, size FROM generation WHERE setid = ? AND serial = ?",
      [set.id, generation.number]
    ).first
  }

  func generations(limit: Int) throws -> [GenerationRecord] {
    try records(
      "SELECT serial, at, digest, size FROM generation WHERE setid = ? ORDER BY serial DESC LIMIT ?",
      [set.id, max(0, limit)])
  }

  func currentSnapshot() throws -> Snapshot? {
    guard let last = try generations(limit: 1).first else { return nil }
    let rows = try Row.fetchCursor(
      db.cachedStatement(sql: "SELECT addr, first, last, names FROM element WHERE setid = ?"),
      arguments: [set.id])
    var elements: [SetElement] = []
    elements.reserveCapacity(last.size)
    while let row = try rows.next() {
      let names = try row.text(3).split(separator: " ").map { DomainName(canonical: String($0)) }
      elements.append(
        SetElement(
          address: try row.address(0), names: names, firstSeen: try row.timestamp(1),
          lastSeen: try row.timestamp(2)))
    }
    elements.sort { $0.address < $1.address }  // the table keeps families mixed: blobs compare octet by octet
    guard elements.count == last.size else {
      throw UnreadableValue(
        column: "element of \(set.name)",
        value: "\(elements.count) addresses, generation \(last.generation) \(last.size)")
    }
    return Snapshot(
      set: set.name, generation: last.generation, at: last.at, elements: elements, digest: last.digest)
  }

  /// The addresses of a generation that exists, sorted: the nearest checkpoint and the steps since.
  func addresses(in record: GenerationRecord) throws -> [IPAddress] {
    let serial = record.generation.number
    var addresses = Set<IPAddress>()
    addresses.reserveCapacity(record.size)
    var start: Int64 = 0
    let checkpoint = try Row.fetchOne(
      db.cachedStatement(sql: HistoryQueries.checkpointBefore), arguments: [set.id, serial])
    if let checkpoint {
      start = try checkpoint.integer(0)
      try addresses.formUnion(Self.unpack(checkpoint.octets(1), size: 4))
      try addresses.formUnion(Self.unpack(checkpoint.octets(2), size: 16))
    }
    let step = try steps(from: start, to: serial)
    addresses.subtract(step.left)
    addresses.formUnion(step.entered)
    guard addresses.count == record.size else {
      throw UnreadableValue(
        column: "delta of \(set.name)",
        value: "\(addresses.count) addresses for generation \(serial) of \(record.size)")
    }
    return addresses.sorted()
  }

  /// What entered and left from the older to the newer generation; 0 is the empty set before all.
  func difference(from older: Int64, to newer: Int64) throws -> (entered: [IPAddress], left: [IPAddress])? {
    guard let end = try generation(Generation(newer)) else { return nil }
    guard older > 0 else { return older == 0 ? (try addresses(in: end), []) : nil }
    guard let start = try generation(Generation(older)) else { return nil }
    let isFar = try Bool.fetchOne(
      db.cachedStatement(
        sql: "SELECT EXISTS (SELECT 1 FROM checkpoint WHERE setid = ? AND serial > ? AND serial < ?)"),
      arguments: [set.id, older, newer])
    guard isFar == true else {
      let step = try steps(from: older, to: newer)
      return (step.entered.sorted(), step.left.sorted())
    }
    // Between checkpoints the steps outnumber the set: two whole sets are the shorter way.
    let (before, after) = (Set(try addresses(in: start)), Set(try addresses(in: end)))
    return (after.subtracting(before).sorted(), before.subtracting(after).sorted())
  }

  private func steps(from older: Int64, to newer: Int64) throws -> (entered: [IPAddress], left: [IPAddress]) {
    var (entered, left): ([IPAddress], [IPAddress]) = ([], [])
    let rows = try Row.fetchCursor(
      db.cachedStatement(sql: HistoryQueries.difference), arguments: [set.id, older, newer])
    while let row = try rows.next() {
      if try row.integer(1) > 0 {
        entered.append(try row.address(0))
      } else {
        left.append(try row.address(0))
      }
    }
    return (entered, left)
  }

  private func records(_ sql: String, _ arguments: StatementArguments) throws -> [GenerationRecord] {
    try Row.fetchAll(db.cachedStatement(sql: sql), arguments: arguments).map { row in
      try Self.record(row, from: 0)
    }
  }

  /// A generation in four columns: serial, at, digest, size.
  static func record(_ row: Row, from index: Int) throws -> GenerationRecord {
    GenerationRecord(
      generation: Generation(try row.integer(index)), at: try row.timestamp(index + 1),
      digest: Digest(octets: try row.octets(index + 2)), size: Int(try row.integer(index + 3)))
  }

  private static func unpack(_ octets: [UInt8], size: Int) throws -> [IPAddress] {
    guard octets.count.isMultiple(of: size) else {
      throw UnreadableValue(column: "checkpoint", value: "\(octets.count) octets")
    }
    return stride(from: 0, to: octets.count, by: size).compactMap {
      IPAddress(octets: octets[$0..<$0 + size])
    }
  }
}
