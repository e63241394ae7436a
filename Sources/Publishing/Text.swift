extension [UInt8] {
  /// Appends text as UTF-8. The formats build bytes, not strings: a list of 100,000 elements is rendered in
  /// milliseconds.
  package mutating func append(text: some StringProtocol) { append(contentsOf: text.utf8) }

  /// Appends a line feed.
  package mutating func appendLineFeed() { append(0x0a) }

  /// Appends a whole number in decimal.
  package mutating func append(number: some BinaryInteger) { append(contentsOf: String(number).utf8) }
}
