import Deciding

/// Reads what dnsdist's `LogAction` and `LogResponseAction` write when not binary, into a file or through syslog:
/// `Packet from CLIENT:PORT for NAME. TYPE with id N` and `Answer to CLIENT:PORT for NAME. TYPE (CODE) with id N`.
/// dnsdist escapes spaces in names.
enum DnsdistLog {
  /// Reads a line without its end.
  static func read(_ line: UnsafeBufferPointer<UInt8>, watching names: WatchedNames) -> LineReading {
    guard let found = head(in: line) else { return .skip }
    let name = found.name..<line.wordEnd(found.name)
    guard name.upperBound < line.count, let tail = idStart(line), tail > name.upperBound else {
      return .malformed(.torn)
    }
    let type = name.upperBound + 1..<line.wordEnd(name.upperBound + 1)
    guard line.isType(type) else { return .malformed(.torn) }
    if !found.isAnswer {
      return type.upperBound == tail ? names.read(line.part(name)) : .malformed(.torn)
    }
    guard line.has(" (", at: type.upperBound), line.hasEnd(")", at: tail) else { return .malformed(.torn) }
    let code = type.upperBound + 2..<tail - 1
    // The words of dnsdist's RCode::to_s.
    let evidence: NameEvidence =
      line.isText("No Error", code) ? .resolved : line.isText("Non-Existent domain", code) ? .denied : .asked
    return names.read(line.part(name), as: evidence)
  }

  /// Whether a line is one of dnsdist's about a packet, whatever it says.
  static func isItsLine(_ line: UnsafeBufferPointer<UInt8>) -> Bool { head(in: line) != nil }

  private static func head(in line: UnsafeBufferPointer<UInt8>) -> (name: Int, isAnswer: Bool)? {
    var index = LogHeader.message(in: line, of: "dnsdist") ?? 0
    if line.has("[", at: index), let close = line.first(UInt8(ascii: "]"), from: index),
      line.all(index + 1..<close, \.isDecimal), line.has("] ", at: close)
    {
      index = close + 2
    }
    let isAnswer = line.has("Answer to ", at: index)
    guard isAnswer || line.has("Packet from ", at: index) else { return nil }
    index += isAnswer ? 10 : 12
    let client = line.wordEnd(index)
    guard line.isEndpoint(index..<client), line.has(" for ", at: client) else { return nil }
    return (client + 5, isAnswer)
  }

  /// Where ` with id N` begins, which must close the line.
  private static func idStart(_ line: UnsafeBufferPointer<UInt8>) -> Int? {
    let id = line.wordStart(before: line.count, notBefore: 0)
    guard line.all(id..<line.count, \.isDigit), line.hasEnd(" with id ", at: id) else { return nil }
    return id - 9
  }
}
