/// The EDNS client subnet of a message (RFC 7871 §6).
package struct ClientSubnet: Hashable, Sendable {
  /// The network that the query was made for.
  package let prefix: IPPrefix
  /// How many leading bits the answer depends on; 0 in a query, and in a reply that suits everybody.
  package let scope: Int

  /// Makes the option; `scope` is 0 in every query (RFC 7871 §6).
  package init(_ prefix: IPPrefix, scope: Int = 0) {
    self.prefix = prefix
    self.scope = scope
  }

  /// The number of the option.
  static let optionCode: UInt16 = 8

  /// The address family numbers of IANA that RFC 7871 uses.
  static func familyNumber(_ family: AddressFamily) -> UInt16 { family == .ipv4 ? 1 : 2 }

  /// Reads the option's data; nil for an unknown family, a length out of range, or set bits beyond the length.
  init?(octets: UnsafeRawBufferPointer) {
    guard octets.count >= 4, octets[0] == 0 else { return nil }
    let family: AddressFamily
    switch octets[1] {
    case 1: family = .ipv4
    case 2: family = .ipv6
    default: return nil
    }
    let length = Int(octets[2])
    let given = octets.count - 4
    guard length <= family.bitWidth, octets[3] <= family.bitWidth, given == (length + 7) / 8 else {
      return nil
    }
    var bits: UInt128 = 0
    for index in 0..<given {
      bits |= UInt128(octets[4 + index]) << UInt128(family.bitWidth - 8 * (index + 1))
    }
    let address = IPAddress(family: family, bits: bits)
    guard let prefix = IPPrefix(address, length: length), prefix.address == address else { return nil }
    self.prefix = prefix
    scope = Int(octets[3])
  }
}
