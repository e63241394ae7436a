/// Reads dnsmasq's query log as `log-queries`, `log-queries=extra` and `log-queries=proto` write it, into its own file
/// or through syslog (`log_query` in dnsmasq's `cache.c`).
///
/// Only `query[TYPE] NAME from CLIENT` lines count. NAME is the one part that a client chooses, and dnsmasq prints a
/// space in it as it is, so each line is read strictly from both ends: the header up to `query[`, and ` from CLIENT` at
/// the end. Whatever a client puts into a name stays inside NAME, where a space is a fault.
package enum DnsmasqQueryLog {
  /// Reads a line without its end.
  package static func read(_ line: UnsafeBufferPointer<UInt8>, watching names: WatchedNames) -> LineReading {
    guard let message = message(in: line) else { return .skip }
    var rest = afterQueryPrefix(line, message)
    guard line.starts(with: "query[".utf8, at: rest) else { return .skip }
    rest += 6
    while rest < line.count, isTypeOctet(line[rest]) { rest += 1 }
    guard line.starts(with: "] ".utf8, at: rest) else { return .malformed(.torn) }
    rest += 2
    guard let end = nameEnd(line, from: rest) else { return .malformed(.torn) }
    return names.read(UnsafeBufferPointer(rebasing: line[rest..<end]))
  }

  /// Whether a line is one of dnsmasq's, whatever it says.
  package static func isItsLine(_ line: UnsafeBufferPointer<UInt8>) -> Bool { message(in: line) != nil }

  /// Where the message begins after the header; nil when the header isn't dnsmasq's. Accepted are
  /// `Mmm dd hh:mm:ss`, an RFC 3339 time or none, then optionally a host, then `dnsmasq[PID]:` or `dnsmasq:`; before
  /// all of it optionally `<priority>`; and RFC 5424's `<priority>1 TIME HOST dnsmasq PID - - `.
  private static func message(in line: UnsafeBufferPointer<UInt8>) -> Int? {
    var index = 0
    if line.first == UInt8(ascii: "<") {
      guard let close = line.prefix(6).firstIndex(of: UInt8(ascii: ">")) else { return nil }
      index = close + 1
      if line.starts(with: "1 ".utf8, at: index) { return structuredMessage(line, index + 2) }
    }
    if let after = afterTime(line, index) { index = after }
    if let message = afterTag(line, index) { return message }
    // A word with a colon at its end is another program's tag, and what follows may be anybody's text.
    guard let space = line.spaceAfterWord(index), space > index, line[space - 1] != UInt8(ascii: ":") else {
      return nil
    }
    return afterTag(line, space + 1)
  }

  /// RFC 5424 §6: time, host, application, process, message type, structured data.
  private static func structuredMessage(_ line: UnsafeBufferPointer<UInt8>, _ start: Int) -> Int? {
    var index = start
    for word in 0..<6 {
      guard let space = line.spaceAfterWord(index), space > index else { return nil }
      if word == 2, !(line.starts(with: "dnsmasq".utf8, at: index) && space == index + 7) { return nil }
      index = space + 1
    }
    return index
  }

  private static func afterTime(_ line: UnsafeBufferPointer<UInt8>, _ start: Int) -> Int? {
    // "Nov  3 08:31:19 ": fixed columns (RFC 3164 §4.1.2).
    if start + 16 <= line.count, line[start + 3] == UInt8(ascii: " "), line[start + 6] == UInt8(ascii: " "),
      line[start + 9] == UInt8(ascii: ":"), line[start + 12] == UInt8(ascii: ":"),
      line[start + 15] == UInt8(ascii: " ")
    {
      return start + 16
    }
    guard start + 11 < line.count, line[start + 4] == UInt8(ascii: "-"), line[start + 10] == UInt8(ascii: "T")
    else {
      return nil
    }
    return line.spaceAfterWord(start).map { $0 + 1 }
  }

  private static func afterTag(_ line: UnsafeBufferPointer<UInt8>, _ start: Int) -> Int? {
    guard line.starts(with: "dnsmasq".utf8, at: start) else { return nil }
    var index = start + 7
    if index < line.count, line[index] == UInt8(ascii: "[") {
      index += 1
      while index < line.count, isDigit(line[index]) { index += 1 }
      guard index < line.count, line[index] == UInt8(ascii: "]") else { return nil }
      index += 1
    }
    return line.starts(with: ": ".utf8, at: index) ? index + 2 : nil
  }

  /// Skips the `SERIAL CLIENT/PORT ` of `log-queries=extra`, if it is there.
  private static func afterQueryPrefix(_ line: UnsafeBufferPointer<UInt8>, _ start: Int) -> Int {
    var index = start
    while index < line.count, isDigit(line[index]) { index += 1 }
    guard index > start, index < line.count, line[index] == UInt8(ascii: " "),
      let space = line.spaceAfterWord(index + 1),
      line[(index + 1)..<space].contains(UInt8(ascii: "/"))
    else { return start }
    return space + 1
  }

  /// Where the name ends: before the last ` from CLIENT`, which must close the line.
  private static func nameEnd(_ line: UnsafeBufferPointer<UInt8>, from start: Int) -> Int? {
    var index = line.count
    while index > start, isAddressOctet(line[index - 1]) { index -= 1 }
    // An address has a dot or a colon, so that a line cut off in the middle doesn't pass for a whole one.
    guard index < line.count,
      line[index...].contains(where: { $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: ":") }),
      index - 6 > start, line.starts(with: " from ".utf8, at: index - 6)
    else { return nil }
    return index - 6
  }

  /// `A`, `HTTPS`, `type=65280`.
  private static func isTypeOctet(_ octet: UInt8) -> Bool {
    isDigit(octet) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(octet & ~0x20)
      || octet == UInt8(ascii: "=")
      || octet == UInt8(ascii: "-")
  }

  /// An address, with the zone that link-local ones have.
  private static func isAddressOctet(_ octet: UInt8) -> Bool {
    isDigit(octet) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(octet & ~0x20)
      || octet == UInt8(ascii: ".")
      || octet == UInt8(ascii: ":") || octet == UInt8(ascii: "%")
  }

  private static func isDigit(_ octet: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(octet)
  }
}

extension UnsafeBufferPointer<UInt8> {
  fileprivate func starts(with text: String.UTF8View, at index: Int) -> Bool {
    guard index >= 0, index + text.count <= count else { return false }
    var index = index
    for octet in text {
      if self[index] != octet { return false }
      index += 1
    }
    return true
  }

  /// The index of the first space at or after `index`.
  fileprivate func spaceAfterWord(_ index: Int) -> Int? {
    index < count ? self[index...].firstIndex(of: UInt8(ascii: " ")) : nil
  }
}
