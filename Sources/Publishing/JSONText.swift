package import Deciding

/// Writes JSON by hand, in the order of the calls, so that the same values always give the same bytes.
///
/// It places commas and nothing else: the caller balances `begin` and `end`. Formats of firewalls and API bodies are
/// small languages of their own; keys are written as they are given and must need no escaping.
package struct JSONText {
  /// What has been written.
  package private(set) var bytes: [UInt8] = []
  private var needsComma = false

  /// - Parameter capacity: octets expected; more only cost copies.
  package init(reserving capacity: Int = 256) { bytes.reserveCapacity(capacity) }

  /// Opens an object, as a value of its own or under a key of the object around it.
  package mutating func beginObject(_ key: StaticString? = nil) { begin(UInt8(ascii: "{"), key) }

  /// Opens an object under a set's name, which needs no escapes.
  mutating func beginObject(named name: SetName) {
    separate(nil)
    bytes.append(text: "\"\(name)\":{")
    needsComma = false
  }

  /// Closes the object.
  package mutating func endObject() { end(UInt8(ascii: "}")) }

  /// Opens an array.
  package mutating func beginArray(_ key: StaticString? = nil) { begin(UInt8(ascii: "["), key) }

  /// Closes the array.
  package mutating func endArray() { end(UInt8(ascii: "]")) }

  /// Writes a string with the escapes of RFC 8259 §7.
  package mutating func string(_ value: some StringProtocol, _ key: StaticString? = nil) {
    separate(key)
    bytes.append(UInt8(ascii: "\""))
    let isPlain = value.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x22 && $0 != 0x5c && $0 != 0x7f }
    if isPlain { bytes.append(contentsOf: value.utf8) } else { value.utf8.forEach { appendEscaped($0) } }
    bytes.append(UInt8(ascii: "\""))
  }

  /// Writes a string, or `null` for nil.
  package mutating func optional(_ value: String?, _ key: StaticString? = nil) {
    if let value { string(value, key) } else { null(key) }
  }

  /// Writes a whole number.
  package mutating func number(_ value: some BinaryInteger, _ key: StaticString? = nil) {
    separate(key)
    bytes.append(number: value)
  }

  /// Writes a whole number, or `null` for nil.
  package mutating func optional(_ value: (some BinaryInteger)?, _ key: StaticString? = nil) {
    if let value { number(value, key) } else { null(key) }
  }

  /// Writes a number of 0 or more with two digits after the point.
  package mutating func decimal(_ value: Double, _ key: StaticString? = nil) {
    let hundredths = Int64((max(0, min(value, 1e15)) * 100).rounded())
    number(hundredths / 100, key)
    bytes.append(UInt8(ascii: "."))
    bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: hundredths / 10 % 10))
    bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: hundredths % 10))
  }

  /// Writes a share of 0...1 with nine digits after the point, or `null` for nil.
  package mutating func share(_ value: Double?, _ key: StaticString? = nil) {
    guard let value else { return null(key) }
    let billionths = Int64((max(0, min(value, 1)) * 1e9).rounded())
    number(billionths / 1_000_000_000, key)
    bytes.append(UInt8(ascii: "."))
    bytes.append(text: "\(1_000_000_000 + billionths % 1_000_000_000)".dropFirst())
  }

  /// Writes `true` or `false`.
  package mutating func boolean(_ value: Bool, _ key: StaticString? = nil) {
    separate(key)
    bytes.append(text: value ? "true" : "false")
  }

  /// Writes `null`.
  package mutating func null(_ key: StaticString? = nil) {
    separate(key)
    bytes.append(text: "null")
  }

  /// Writes a moment as RFC 3339 text.
  package mutating func timestamp(_ value: Timestamp, _ key: StaticString? = nil) {
    quoted(key) { value.appendText(to: &$0) }
  }

  /// Writes a moment, or `null` for nil.
  package mutating func timestamp(_ value: Timestamp?, _ key: StaticString? = nil) {
    if let value { timestamp(value, key) } else { null(key) }
  }

  /// Writes an array of strings.
  package mutating func strings(_ values: some Sequence<String>, _ key: StaticString? = nil) {
    beginArray(key)
    for value in values { string(value) }
    endArray()
  }

  /// Writes a string whose text `body` appends and which is known to need no escapes, such as an address.
  package mutating func quoted(_ key: StaticString? = nil, _ body: (inout [UInt8]) -> Void) {
    separate(key)
    bytes.append(UInt8(ascii: "\""))
    body(&bytes)
    bytes.append(UInt8(ascii: "\""))
  }

  /// Ends a line: after the whole body, and after each value of NDJSON.
  package mutating func endLine() {
    bytes.appendLineFeed()
    needsComma = false
  }

  private mutating func begin(_ mark: UInt8, _ key: StaticString?) {
    separate(key)
    bytes.append(mark)
    needsComma = false
  }

  private mutating func end(_ mark: UInt8) {
    bytes.append(mark)
    needsComma = true
  }

  private mutating func separate(_ key: StaticString?) {
    if needsComma { bytes.append(UInt8(ascii: ",")) }
    needsComma = true
    guard let key else { return }
    bytes.append(UInt8(ascii: "\""))
    key.withUTF8Buffer { bytes.append(contentsOf: $0) }
    bytes.append(UInt8(ascii: "\""))
    bytes.append(UInt8(ascii: ":"))
  }

  private mutating func appendEscaped(_ octet: UInt8) {
    switch octet {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"):
      bytes.append(UInt8(ascii: "\\"))
      bytes.append(octet)
    case 0x0a: bytes.append(text: "\\n")
    case 0x00..<0x20, 0x7f:
      bytes.append(text: octet < 0x10 ? "\\u000" : "\\u00")
      bytes.append(text: String(octet, radix: 16))
    default: bytes.append(octet)
    }
  }
}
