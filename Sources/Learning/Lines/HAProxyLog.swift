import Deciding

/// Reads HAProxy's log through syslog when its format ends with ` sni:NAME`: `log-format` with
/// `%ci:%cp [%t] %ft %b/%s %Tw/%Tc/%Tt %B %ts %ac/%fc/%bc/%sc/%rc %sq/%bq sni:%[capture.req.hdr(0)]`, the words of
/// `option tcplog` with the server's name behind them. Lines without it say nothing of names.
enum HAProxyLog {
  /// Reads a line without its end.
  static func read(_ line: UnsafeBufferPointer<UInt8>, watching names: WatchedNames) -> LineReading {
    guard let connection = afterConnection(line), connection < line.count else { return .skip }
    guard line.has(" sni:", at: connection) else { return .skip }
    let name = line.part(connection + 5..<line.count)
    // A client that names no server.
    if name.isEmpty || name.isText("-", 0..<name.count) { return .skip }
    return names.read(name, as: .resolved)
  }

  /// Whether a line is HAProxy's about a connection, whatever it says.
  static func isItsLine(_ line: UnsafeBufferPointer<UInt8>) -> Bool { afterConnection(line) != nil }

  /// Where the words of `option tcplog` end.
  private static func afterConnection(_ line: UnsafeBufferPointer<UInt8>) -> Int? {
    guard let start = LogHeader.message(in: line, of: "haproxy") else { return nil }
    var index = line.wordEnd(start)
    guard line.isEndpoint(start..<index), line.has(" [", at: index) else { return nil }
    // Time, frontend, backend and server, timers, octets, termination state, connections, queues.
    for word in 0..<8 {
      guard index + 1 < line.count else { return nil }
      let begin = index + 1
      index = line.wordEnd(begin)
      let slash = word == 2 || word == 3 || word == 6 || word == 7
      guard index > begin, !slash || line[begin..<index].contains(UInt8(ascii: "/")) else { return nil }
    }
    return index
  }
}
