import DNS
import Deciding

/// Reads BIND's query log (`querylog yes`), with any `print-time`, `print-category` and `print-severity`, with views,
/// into its own file or through syslog: `client @0x… CLIENT#PORT (NAME): query: NAME CLASS TYPE FLAGS (SERVER)`.
///
/// BIND escapes spaces in names and prints the name twice, so both must be the same.
enum BindQueryLog {
  /// Reads a line without its end.
  static func read(_ line: UnsafeBufferPointer<UInt8>, watching names: WatchedNames) -> LineReading {
    guard let start = nameStart(in: line) else { return .skip }
    guard let mark = line.first("): ", from: start) else { return .malformed(.torn) }
    var query = mark + 3
    if line.has("view ", at: query) {
      let view = line.wordEnd(query + 5)
      guard view < line.count, line[view - 1] == UInt8(ascii: ":") else { return .malformed(.torn) }
      query = view + 1
    }
    guard line.has("query: ", at: query) else { return .skip }
    let name = query + 7..<line.wordEnd(query + 7)
    guard isQuestionEnd(line, name.upperBound) else { return .malformed(.torn) }
    guard line.part(name).elementsEqual(line[start..<mark]) else { return .malformed(.ambiguous) }
    return names.read(line.part(name))
  }

  /// The address that a client asked, of a line that was read as a name; nil for loopback, as the log may be another machine's.
  static func server(in line: UnsafeBufferPointer<UInt8>) -> IPAddress? {
    guard let open = line.last(" (", before: line.count),
      let close = line.first(UInt8(ascii: ")"), from: open)
    else { return nil }
    guard let address = IPAddress(String(decoding: line.part(open + 2..<close), as: UTF8.self)) else {
      return nil
    }
    let isLoopback = address.family == .ipv4 ? address.bits >> 24 == 127 : address.bits == 1
    return isLoopback ? nil : address
  }

  /// Whether a line is one of BIND's about a client, whatever it says.
  static func isItsLine(_ line: UnsafeBufferPointer<UInt8>) -> Bool { nameStart(in: line) != nil }

  /// ` CLASS TYPE FLAGS (SERVER)`, and optionally ` [ECS …]` behind it.
  private static func isQuestionEnd(_ line: UnsafeBufferPointer<UInt8>, _ start: Int) -> Bool {
    guard start < line.count else { return false }
    let kind = line.wordEnd(start + 1)
    guard kind < line.count, line.isType(start + 1..<kind) else { return false }
    let type = line.wordEnd(kind + 1)
    guard type < line.count, line.isType(kind + 1..<type), type + 1 < line.count,
      line[type + 1] == UInt8(ascii: "+") || line[type + 1] == UInt8(ascii: "-")
    else { return false }
    let flags = line.wordEnd(type + 1)
    guard line.has(" (", at: flags), let close = line.first(UInt8(ascii: ")"), from: flags),
      line.isAddress(flags + 2..<close)
    else { return false }
    return close + 1 == line.count || line.has(" [ECS ", at: close + 1) && line.last == UInt8(ascii: "]")
  }

  /// Where the name in brackets begins.
  private static func nameStart(in line: UnsafeBufferPointer<UInt8>) -> Int? {
    guard var index = clientStart(in: line) else { return nil }
    if line.has("@0x", at: index) {
      index = line.wordEnd(index) + 1
      guard index < line.count else { return nil }
    }
    let client = line.wordEnd(index)
    guard let hash = line.last(UInt8(ascii: "#"), before: client), hash > index, line.isAddress(index..<hash),
      line.all(hash + 1..<client, \.isDigit), line.has(" (", at: client)
    else { return nil }
    return client + 2
  }

  /// After `client `: at the front, after a time, category and severity, or after syslog's `named[PID]: `.
  private static func clientStart(in line: UnsafeBufferPointer<UInt8>) -> Int? {
    if line.has("client ", at: 0) { return 7 }
    var index = 0
    if let message = LogHeader.message(in: line, of: "named") {
      index = message
    } else if line.count > 25, line[2] == UInt8(ascii: "-"), line[6] == UInt8(ascii: "-"),
      line[11] == UInt8(ascii: " "), line[24] == UInt8(ascii: " ")
    {
      index = 25  // "23-Nov-2026 08:32:55.036 "
    } else if let after = LogHeader.afterTime(line, 0) {
      index = after
    }
    for _ in 0..<2 where !line.has("client ", at: index) {
      let word = line.wordEnd(index)
      guard word < line.count, word > index, line[word - 1] == UInt8(ascii: ":") else { return nil }
      index = word + 1
    }
    return line.has("client ", at: index) ? index + 7 : nil
  }
}
