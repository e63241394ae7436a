/// An address with a prefix length. Host bits are always zero.
package struct IPPrefix: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// The first address of the prefix.
  package let address: IPAddress
  /// The prefix length, 0 to 32 or 128.
  package let length: Int

  /// Makes the prefix that covers `address`; host bits are cleared. Nil when the length is out of range.
  package init?(_ address: IPAddress, length: Int) {
    guard (0...address.family.bitWidth).contains(length) else { return nil }
    self.init(containing: address, length: length)
  }

  /// The prefix that holds just this address.
  package init(_ address: IPAddress) {
    self.address = address
    length = address.family.bitWidth
  }

  /// For callers that know the length to be in range.
  init(containing address: IPAddress, length: Int) {
    let hostBits = address.family.bitWidth - length
    self.address = IPAddress(
      family: address.family, bits: address.bits & ~Self.hostMask(hostBits))
    self.length = length
  }

  /// Reads `address` or `address/length`. Nil when malformed or when host bits are set: `10.0.0.1/8` is more likely
  /// a slip than a wish.
  package init?(_ text: some StringProtocol) {
    let parsed = text.utf8.withContiguousStorageIfAvailable { Self.parse($0) }
    guard let prefix = parsed ?? Array(text.utf8).withUnsafeBufferPointer(Self.parse) else { return nil }
    self = prefix
  }

  /// Reads a prefix from UTF-8 bytes; the same rules as `init(_:)`.
  package static func parse(_ text: UnsafeBufferPointer<UInt8>) -> IPPrefix? {
    // Lengths have at most three digits, so the slash is looked for from the end.
    guard let slash = text.suffix(4).lastIndex(of: UInt8(ascii: "/")) else {
      return IPAddress.parse(text).map { IPPrefix($0) }
    }
    guard slash + 1 < text.count, let address = IPAddress.parse(UnsafeBufferPointer(rebasing: text[..<slash]))
    else {
      return nil
    }
    var length = 0
    for digit in text[(slash + 1)...] {
      guard (0x30...0x39).contains(digit) else { return nil }
      length = length * 10 + Int(digit - 0x30)
    }
    guard let prefix = IPPrefix(address, length: length), prefix.address == address else { return nil }
    return prefix
  }

  /// The family of `address`, which sets the largest length: 32 or 128.
  package var family: AddressFamily { address.family }

  /// The last address of the prefix.
  package var last: IPAddress {
    IPAddress(family: family, bits: address.bits | Self.hostMask(family.bitWidth - length))
  }

  /// Whether the prefix is a single address.
  package var isHost: Bool { length == family.bitWidth }

  /// Whether `other` lies inside this prefix. Families never meet.
  package func contains(_ other: IPAddress) -> Bool {
    other.family == family && address.bits <= other.bits && other.bits <= last.bits
  }

  private static func hostMask(_ hostBits: Int) -> UInt128 {
    hostBits >= 128 ? .max : (UInt128(1) << UInt128(hostBits)) - 1
  }

  /// `20.0.0.0/24`, or the bare address for a single one.
  package var description: String {
    var text = [UInt8]()
    text.reserveCapacity(43)
    appendText(to: &text)
    return String(decoding: text, as: UTF8.self)
  }

  /// Appends the canonical text, as the formats do for each of many elements; a single address is bare unless
  /// `alwaysLength`.
  package func appendText(to text: inout [UInt8], alwaysLength: Bool = false) {
    address.appendText(to: &text)
    guard alwaysLength || !isHost else { return }
    text.append(UInt8(ascii: "/"))
    let length = UInt8(self.length)
    if length >= 100 { text.append(UInt8(ascii: "0") + length / 100) }
    if length >= 10 { text.append(UInt8(ascii: "0") + length / 10 % 10) }
    text.append(UInt8(ascii: "0") + length % 10)
  }

  package static func < (left: IPPrefix, right: IPPrefix) -> Bool {
    left.address != right.address ? left.address < right.address : left.length < right.length
  }
}
