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
    try records(HistoryQueries.generationAt, set.id, moment.milliseconds).first
  }

  func generation(_ generation: Generation) throws -> GenerationRecord? {
    try records(
      "SELECT serial, at, digest, size FROM generation WHERE setid = ? AND serial = ?",
      set.id, generation.number
    ).first
  }

  func generations(limit: Int) throws -> [GenerationRecord] {
    try records(
      "SELECT serial, at, digest, size FROM generation WHERE setid = ? ORDER BY serial DESC LIMIT ?",
      set.id, Int64(max(0, limit)))
  }

  func currentSnapshot() throws -> Snapshot? {
    guard let last = try generations(limit: 1).first else { return nil }
    var elements = try db.rows("SELECT addr, first, last, names FROM element WHERE setid = ?", set.id) {
      row in
      try Self.element(row)
    }
    elements.sort { $0.prefix < $1.prefix }  // the table keeps families mixed: blobs compare octet by octet
    guard elements.count == last.size else {
      throw UnreadableValue(
        column: "element of \(set.name)",
        value: "\(elements.count) elements, generation \(last.generation) \(last.size)")
    }
    return Snapshot(
      set: set.name, generation: last.generation, at: last.at, elements: elements, digest: last.digest)
  }

  /// The elements of a generation that exists, sorted: the nearest checkpoint and the steps since.
  func prefixes(in record: GenerationRecord) throws -> [IPPrefix] {
    let serial = record.generation.number
    var prefixes = Set<IPPrefix>()
    prefixes.reserveCapacity(record.size)
    var start: Int64 = 0
    try db.cachedStatement(sql: HistoryQueries.checkpointBefore).forEachRow(set.id, serial) { row in
      start = try row.integer(0)
      for (column, size) in [(CInt(1), 4), (2, 16)] {
        try row.withOctets(column) { octets in
          for offset in stride(from: 0, to: octets.count, by: size) {
            let rest = UnsafeRawBufferPointer(rebasing: octets[offset..<min(offset + size, octets.count)])
            guard let address = IPAddress(stored: rest) else {
              throw row.unreadable(column, "\(octets.count) octets")
            }
            prefixes.insert(IPPrefix(address))
          }
        }
      }
    }
    let step = try steps(from: start, to: serial)
    prefixes.subtract(step.left)
    prefixes.formUnion(step.entered)
    guard prefixes.count == record.size else {
      throw UnreadableValue(
        column: "delta of \(set.name)",
        value: "\(prefixes.count) elements for generation \(serial) of \(record.size)")
    }
    return prefixes.sorted()
  }

  /// What entered and left from the older to the newer generation; 0 is the empty set before all.
  func difference(from older: Int64, to newer: Int64) throws -> (entered: [IPPrefix], left: [IPPrefix])? {
    guard let end = try generation(Generation(newer)) else { return nil }
    guard older > 0 else { return older == 0 ? (try prefixes(in: end), []) : nil }
    guard let start = try generation(Generation(older)) else { return nil }
    let checkpoints = try db.integer(
      "SELECT count(*) FROM (SELECT 1 FROM checkpoint WHERE setid = ? AND serial > ? AND serial < ? LIMIT 1)",
      set.id,
      older, newer)
    guard checkpoints != 0 else {
      let step = try steps(from: older, to: newer)
      return (step.entered.sorted(), step.left.sorted())
    }
    // Between checkpoints the steps outnumber the set: two whole sets are the shorter way.
    let (before, after) = (Set(try prefixes(in: start)), Set(try prefixes(in: end)))
    return (after.subtracting(before).sorted(), before.subtracting(after).sorted())
  }

  private func steps(from older: Int64, to newer: Int64) throws -> (entered: [IPPrefix], left: [IPPrefix]) {
    var (entered, left): ([IPPrefix], [IPPrefix]) = ([], [])
    try db.cachedStatement(sql: HistoryQueries.difference).forEachRow(set.id, older, newer) { row in
      if try row.integer(1) > 0 {
        entered.append(try row.prefix(0))
      } else {
        left.append(try row.prefix(0))
      }
    }
    return (entered, left)
  }

  private func records<each Value: Bindable>(
    _ sql: String, _ value: repeat each Value
  ) throws -> [GenerationRecord] {
    try db.rows(sql, repeat each value) { row in try Self.record(row, from: 0) }
  }

  /// An element in four columns: addr, first, last, names.
  static func element(_ row: ResultRow) throws -> SetElement {
    SetElement(
      prefix: try row.prefix(0),
      names: try row.text(3).split(separator: " ").map { DomainName(canonical: String($0)) },
      firstSeen: try row.timestamp(1), lastSeen: try row.timestamp(2))
  }

  /// A generation in four columns: serial, at, digest, size.
  static func record(_ row: ResultRow, from index: CInt) throws -> GenerationRecord {
    GenerationRecord(
      generation: Generation(try row.integer(index)), at: try row.timestamp(index + 1),
      digest: Digest(octets: try row.octets(index + 2)), size: Int(try row.integer(index + 3)))
  }
}
