import Deciding

/// Reads Squid's access log, native or combined: only `CONNECT HOST:PORT` names a server. Squid escapes spaces and
/// quotation marks in what clients send.
enum SquidLog {
  /// Reads a line without its end.
  static func read(_ line: UnsafeBufferPointer<UInt8>, watching names: WatchedNames) -> LineReading {
    if let method = nativeMethod(in: line) {
      guard line.has("CONNECT ", at: method.start) else { return .skip }
      let target = method.start + 8..<line.wordEnd(method.start + 8)
      // User, hierarchy and peer, type.
      var index = target.upperBound
      for _ in 0..<3 {
        guard index < line.count, index + 1 < line.count else { return .malformed(.torn) }
        index = line.wordEnd(index + 1)
      }
      guard index == line.count else { return .malformed(.torn) }
      return read(line, target, status: method.status, names)
    }
    guard let request = combinedRequest(in: line) else { return .skip }
    guard line.has("CONNECT ", at: request) else { return .skip }
    let target = request + 8..<line.wordEnd(request + 8)
    guard line.has(" HTTP/", at: target.upperBound), let close = line.first("\" ", from: target.upperBound),
      line.all(target.upperBound + 6..<close, \.isDecimal)
    else { return .malformed(.torn) }
    return read(line, target, status: close + 2..<line.wordEnd(close + 2), names)
  }

  /// Whether a line is one of Squid's, whatever it says.
  static func isItsLine(_ line: UnsafeBufferPointer<UInt8>) -> Bool {
    nativeMethod(in: line) != nil || combinedRequest(in: line) != nil
  }

  private static func read(
    _ line: UnsafeBufferPointer<UInt8>, _ target: Range<Int>, status: Range<Int>, _ names: WatchedNames
  ) -> LineReading {
    guard let colon = line.last(UInt8(ascii: ":"), before: target.upperBound), colon > target.lowerBound,
      line.all(colon + 1..<target.upperBound, \.isDigit), line.all(status, \.isDigit)
    else { return .malformed(.torn) }
    // Squid answers 200 once it is connected; a refused or failed one says nothing of the name.
    return names.read(
      line.part(target.lowerBound..<colon), as: line.isText("200", status) ? .resolved : .asked)
  }

  /// `1795423129.181     29 10.20.3.17 TCP_TUNNEL/200 7137 CONNECT …`.
  private static func nativeMethod(in line: UnsafeBufferPointer<UInt8>) -> (start: Int, status: Range<Int>)? {
    var index = LogHeader.message(in: line, of: "squid") ?? LogHeader.message(in: line, of: "(squid-1)") ?? 0
    var words = (0..<0, 0..<0, 0..<0, 0..<0, 0..<0)
    for number in 0..<5 {
      let word = index..<line.wordEnd(index)
      guard !word.isEmpty, word.upperBound < line.count else { return nil }
      switch number {
      case 0: words.0 = word
      case 1: words.1 = word
      case 2: words.2 = word
      case 3: words.3 = word
      default: words.4 = word
      }
      index = word.upperBound
      // The milliseconds are padded.
      while index < line.count, line[index] == UInt8(ascii: " ") { index += 1 }
    }
    guard line.all(words.0, \.isDecimal), line.all(words.1, \.isDigit), line.isAddress(words.2),
      line.all(words.4, \.isDigit), let slash = line.last(UInt8(ascii: "/"), before: words.3.upperBound),
      slash > words.3.lowerBound,
      line.all(words.3.lowerBound..<slash, { $0.isLetterOrDigit || $0 == UInt8(ascii: "_") })
    else { return nil }
    return (index, slash + 1..<words.3.upperBound)
  }

  /// `10.20.3.17 - - [23/Nov/2026:08:38:49 +0000] "CONNECT …" 200 7137 "-" "curl/7.88.1" TCP_TUNNEL:HIER_DIRECT`: the last
  /// word tells it from a web server's log.
  private static func combinedRequest(in line: UnsafeBufferPointer<UInt8>) -> Int? {
    let start = LogHeader.message(in: line, of: "squid") ?? LogHeader.message(in: line, of: "(squid-1)") ?? 0
    let client = line.wordEnd(start)
    guard line.isAddress(start..<client), let bracket = line.first(" [", from: client),
      let close = line.first("] \"", from: bracket), !line[client..<bracket].contains(UInt8(ascii: "\""))
    else { return nil }
    let last = line.wordStart(before: line.count, notBefore: close)
    guard line.has("\" ", at: last - 2), let colon = line.first(":HIER_", from: last), colon > last else {
      return nil
    }
    return close + 3
  }
}
