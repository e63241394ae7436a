/// An address family. Sets, files and rules keep the two apart.
package enum AddressFamily: UInt8, Hashable, Comparable, CaseIterable, Sendable, CustomStringConvertible {
  /// A records, 32 bits.
  case ipv4 = 4
  /// AAAA records, 128 bits; IPv4-mapped addresses belong here (see `IPAddress.unwrapped`).
  case ipv6 = 6

  /// Bits in an address: 32 or 128.
  package var bitWidth: Int { self == .ipv4 ? 32 : 128 }

  /// The type of the records that hold addresses of this family.
  package var recordType: RecordType { self == .ipv4 ? .a : .aaaa }

  package var description: String { self == .ipv4 ? "ipv4" : "ipv6" }

  package static func < (left: AddressFamily, right: AddressFamily) -> Bool { left.rawValue < right.rawValue }
}

/// An IPv4 or IPv6 address. IPv4 sorts before IPv6, and within a family the order is numeric.
package struct IPAddress: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// `::ffff:192.0.2.1` is of family IPv6.
  package let family: AddressFamily
  /// The address as a number: its low 32 bits for IPv4, all 128 for IPv6.
  package let bits: UInt128

  /// Takes the number in host order: `0xc0000201` is 192.0.2.1.
  package init(v4 bits: UInt32) {
    family = .ipv4
    self.bits = UInt128(bits)
  }

  /// Takes the number in host order: 1 is `::1`.
  package init(v6 bits: UInt128) {
    family = .ipv6
    self.bits = bits
  }

  init(family: AddressFamily, bits: UInt128) {
    self.family = family
    self.bits = bits
  }

  /// Takes the 4 or 16 octets of A or AAAA RDATA in network order; nil for any other count.
  package init?(octets: some Collection<UInt8>) {
    switch octets.count {
    case 4: family = .ipv4
    case 16: family = .ipv6
    default: return nil
    }
    bits = octets.reduce(0) { $0 << 8 | UInt128($1) }
  }

  /// The 4 or 16 octets in network order.
  package var octets: [UInt8] {
    let count = family.bitWidth / 8
    return (0..<count).map { UInt8(truncatingIfNeeded: bits >> UInt128((count - 1 - $0) * 8)) }
  }

  /// The IPv4 address inside `::ffff:a.b.c.d` (RFC 4291 §2.5.5.2); the address itself otherwise.
  package var unwrapped: IPAddress {
    family == .ipv6 && bits >> 32 == 0xffff ? IPAddress(v4: UInt32(truncatingIfNeeded: bits)) : self
  }

  package static func < (left: IPAddress, right: IPAddress) -> Bool {
    left.family != right.family ? left.family < right.family : left.bits < right.bits
  }
}
