import Deciding

/// Reads what Unbound logs of clients: `log-queries`, `log-replies`, both with or without `log-tag-queryreply`, and
/// `log-local-actions`, with any kind of time, into its own file or through syslog.
///
/// A name's octets that a hostname can't have are printed as `?`, spaces too, so the number of words decides what a
/// line is, and no name with a `?` is believed.
struct UnboundLog: Sendable {
  /// The name in the query line just read: a line about a local action follows it and is the same use.
  private var asked: UInt64?

  /// Reads a line without its end.
  mutating func read(_ line: UnsafeBufferPointer<UInt8>, watching names: WatchedNames) -> LineReading {
    guard let start = Self.message(in: line) else { return .skip }
    let before = asked
    asked = nil
    if line.has("reply: ", at: start) { return readReply(line, start + 7, names) }
    if line.has("query: ", at: start) { return readQuery(line, start + 7, names) ?? .malformed(.torn) }
    guard line.has("info: ", at: start) else { return .skip }
    return readQuery(line, start + 6, names) ?? readLocalAction(line, start + 6, names, before: before)
  }

  /// Whether a line is one of Unbound's, whatever it says.
  static func isItsLine(_ line: UnsafeBufferPointer<UInt8>) -> Bool { message(in: line) != nil }

  /// `CLIENT NAME TYPE CLASS`, and with `log-replies` but no tag ` RCODE SECONDS CACHED SIZE` behind it; nil when it is
  /// neither.
  private mutating func readQuery(
    _ line: UnsafeBufferPointer<UInt8>, _ start: Int, _ names: WatchedNames
  ) -> LineReading? {
    guard let question = Self.question(line, start) else { return nil }
    if question.end < line.count { return readReply(line, start, names) }
    asked = WatchedNames.hash(line.part(question.name))
    return names.read(line.part(question.name))
  }

  private func readReply(
    _ line: UnsafeBufferPointer<UInt8>, _ start: Int, _ names: WatchedNames
  ) -> LineReading {
    guard let question = Self.question(line, start), question.end < line.count else {
      return .malformed(.torn)
    }
    let code = question.end + 1..<line.wordEnd(question.end + 1)
    // Seconds, whether it came from the cache, and the size; Unbound 1.22 may say more.
    let seconds = code.upperBound + 1..<max(code.upperBound + 1, line.wordEnd(code.upperBound + 1))
    guard line.all(code, \.isLetterOrDigit), line.all(seconds, \.isDecimal) else { return .malformed(.torn) }
    return names.read(line.part(question.name), as: LoggedCode.evidence(line.part(code)))
  }

  /// `ZONE ACTION CLIENT@PORT NAME TYPE CLASS`.
  private func readLocalAction(
    _ line: UnsafeBufferPointer<UInt8>, _ start: Int, _ names: WatchedNames, before: UInt64?
  ) -> LineReading {
    let zone = line.wordEnd(start)
    let action = line.wordEnd(zone + 1)
    guard zone + 1 < action, action < line.count, line[zone - 1] == UInt8(ascii: ".") else { return .skip }
    let client = action + 1..<line.wordEnd(action + 1)
    guard client.upperBound < line.count, let at = line.first(UInt8(ascii: "@"), from: client.lowerBound),
      line.isAddress(client.lowerBound..<at), line.all(at + 1..<client.upperBound, \.isDigit),
      let question = Self.question(line, action + 1, hasPort: true), question.end == line.count
    else { return .skip }
    let name = line.part(question.name)
    return before == WatchedNames.hash(name) ? .skip : names.read(name)
  }

  /// `CLIENT NAME TYPE CLASS`, where the line or a space ends it.
  private static func question(
    _ line: UnsafeBufferPointer<UInt8>, _ start: Int, hasPort: Bool = false
  ) -> (name: Range<Int>, end: Int)? {
    let client = line.wordEnd(start)
    guard hasPort || line.isAddress(start..<client), client + 1 < line.count else { return nil }
    let name = client + 1..<line.wordEnd(client + 1)
    guard !name.isEmpty, name.upperBound + 1 < line.count, line[name.upperBound - 1] == UInt8(ascii: ".")
    else {
      return nil
    }
    let type = name.upperBound + 1..<line.wordEnd(name.upperBound + 1)
    guard line.isType(type), type.upperBound + 1 < line.count else { return nil }
    let kind = type.upperBound + 1..<line.wordEnd(type.upperBound + 1)
    guard line.isText("IN", kind) || line.isType(kind) && kind.count <= 10 else { return nil }
    return (name, kind.upperBound)
  }

  /// Where `info: …`, `query: …` or `reply: …` begins: after `[1795422713] unbound[26668:0] `, after another time, or
  /// after syslog's `unbound[26668]: [26668:0] `.
  private static func message(in line: UnsafeBufferPointer<UInt8>) -> Int? {
    var index = 0
    if line.first == UInt8(ascii: "["), let close = line.first(UInt8(ascii: "]"), from: 1),
      line.all(1..<close, \.isDecimal), line.has("] ", at: close)
    {
      index = close + 2
    } else if let after = LogHeader.afterTime(line, 0) {
      index = after
    }
    if line.has("unbound[", at: index), let after = afterThread(line, index + 7) { return after }
    guard let message = LogHeader.message(in: line, of: "unbound") else { return nil }
    return afterThread(line, message)
  }

  /// After `[26668:0] `.
  private static func afterThread(_ line: UnsafeBufferPointer<UInt8>, _ start: Int) -> Int? {
    guard line.has("[", at: start), let close = line.first(UInt8(ascii: "]"), from: start),
      line.all(start + 1..<close, { $0.isLetterOrDigit || $0 == UInt8(ascii: ":") }),
      line.has("] ", at: close)
    else { return nil }
    return close + 2
  }
}
