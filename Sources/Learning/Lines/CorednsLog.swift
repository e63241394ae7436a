import Deciding

/// Reads what CoreDNS's `log` plugin writes in its default format, with or without a time before it, and Azure
/// Firewall's DNS proxy, which writes much the same:
/// `[INFO] CLIENT:PORT - ID "TYPE CLASS NAME PROTOCOL SIZE DO BUFSIZE" RCODE FLAGS SIZE DURATION`.
enum CorednsLog {
  /// Reads a line without its end.
  static func read(_ line: UnsafeBufferPointer<UInt8>, watching names: WatchedNames) -> LineReading {
    guard let quote = questionStart(in: line) else { return .skip }
    guard let close = line.last(UInt8(ascii: "\""), before: line.count), close > quote + 1,
      line.has("\" ", at: close)
    else { return .malformed(.torn) }
    return read(line, question: quote + 1..<close, answer: close + 2..<line.count, watching: names)
  }

  /// Whether a line is one of CoreDNS's about a query, whatever it says.
  static func isItsLine(_ line: UnsafeBufferPointer<UInt8>) -> Bool { questionStart(in: line) != nil }

  /// Reads `TYPE CLASS NAME PROTOCOL SIZE DO BUFSIZE` and `RCODE FLAGS SIZE DURATION`. A name may hold anything but
  /// lies between two fixed numbers of words.
  static func read(
    _ line: UnsafeBufferPointer<UInt8>, question: Range<Int>, answer: Range<Int>, watching names: WatchedNames
  ) -> LineReading {
    let type = question.lowerBound..<line.wordEnd(question.lowerBound)
    guard type.upperBound < question.upperBound, line.isType(type) else { return .malformed(.torn) }
    let kind = type.upperBound + 1..<line.wordEnd(type.upperBound + 1)
    guard kind.upperBound < question.upperBound, line.isType(kind) else { return .malformed(.torn) }
    let start = kind.upperBound + 1
    var end = question.upperBound
    for word in 0..<4 {
      let begin = line.wordStart(before: end, notBefore: start)
      guard begin > start, begin < end else { return .malformed(.torn) }
      let isNumber = line.all(begin..<end, \.isDigit)
      guard word == 0 || word == 2 ? isNumber : !isNumber else { return .malformed(.torn) }
      end = begin - 1
    }
    let code = answer.lowerBound..<min(answer.upperBound, line.wordEnd(answer.lowerBound))
    let duration = line.wordStart(before: answer.upperBound, notBefore: answer.lowerBound)
    guard line.all(code, { $0.isLetterOrDigit || $0 == UInt8(ascii: "-") }), duration > code.upperBound,
      line[answer.upperBound - 1] == UInt8(ascii: "s")
    else { return .malformed(.torn) }
    return names.read(line.part(start..<end), as: LoggedCode.evidence(line.part(code)))
  }

  /// Where the quotation mark before the question is. Before `[INFO] ` may stand a time, or what a container runtime puts
  /// there: `2026-11-23T08:31:19.1Z stdout F `.
  private static func questionStart(in line: UnsafeBufferPointer<UInt8>) -> Int? {
    var index = LogHeader.message(in: line, of: "coredns") ?? LogHeader.afterTime(line, 0) ?? 0
    if line.has("stdout F ", at: index) || line.has("stderr F ", at: index) { index += 9 }
    guard line.has("[INFO] ", at: index) else { return nil }
    index += 7
    let client = line.wordEnd(index)
    guard line.isEndpoint(index..<client), line.has(" - ", at: client) else { return nil }
    let id = line.wordEnd(client + 3)
    guard line.all(client + 3..<id, \.isDigit), line.has(" \"", at: id) else { return nil }
    return id + 1
  }
}
