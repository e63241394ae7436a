internal import DNS
internal import Deciding
internal import Foundation
internal import GRDBSQLite

/// The row at which a statement stands; valid until its next step. Columns count from 0.
///
/// Each value is checked: a damaged file must give an error, not end the process.
struct ResultRow {
  let statement: OpaquePointer

  func integer(_ index: CInt) throws -> Int64 {
    try require(SQLITE_INTEGER, index)
    return sqlite3_column_int64(statement, index)
  }

  func optionalInteger(_ index: CInt) throws -> Int64? {
    sqlite3_column_type(statement, index) == SQLITE_NULL ? nil : try integer(index)
  }

  func text(_ index: CInt) throws -> String {
    try require(SQLITE_TEXT, index)
    let text = sqlite3_column_text(statement, index)
    return String(
      decoding: UnsafeBufferPointer(start: text, count: Int(sqlite3_column_bytes(statement, index))),
      as: UTF8.self)
  }

  /// Hands out the octets where they lie; they must not be kept.
  func withOctets<Value>(_ index: CInt, _ body: (UnsafeRawBufferPointer) throws -> Value) throws -> Value {
    try require(SQLITE_BLOB, index)
    let start = sqlite3_column_blob(statement, index)
    return try body(UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(statement, index))))
  }

  func octets(_ index: CInt) throws -> [UInt8] { try withOctets(index) { Array($0) } }

  func timestamp(_ index: CInt) throws -> Timestamp { Timestamp(milliseconds: try integer(index)) }

  func optionalTimestamp(_ index: CInt) throws -> Timestamp? {
    try optionalInteger(index).map(Timestamp.init(milliseconds:))
  }

  func name(_ index: CInt) throws -> DomainName { DomainName(canonical: try text(index)) }

  func setName(_ index: CInt) throws -> SetName {
    let text = try text(index)
    guard let name = SetName(text) else { throw unreadable(index, text) }
    return name
  }

  func recordType(_ index: CInt) throws -> RecordType {
    let number = try integer(index)
    guard let raw = UInt16(exactly: number) else { throw unreadable(index, "\(number)") }
    return RecordType(rawValue: raw)
  }

  func ttl(_ index: CInt) throws -> TTL { TTL(wire: UInt32(truncatingIfNeeded: try integer(index))) }

  func address(_ index: CInt) throws -> IPAddress {
    try withOctets(index) { octets in
      guard let address = IPAddress(stored: octets) else { throw unreadable(index, "\(octets.count) octets") }
      return address
    }
  }

  /// An element of a set as `IPPrefix.stored` wrote it.
  func prefix(_ index: CInt) throws -> IPPrefix {
    try withOctets(index) { octets in
      guard let prefix = IPPrefix(stored: octets) else { throw unreadable(index, "\(octets.count) octets") }
      return prefix
    }
  }

  /// RDATA as `RecordData.stored` wrote it.
  func recordData(_ index: CInt, type: RecordType) throws -> RecordData {
    switch type {
    case .a, .aaaa:
      let address = try address(index)
      guard address.family.recordType == type else { throw unreadable(index, "\(address) for \(type)") }
      return .address(address)
    case .cname:
      return .name(DomainName(canonical: try withOctets(index) { String(decoding: $0, as: UTF8.self) }))
    default:
      throw unreadable(index, "RDATA of \(type)")
    }
  }

  func optionalText(_ index: CInt) throws -> String? {
    sqlite3_column_type(statement, index) == SQLITE_NULL ? nil : try text(index)
  }

  func strings(_ index: CInt) throws -> [String] { try decoded(index, [String].self) }

  /// A column of JSON.
  func decoded<Value: Decodable>(_ index: CInt, _ type: Value.Type) throws -> Value {
    try JSONDecoder().decode(type, from: Data(try text(index).utf8))
  }

  /// A word that one of our enumerations knows.
  func word<Word: RawRepresentable>(_ index: CInt, _ type: Word.Type) throws -> Word
  where Word.RawValue == String {
    let text = try text(index)
    guard let word = Word(rawValue: text) else { throw unreadable(index, text) }
    return word
  }

  func unreadable(_ index: CInt, _ value: String) -> UnreadableValue {
    UnreadableValue(column: String(cString: sqlite3_column_name(statement, index)), value: value)
  }

  private func require(_ type: CInt, _ index: CInt) throws {
    let found = sqlite3_column_type(statement, index)
    guard found == type else { throw unreadable(index, "a value of type \(found), not \(type)") }
  }
}

/// A column that holds what nobody stored: the file is damaged, or another hand was in it.
struct UnreadableValue: Error {
  let column: String
  let value: String
}
