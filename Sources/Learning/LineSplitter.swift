import Glibc

/// Cuts octets into lines and cleans them: the line end, a carriage return before it, NUL octets (the hole that a
/// writer leaves in a file truncated under it) and ANSI colour sequences go. Longer lines are discarded whole.
package struct LineSplitter: Sendable {
  /// The longest line that is read, in octets; what dnsmasq writes is far shorter.
  package static let longestLine = 8192

  /// Lines that were discarded because of their length.
  package private(set) var discardedLines = 0
  /// Whether the octets up to the next line feed belong to a line that is being discarded.
  package private(set) var isDiscarding: Bool

  /// Begins at the start of a line, or within one whose rest is to be discarded and not counted again.
  package init(withinLine: Bool = false) { isDiscarding = withinLine }

  /// Calls `body` for each whole line, and returns how many octets are done with. The rest is a line without its end:
  /// give it again, with more behind it, or to `finish`.
  package mutating func split(
    _ octets: UnsafeBufferPointer<UInt8>, _ body: (UnsafeBufferPointer<UInt8>) -> Void
  ) -> Int {
    // Looked for once in all octets, so that lines without either, nearly all, cost nothing more.
    let needsCleaning = Self.contains(octets, 0) || Self.contains(octets, 0x1b)
    var start = 0
    while let end = Self.lineFeed(octets, from: start) {
      let line = UnsafeBufferPointer(rebasing: octets[start..<end])
      start = end + 1
      if isDiscarding {
        isDiscarding = false
      } else {
        pass(line, needsCleaning: needsCleaning, body)
      }
    }
    if octets.count - start > Self.longestLine {
      if !isDiscarding { discardedLines += 1 }
      isDiscarding = true
    }
    return isDiscarding ? octets.count : start
  }

  /// Takes the last octets of a text that ends without a line feed as a line.
  package mutating func finish(
    _ rest: UnsafeBufferPointer<UInt8>, _ body: (UnsafeBufferPointer<UInt8>) -> Void
  ) {
    defer { isDiscarding = false }
    guard !isDiscarding, !rest.isEmpty else { return }
    pass(rest, needsCleaning: true, body)
  }

  private mutating func pass(
    _ line: UnsafeBufferPointer<UInt8>, needsCleaning: Bool, _ body: (UnsafeBufferPointer<UInt8>) -> Void
  ) {
    var line = line
    if line.last == UInt8(ascii: "\r") { line = UnsafeBufferPointer(rebasing: line.dropLast()) }
    if needsCleaning, Self.contains(line, 0) || Self.contains(line, 0x1b) {
      let cleaned = Self.cleaned(line)
      if cleaned.count > Self.longestLine {
        discardedLines += 1
      } else {
        cleaned.withUnsafeBufferPointer(body)
      }
    } else if line.count > Self.longestLine {
      discardedLines += 1
    } else {
      body(line)
    }
  }

  /// The line without NUL octets and without control sequences (ECMA-48 §5.4: `ESC [`, parameters, a final octet).
  private static func cleaned(_ line: UnsafeBufferPointer<UInt8>) -> [UInt8] {
    var cleaned = [UInt8]()
    var index = 0
    while index < line.count {
      let octet = line[index]
      index += 1
      if octet == 0x1b, index < line.count, line[index] == UInt8(ascii: "[") {
        index += 1
        while index < line.count, !(0x40...0x7e).contains(line[index]) { index += 1 }
        index += 1
      } else if octet != 0 {
        cleaned.append(octet)
      }
    }
    if cleaned.last == UInt8(ascii: "\r") { cleaned.removeLast() }
    return cleaned
  }

  private static func lineFeed(_ octets: UnsafeBufferPointer<UInt8>, from start: Int) -> Int? {
    guard start < octets.count, let base = octets.baseAddress,
      let found = memchr(base + start, 0x0a, octets.count - start)
    else { return nil }
    return UnsafeRawPointer(found) - UnsafeRawPointer(base)
  }

  private static func contains(_ octets: UnsafeBufferPointer<UInt8>, _ octet: Int32) -> Bool {
    octets.baseAddress.map { memchr($0, octet, octets.count) != nil } ?? false
  }
}
