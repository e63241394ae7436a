import Deciding

/// Reads Envoy's access log as Istio sets it up, as text, where `%REQUESTED_SERVER_NAME% %ROUTE_NAME%` end the line, or
/// as JSON with the name under `requested_server_name`. For another text format give a `LineTemplate`.
struct EnvoyLog: Sendable {
  private static let fields = JSONFields("/requested_server_name")
  private var values = [JSONValue]()

  /// Reads a line without its end.
  mutating func read(_ line: UnsafeBufferPointer<UInt8>, watching names: WatchedNames) -> LineReading {
    if line.first == UInt8(ascii: "{") {
      guard Self.fields.read(line, into: &values) else { return .malformed(.torn) }
      guard values[0].isPresent, !values[0].isText("-", in: line) else { return .skip }
      return values[0].read(in: line, as: .resolved, watching: names)
    }
    guard Self.isItsText(line) else { return .skip }
    guard let name = Self.name(line) else { return .malformed(.torn) }
    return line.isText("-", name) ? .skip : names.read(line.part(name), as: .resolved)
  }

  /// Whether a line is Envoy's about a connection, whatever it says.
  static func isItsLine(_ line: UnsafeBufferPointer<UInt8>) -> Bool {
    guard line.first == UInt8(ascii: "{") else { return isItsText(line) && name(line) != nil }
    var values = [JSONValue]()
    return fields.read(line, into: &values) && values[0].isPresent
  }

  /// `[2026-11-23T08:31:19.123Z] "`.
  private static func isItsText(_ line: UnsafeBufferPointer<UInt8>) -> Bool {
    guard line.first == UInt8(ascii: "["), let close = line.first(UInt8(ascii: "]"), from: 1), close < 40
    else {
      return false
    }
    return line.has("] \"", at: close) && line.count > 12 && line[11] == UInt8(ascii: "T")
  }

  /// Behind the last quotation mark stand exactly six words: the cluster, three addresses, the name, the route. The
  /// seven quoted values before it may be a client's, and Envoy doesn't escape quotation marks: more of them than
  /// there should be make the line unbelievable.
  private static func name(_ line: UnsafeBufferPointer<UInt8>) -> Range<Int>? {
    guard line.count(where: { $0 == UInt8(ascii: "\"") }) == 14,
      let quote = line.last(UInt8(ascii: "\""), before: line.count), line.has("\" ", at: quote)
    else { return nil }
    var index = quote + 2
    var name = 0..<0
    for word in 0..<6 {
      let end = line.wordEnd(index)
      guard end > index, (end == line.count) == (word == 5) else { return nil }
      let isAddress = line.isEndpoint(index..<end) || line.isText("-", index..<end)
      guard !(1...3).contains(word) || isAddress else { return nil }
      if word == 4 { name = index..<end }
      index = end + 1
    }
    return name
  }
}
