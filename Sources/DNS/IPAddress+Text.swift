extension IPAddress {
  /// Reads an address: four decimal octets without leading zeros, or RFC 4291 §2.2 text without a zone. Nil for
  /// anything else, so `010.0.0.1`, `1.2.3`, `0x7f.1` and `fe80::1%eth0` are refused and never guessed at.
  package init?(_ text: some StringProtocol) {
    let parsed = text.utf8.withContiguousStorageIfAvailable { Self.parse($0) }
    guard let address = parsed ?? Array(text.utf8).withUnsafeBufferPointer(Self.parse) else { return nil }
    self = address
  }

  /// Reads an address from UTF-8 bytes; the same rules as `init(_:)`.
  package static func parse(_ text: UnsafeBufferPointer<UInt8>) -> IPAddress? {
    if text.contains(UInt8(ascii: ":")) { return parseV6(text).map { IPAddress(v6: $0) } }
    return parseV4(text).map { IPAddress(v4: $0) }
  }

  /// The canonical text: RFC 5952 for IPv6.
  package var description: String {
    var text = [UInt8]()
    text.reserveCapacity(40)
    appendText(to: &text)
    return String(decoding: text, as: UTF8.self)
  }

  /// Appends the canonical text, as the formats do for each of many elements.
  package func appendText(to text: inout [UInt8]) {
    if family == .ipv4 {
      Self.appendV4(UInt32(truncatingIfNeeded: bits), to: &text)
    } else if bits >> 32 == 0xffff {
      text.append(contentsOf: "::ffff:".utf8)  // RFC 5952 §5
      Self.appendV4(UInt32(truncatingIfNeeded: bits), to: &text)
    } else {
      appendV6(to: &text)
    }
  }

  private static func parseV4(_ text: some Collection<UInt8>) -> UInt32? {
    var address: UInt32 = 0
    var octet: UInt32 = 0
    var digits = 0
    var dots = 0
    for byte in text {
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"):
        if digits > 0 && octet == 0 { return nil }
        octet = octet * 10 + UInt32(byte - UInt8(ascii: "0"))
        digits += 1
        if octet > 255 { return nil }
      case UInt8(ascii: "."):
        if digits == 0 || dots == 3 { return nil }
        address = address << 8 | octet
        octet = 0
        digits = 0
        dots += 1
      default:
        return nil
      }
    }
    return digits == 0 || dots != 3 ? nil : address << 8 | octet
  }

  private static func parseV6(_ text: UnsafeBufferPointer<UInt8>) -> UInt128? {
    var high: UInt128 = 0  // groups before "::"
    var low: UInt128 = 0  // groups after it
    var groups = 0
    var lowGroups = 0
    var gap = false
    var index = 0
    if text.count >= 2, text[0] == UInt8(ascii: ":") {
      guard text[1] == UInt8(ascii: ":") else { return nil }
      gap = true
      index = 2
    }
    while index < text.count {
      var value: UInt32 = 0
      let start = index
      while index < text.count, let digit = hexDigit(text[index]) {
        value = value << 4 | digit
        index += 1
        if index - start > 4 { return nil }
      }
      var width = 1
      if index < text.count, text[index] == UInt8(ascii: ".") {
        guard let tail = parseV4(text[start...]) else { return nil }
        value = tail
        width = 2
        index = text.count
      } else if index == start {
        return nil
      }
      groups += width
      guard groups <= 8 else { return nil }
      if gap {
        low = low << UInt128(16 * width) | UInt128(value)
        lowGroups += width
      } else {
        high = high << UInt128(16 * width) | UInt128(value)
      }
      if index == text.count { break }
      guard text[index] == UInt8(ascii: ":") else { return nil }
      index += 1
      if index < text.count, text[index] == UInt8(ascii: ":") {
        guard !gap else { return nil }
        gap = true
        index += 1
      } else if index == text.count {
        return nil
      }
    }
    guard gap ? groups < 8 : groups == 8 else { return nil }
    guard gap else { return high }
    let highGroups = groups - lowGroups
    return (highGroups == 0 ? 0 : high << UInt128(16 * (8 - highGroups))) | low
  }

  private static func hexDigit(_ byte: UInt8) -> UInt32? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte - UInt8(ascii: "0"))
    case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt32(byte - UInt8(ascii: "a")) + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt32(byte - UInt8(ascii: "A")) + 10
    default: nil
    }
  }

  private static func appendV4(_ bits: UInt32, to text: inout [UInt8]) {
    for shift in stride(from: UInt32(24), through: 0, by: -8) {
      let octet = UInt8(truncatingIfNeeded: bits >> shift)
      if octet >= 100 { text.append(UInt8(ascii: "0") + octet / 100) }
      if octet >= 10 { text.append(UInt8(ascii: "0") + octet / 10 % 10) }
      text.append(UInt8(ascii: "0") + octet % 10)
      if shift > 0 { text.append(UInt8(ascii: ".")) }
    }
  }

  private func appendV6(to text: inout [UInt8]) {
    let gap = longestZeroRun()
    var index = 0
    while index < 8 {
      if index == gap.lowerBound, !gap.isEmpty {
        text.append(UInt8(ascii: ":"))
        text.append(UInt8(ascii: ":"))
        index = gap.upperBound
        continue
      }
      if index > 0, index != gap.upperBound || gap.isEmpty { text.append(UInt8(ascii: ":")) }
      Self.appendHex(group(index), to: &text)
      index += 1
    }
  }

  /// The 16 bits at `index`, counted from the left.
  private func group(_ index: Int) -> UInt16 {
    let half = UInt64(truncatingIfNeeded: index < 4 ? bits >> 64 : bits)
    return UInt16(truncatingIfNeeded: half >> UInt64((3 - index & 3) * 16))
  }

  private static func appendHex(_ group: UInt16, to text: inout [UInt8]) {
    var shift: UInt16 = group >= 0x1000 ? 12 : group >= 0x100 ? 8 : group >= 0x10 ? 4 : 0
    while true {
      let digit = UInt8(truncatingIfNeeded: group >> shift & 0xf)
      text.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
      if shift == 0 { return }
      shift -= 4
    }
  }

  /// The first longest run of two or more zero groups (RFC 5952 §4.2); empty when there is none.
  private func longestZeroRun() -> Range<Int> {
    var longest = 0..<0
    var start = 0
    for index in 0...8 where index == 8 || group(index) != 0 {
      if index - start >= 2, index - start > longest.count { longest = start..<index }
      start = index + 1
    }
    return longest
  }
}
