import Deciding

/// Reads the log of nginx's stream module with `ssl_preread`, as text with
/// `log_format … '$remote_addr [$time_local] $protocol $status $bytes_sent $bytes_received $session_time
/// "$ssl_preread_server_name" "$upstream_addr"'`, or as JSON with the name under `sni` or `ssl_preread_server_name`.
/// nginx writes a quotation mark in a value as `\x22`, in JSON as `\"`.
struct NginxStreamLog: Sendable {
  private static let fields = JSONFields("/sni", "/ssl_preread_server_name")
  private var values = [JSONValue]()

  /// Reads a line without its end.
  mutating func read(_ line: UnsafeBufferPointer<UInt8>, watching names: WatchedNames) -> LineReading {
    if line.first == UInt8(ascii: "{") {
      guard Self.fields.read(line, into: &values) else { return .malformed(.torn) }
      let name = values[0].isPresent ? values[0] : values[1]
      return name.isPresent ? name.read(in: line, as: .resolved, watching: names) : .skip
    }
    guard let start = Self.nameStart(in: line) else { return .skip }
    guard let close = line.first(UInt8(ascii: "\""), from: start), line.has("\" \"", at: close),
      line.count > close + 3,
      line.first(UInt8(ascii: "\""), from: close + 3) == line.count - 1
    else { return .malformed(.torn) }
    // A client that names no server.
    return close == start ? .skip : names.read(line.part(start..<close), as: .resolved)
  }

  /// Whether a line is nginx's about a connection, whatever it says.
  static func isItsLine(_ line: UnsafeBufferPointer<UInt8>) -> Bool {
    guard line.first == UInt8(ascii: "{") else { return nameStart(in: line) != nil }
    var values = [JSONValue]()
    let told = JSONFields(
      "/sni", "/ssl_preread_server_name", "/status", "/remote", "/remote_addr", "/event_type")
    return told.read(line, into: &values) && (values[0].isText || values[1].isText)
      && (values[2].isPresent || values[3].isPresent || values[4].isPresent) && !values[5].isPresent
  }

  private static func nameStart(in line: UnsafeBufferPointer<UInt8>) -> Int? {
    let start = LogHeader.message(in: line, of: "nginx") ?? 0
    let client = line.wordEnd(start)
    guard line.isAddress(start..<client), line.has(" [", at: client),
      let close = line.first("] ", from: client)
    else { return nil }
    var index = close + 2
    guard line.has("TCP ", at: index) || line.has("UDP ", at: index) else { return nil }
    index += 4
    // Status, octets sent and received, seconds.
    for _ in 0..<4 {
      let word = line.wordEnd(index)
      guard line.all(index..<word, \.isDecimal), word < line.count else { return nil }
      index = word + 1
    }
    return line.has("\"", at: index) ? index + 1 : nil
  }
}
