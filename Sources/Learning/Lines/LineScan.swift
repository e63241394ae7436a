import Glibc

/// What readers of lines share: each looks at octets where they lie, and makes nothing.
extension UnsafeBufferPointer<UInt8> {
  /// Whether `text` stands at `index`.
  func has(_ text: StaticString, at index: Int) -> Bool {
    guard index >= 0, index + text.utf8CodeUnitCount <= count, let base = baseAddress else {
      return text.utf8CodeUnitCount == 0
    }
    return memcmp(base + index, text.utf8Start, text.utf8CodeUnitCount) == 0
  }

  /// Whether `range` is `text`.
  func isText(_ text: StaticString, _ range: Range<Int>) -> Bool {
    range.count == text.utf8CodeUnitCount && has(text, at: range.lowerBound)
  }

  /// Whether `text` ends here.
  func hasEnd(_ text: StaticString, at end: Int) -> Bool { has(text, at: end - text.utf8CodeUnitCount) }

  /// The first such octet at or after `start`.
  func first(_ octet: UInt8, from start: Int) -> Int? {
    guard start < count, let base = baseAddress, let found = memchr(base + start, Int32(octet), count - start)
    else { return nil }
    return UnsafeRawPointer(found) - UnsafeRawPointer(base)
  }

  /// The last such octet before `end`.
  func last(_ octet: UInt8, before end: Int) -> Int? {
    var index = end - 1
    while index >= 0 {
      if self[index] == octet { return index }
      index -= 1
    }
    return nil
  }

  /// Where `text` stands first at or after `start`.
  func first(_ text: StaticString, from start: Int) -> Int? {
    var index = start
    while let found = first(text.utf8Start.pointee, from: index) {
      if has(text, at: found) { return found }
      index = found + 1
    }
    return nil
  }

  /// Where `text` stands last, wholly before `end`.
  func last(_ text: StaticString, before end: Int) -> Int? {
    var index = end - text.utf8CodeUnitCount
    while index >= 0 {
      if self[index] == text.utf8Start.pointee, has(text, at: index) { return index }
      index -= 1
    }
    return nil
  }

  /// Where the word that begins at `start` ends: at the next space, or with the line.
  func wordEnd(_ start: Int) -> Int {
    var index = start
    while index < count, self[index] != UInt8(ascii: " ") { index += 1 }
    return index
  }

  /// Where the word that ends at `end` begins: behind the space before it, or with the line, but not before `start`.
  func wordStart(before end: Int, notBefore start: Int) -> Int {
    var index = end
    while index > start, self[index - 1] != UInt8(ascii: " ") { index -= 1 }
    return index
  }

  /// Whether `range` holds something and all of it satisfies `condition`.
  func all(_ range: Range<Int>, _ condition: (UInt8) -> Bool) -> Bool {
    guard !range.isEmpty, range.lowerBound >= 0, range.upperBound <= count else { return false }
    for index in range where !condition(self[index]) { return false }
    return true
  }

  /// Part of a line.
  func part(_ range: Range<Int>) -> UnsafeBufferPointer<UInt8> {
    UnsafeBufferPointer(rebasing: self[range])
  }

  /// Whether `range` looks like an address, with the zone that link-local ones have: a dot or a colon tells it from
  /// half of one.
  func isAddress(_ range: Range<Int>) -> Bool {
    var isWhole = false
    for index in range {
      let octet = self[index]
      if octet == UInt8(ascii: ".") || octet == UInt8(ascii: ":") {
        isWhole = true
      } else if !octet.isLetterOrDigit, octet != UInt8(ascii: "%") {
        return false
      }
    }
    return isWhole
  }

  /// Whether `range` is an address with a port: `192.0.2.1:53`, `[2001:db8::1]:53`.
  func isEndpoint(_ range: Range<Int>) -> Bool {
    guard let colon = last(UInt8(ascii: ":"), before: range.upperBound), colon > range.lowerBound,
      all(colon + 1..<range.upperBound, { $0.isDigit })
    else { return false }
    let address = range.lowerBound..<colon
    if self[address.lowerBound] == UInt8(ascii: "["), self[colon - 1] == UInt8(ascii: "]") {
      return colon - 1 > address.lowerBound && isAddress(address.lowerBound + 1..<colon - 1)
    }
    return isAddress(address)
  }

  /// Whether `range` looks like a record type or class: `A`, `TYPE65280`, `type=65280`, `NSEC3PARAM`.
  func isType(_ range: Range<Int>) -> Bool {
    all(range) { $0.isLetterOrDigit || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "=") }
  }
}

extension UInt8 {
  var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
  var isLetterOrDigit: Bool {
    isDigit || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self & ~0x20)
  }
  /// A digit, or the point within a number.
  var isDecimal: Bool { isDigit || self == UInt8(ascii: ".") }
}
