package import DNS
package import Deciding

import Publishing

/// A plain list as somebody handed it over: taken whole, or not at all.
package struct PlainList: Hashable, Sendable {
  /// What the lines cover.
  package let prefixes: PrefixSet

  /// The shortest prefixes that a list may hold: `0.0.0.0/0` in an allowlist is an open door (the floor that Cortex
  /// XSOAR's EDL server keeps as well).
  private static func floor(_ family: AddressFamily) -> Int { family == .ipv4 ? 8 : 16 }

  /// Reads one address or prefix a line. Empty lines and lines that begin with `#` are passed over.
  ///
  /// - Parameter limit: the most lines with an element.
  /// - Throws: `PlainListError` for anything else, and for a last line without line feed: the list may be cut off.
  package init(_ body: [UInt8], limit: Int) throws(PlainListError) {
    guard body.last == 0x0a || body.isEmpty else { throw .cutOff }
    var prefixes = [IPPrefix]()
    var number = 0
    for line in body.split(separator: 0x0a, omittingEmptySubsequences: false) {
      number += 1
      let line = line.last == 0x0d ? line.dropLast() : line
      if line.isEmpty || line.first == UInt8(ascii: "#") { continue }
      guard line.count <= 64, let prefix = IPPrefix(String(decoding: line, as: UTF8.self)),
        prefix.length >= Self.floor(prefix.family)
      else { throw .notAnElement(line: number) }
      guard prefixes.count < limit else { throw .tooLong(limit: limit) }
      prefixes.append(prefix)
    }
    guard !prefixes.isEmpty else { throw .empty }
    self.prefixes = PrefixSet(prefixes)
  }

  /// Whether a set with this digest, as `/version` gives it, is exactly what the lines cover. Names give single addresses,
  /// which a list may aggregate; service tags give prefixes, which stand in it as they are.
  ///
  /// - Throws: `PlainListError.tooLong` when there are more than `limit` addresses.
  package func covers(setOf digest: Digest, limit: Int) throws(PlainListError) -> Bool {
    if Digest.computing(prefixes.prefixes) == digest { return true }
    return try self.digest(limit: limit) == digest
  }

  /// The digest of a set that names give, as `/version` tells it: of the single addresses, whatever the list's aggregation.
  ///
  /// - Throws: `PlainListError.tooLong` when there are more than `limit` addresses, before they are written out.
  package func digest(limit: Int) throws(PlainListError) -> Digest {
    var addresses = [IPPrefix]()
    for prefix in prefixes.prefixes {
      let more = prefix.last.bits - prefix.address.bits
      guard more < UInt128(limit - addresses.count) else { throw .tooLong(limit: limit) }
      for offset in 0...more {
        let bits = prefix.address.bits + offset
        addresses.append(
          IPPrefix(
            prefix.family == .ipv4 ? IPAddress(v4: UInt32(truncatingIfNeeded: bits)) : IPAddress(v6: bits)))
      }
    }
    return Digest.computing(addresses)
  }
}

/// Why a list was not taken.
package enum PlainListError: Error, Hashable, CustomStringConvertible {
  /// No line feed at its end.
  case cutOff
  /// A line that is no address or prefix, or one that is too wide.
  case notAnElement(line: Int)
  /// More elements than allowed.
  case tooLong(limit: Int)
  /// No element at all.
  case empty

  package var description: String {
    switch self {
    case .cutOff: "the list ends in the middle of a line. Try: fetch it again"
    case .notAnElement(let line):
      "line \(line) is no address or prefix, or a wider one than /8 (IPv6: /16). Try: the plain list, as 'postern export' writes it"
    case .tooLong(let limit): "it holds more than \(limit) elements. Try: --maxelem with a larger number"
    case .empty:
      "it holds no element, and an empty set closes the firewall. Try: 'postern doctor' at its source"
    }
  }
}
