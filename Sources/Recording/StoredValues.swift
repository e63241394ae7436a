internal import DNS
internal import Deciding
internal import Foundation
internal import GRDB

// How values of the domain stand in columns. Reading throws on what no writer of ours stores, never traps: a damaged
// file must not end the process.

extension RecordData {
  /// The octets in `rr.rdata`.
  ///
  /// - Throws: `HistoryError.unsupportedRecord` for what is not observed.
  func stored(type: RecordType) throws(HistoryError) -> Data {
    switch self {
    case .address(let address) where address.family.recordType == type: Data(address.octets)
    case .name(let name) where type == .cname: Data(name.text.utf8)
    default: throw .unsupportedRecord("\(type) \(self)")
    }
  }

  /// Reads what `stored` wrote.
  init(type: RecordType, octets: some Collection<UInt8>) throws {
    switch type {
    case .a, .aaaa:
      guard let address = IPAddress(octets: octets), address.family.recordType == type else {
        throw UnreadableValue(column: "rr.rdata", value: "\(octets.count) octets for \(type)")
      }
      self = .address(address)
    case .cname:
      self = .name(DomainName(canonical: String(decoding: octets, as: UTF8.self)))
    default:
      throw UnreadableValue(column: "rr.type", value: "\(type)")
    }
  }
}

extension DomainName {
  /// The labels from right to left: names below one another are neighbours. The root, which has none, stays a dot.
  var reversedKey: String { isRoot ? text : labels.reversed().joined(separator: ".") }
}

extension IPAddress {
  /// The 4 or 16 octets as a blob.
  var stored: Data { Data(octets) }
}

/// A column that holds what nobody stored: the file is damaged, or another hand was in it.
struct UnreadableValue: Error {
  let column: String
  let value: String
}

extension Row {
  func integer(_ index: Int) throws -> Int64 { try decode(Int64.self, atIndex: index) }

  func optionalInteger(_ index: Int) throws -> Int64? { try decode(Int64?.self, atIndex: index) }

  func text(_ index: Int) throws -> String { try decode(String.self, atIndex: index) }

  func octets(_ index: Int) throws -> [UInt8] { try [UInt8](decode(Data.self, atIndex: index)) }

  func timestamp(_ index: Int) throws -> Timestamp { Timestamp(milliseconds: try integer(index)) }

  func optionalTimestamp(_ index: Int) throws -> Timestamp? {
    try optionalInteger(index).map(Timestamp.init(milliseconds:))
  }

  func name(_ index: Int) throws -> DomainName { DomainName(canonical: try text(index)) }

  func recordType(_ index: Int) throws -> RecordType {
    let number = try integer(index)
    guard let raw = UInt16(exactly: number) else { throw UnreadableValue(column: "type", value: "\(number)") }
    return RecordType(rawValue: raw)
  }

  func ttl(_ index: Int) throws -> TTL { TTL(wire: UInt32(truncatingIfNeeded: try integer(index))) }

  func address(_ index: Int) throws -> IPAddress {
    let octets = try octets(index)
    guard let address = IPAddress(octets: octets) else {
      throw UnreadableValue(column: "addr", value: "\(octets.count) octets")
    }
    return address
  }

  func strings(_ index: Int) throws -> [String] {
    try JSONDecoder().decode([String].self, from: Data(try text(index).utf8))
  }

  /// A word that one of our enumerations knows.
  func word<Word: RawRepresentable>(_ index: Int, _ type: Word.Type) throws -> Word
  where Word.RawValue == String {
    let text = try text(index)
    guard let word = Word(rawValue: text) else { throw UnreadableValue(column: "\(type)", value: text) }
    return word
  }
}

extension [String] {
  /// A JSON array.
  func stored() throws -> String { String(decoding: try JSONEncoder().encode(self), as: UTF8.self) }
}
