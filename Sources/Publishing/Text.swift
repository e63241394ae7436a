import Deciding

extension [UInt8] {
  /// Appends text as UTF-8. The formats build bytes, not strings: a list of 100,000 elements is rendered in
  /// milliseconds.
  package mutating func append(text: some StringProtocol) { append(contentsOf: text.utf8) }

  /// Appends a line feed.
  package mutating func appendLineFeed() { append(0x0a) }

  /// Appends a whole number in decimal.
  package mutating func append(number: some BinaryInteger) { append(contentsOf: String(number).utf8) }

  /// Appends the line that says what a file is, behind the mark of the language's comments.
  mutating func appendHeading(_ mark: String, _ snapshot: Snapshot, _ more: String = "") {
    append(text: "\(mark) postern set=\(snapshot.set) \(more)generation=\(snapshot.generation)\n")
  }
}
