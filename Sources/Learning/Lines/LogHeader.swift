/// What stands before a program's message when a log went through syslog, or a program writes the same by itself.
enum LogHeader {
  /// Where the message begins after `program: ` or `program[PID]: `; nil when the header is another's. Accepted before
  /// it are `Mmm dd hh:mm:ss`, an RFC 3339 time or none, then optionally a host; before all of it optionally
  /// `<priority>`; and RFC 5424's `<priority>1 TIME HOST program PID - - `.
  static func message(in line: UnsafeBufferPointer<UInt8>, of program: StaticString) -> Int? {
    var index = 0
    if line.first == UInt8(ascii: "<") {
      guard let close = line.prefix(6).firstIndex(of: UInt8(ascii: ">")) else { return nil }
      index = close + 1
      if line.has("1 ", at: index) { return structuredMessage(line, index + 2, program) }
    }
    if let after = afterTime(line, index) { index = after }
    if let message = afterTag(line, index, program) { return message }
    // A word with a colon at its end is another program's tag, and what follows may be anybody's text.
    let space = line.wordEnd(index)
    guard space < line.count, space > index, line[space - 1] != UInt8(ascii: ":") else { return nil }
    return afterTag(line, space + 1, program)
  }

  /// Where the rest begins after a time and a space: `Nov  3 08:31:19 ` in fixed columns (RFC 3164 §4.1.2), or
  /// RFC 3339; nil when there is no time.
  static func afterTime(_ line: UnsafeBufferPointer<UInt8>, _ start: Int) -> Int? {
    if start + 16 <= line.count, line[start + 3] == UInt8(ascii: " "), line[start + 6] == UInt8(ascii: " "),
      line[start + 9] == UInt8(ascii: ":"), line[start + 12] == UInt8(ascii: ":"),
      line[start + 15] == UInt8(ascii: " ")
    {
      return start + 16
    }
    guard start + 11 < line.count, line[start + 4] == UInt8(ascii: "-"),
      line[start + 10] == UInt8(ascii: "T"),
      line[start].isDigit
    else { return nil }
    let space = line.wordEnd(start)
    return space < line.count ? space + 1 : nil
  }

  /// RFC 5424 §6: time, host, application, process, message type, structured data.
  private static func structuredMessage(
    _ line: UnsafeBufferPointer<UInt8>, _ start: Int, _ program: StaticString
  ) -> Int? {
    var index = start
    for word in 0..<6 {
      let space = line.wordEnd(index)
      guard space < line.count, space > index else { return nil }
      if word == 2, !line.isText(program, index..<space) { return nil }
      index = space + 1
    }
    return index
  }

  private static func afterTag(
    _ line: UnsafeBufferPointer<UInt8>, _ start: Int, _ program: StaticString
  ) -> Int? {
    guard line.has(program, at: start) else { return nil }
    var index = start + program.utf8CodeUnitCount
    if index < line.count, line[index] == UInt8(ascii: "[") {
      index += 1
      while index < line.count, line[index].isDigit { index += 1 }
      guard index < line.count, line[index] == UInt8(ascii: "]") else { return nil }
      index += 1
    }
    return line.has(": ", at: index) ? index + 2 : nil
  }
}
