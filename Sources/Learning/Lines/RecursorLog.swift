import Deciding

/// Reads the log of PowerDNS Recursor with `quiet=no` and structured logging, to standard error or through syslog:
/// `msg="Question" … qname="NAME" … rcode="0"`. A quotation mark in a value is escaped, so values are read in order.
enum RecursorLog {
  /// Reads a line without its end.
  static func read(_ line: UnsafeBufferPointer<UInt8>, watching names: WatchedNames) -> LineReading {
    guard var index = message(in: line) else { return .skip }
    guard let first = value(line, index) else { return .malformed(.torn) }
    let isQuestion = line.isText("Question", first)
    let isAnswer = line.isText("Answer", first)
    guard isQuestion || isAnswer || line.isText("Question answered from packet cache", first) else {
      return .skip
    }
    var (name, code, answers): (Range<Int>?, Range<Int>?, Range<Int>?)
    index = first.upperBound + 1
    while index < line.count {
      guard line[index] == UInt8(ascii: " ") else { return .malformed(.torn) }
      index += 1
      // A space ends an answer's line.
      if index == line.count { break }
      guard let found = value(line, index) else { return .malformed(.torn) }
      let key = index..<found.lowerBound - 2
      if line.isText("qname", key) {
        guard name == nil else { return .malformed(.ambiguous) }
        name = found
      } else if line.isText("rcode", key) {
        code = found
      } else if line.isText("answers", key) {
        answers = found
      }
      index = found.upperBound + 1
    }
    guard let name else { return .malformed(.torn) }
    guard isAnswer, let code else { return names.read(line.part(name)) }
    let evidence = LoggedCode.evidence(number: line.part(code), answers: answers.map(line.part))
    return names.read(line.part(name), as: evidence)
  }

  /// Whether a line is one of the recursor's, whatever it says.
  static func isItsLine(_ line: UnsafeBufferPointer<UInt8>) -> Bool {
    guard let start = message(in: line), let first = value(line, start) else { return false }
    return line.has("\" subsystem=\"", at: first.upperBound)
  }

  /// Where `msg="…` begins.
  private static func message(in line: UnsafeBufferPointer<UInt8>) -> Int? {
    let index =
      LogHeader.message(in: line, of: "pdns_recursor") ?? LogHeader.message(in: line, of: "pdns-recursor")
      ?? LogHeader.afterTime(line, 0) ?? 0
    return line.has("msg=\"", at: index) ? index : nil
  }

  /// What stands between the quotation marks of `key="value"` at `start`.
  private static func value(_ line: UnsafeBufferPointer<UInt8>, _ start: Int) -> Range<Int>? {
    var index = start
    while index < line.count,
      line[index].isLetterOrDigit || line[index] == UInt8(ascii: "_") || line[index] == UInt8(ascii: "-")
        || line[index] == UInt8(ascii: ".")
    {
      index += 1
    }
    guard index > start, line.has("=\"", at: index) else { return nil }
    let first = index + 2
    index = first
    while index < line.count, line[index] != UInt8(ascii: "\"") {
      index += line[index] == UInt8(ascii: "\\") ? 2 : 1
    }
    return index < line.count ? first..<index : nil
  }
}
