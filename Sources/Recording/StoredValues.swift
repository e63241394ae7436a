internal import DNS
internal import Deciding
internal import Foundation

// How values of the domain stand in columns; `ResultRow` reads them back.

extension RecordData {
  /// The octets in `rr.rdata`.
  ///
  /// - Throws: `HistoryError.unsupportedRecord` for what is not observed.
  func stored(type: RecordType) throws(HistoryError) -> [UInt8] {
    switch self {
    case .address(let address) where address.family.recordType == type: address.octets
    case .name(let name) where type == .cname: Array(name.text.utf8)
    default: throw .unsupportedRecord("\(type) \(self)")
    }
  }
}

extension RecordType {
  var stored: Int64 { Int64(rawValue) }
}

extension DomainName {
  /// The labels from right to left: names below one another are neighbours. The root, which has none, stays a
  /// dot.
  var reversedKey: String { isRoot ? text : labels.reversed().joined(separator: ".") }
}

extension IPAddress {
  /// Reads 4 or 16 octets in network order; nil for any other count.
  init?(stored octets: UnsafeRawBufferPointer) {
    switch octets.count {
    case 4: self.init(v4: UInt32(bigEndian: octets.loadUnaligned(as: UInt32.self)))
    case 16: self.init(v6: UInt128(bigEndian: octets.loadUnaligned(as: UInt128.self)))
    default: return nil
    }
  }
}

extension IPPrefix {
  /// As an element of a set stands in `addr`: of a single address its octets; of others the length follows in one more.
  var stored: [UInt8] { isHost ? address.octets : address.octets + [UInt8(length)] }

  /// Reads what `stored` gives; nil for anything else.
  init?(stored octets: UnsafeRawBufferPointer) {
    switch octets.count {
    case 5, 17:
      let last = octets.count - 1
      guard let address = IPAddress(stored: UnsafeRawBufferPointer(rebasing: octets[..<last])) else {
        return nil
      }
      self.init(address, length: Int(octets[last]))
    default:
      guard let address = IPAddress(stored: octets) else { return nil }
      self.init(address)
    }
  }

  /// All that hold an address, the widest first.
  static func all(holding address: IPAddress) -> [IPPrefix] {
    (0...address.family.bitWidth).compactMap { IPPrefix(address, length: $0) }
  }
}

extension Encodable {
  /// As JSON.
  func stored() throws -> String { String(decoding: try JSONEncoder().encode(self), as: UTF8.self) }
}

extension NameRelation {
  /// The word in `uncovered.relation`, and what goes beside it.
  var stored: (word: String, target: String?) {
    switch self {
    case .sameParent: ("parent", nil)
    case .sameTarget(let target): ("target", target.text)
    case .redirect(let registry): ("redirect", registry.text)
    case .tokenHost(let registry): ("token", registry.text)
    }
  }

  init?(stored word: String, target: String?) {
    switch (word, target) {
    case ("parent", _): self = .sameParent
    case ("target", let target?): self = .sameTarget(DomainName(canonical: target))
    case ("redirect", let target?): self = .redirect(from: DomainName(canonical: target))
    case ("token", let target?): self = .tokenHost(of: DomainName(canonical: target))
    default: return nil
    }
  }
}
