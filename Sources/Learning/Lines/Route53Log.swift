import Deciding

/// Reads the query log of Amazon Route 53 Resolver, an object of JSON a line.
struct Route53Log: Sendable {
  private static let fields = JSONFields("/query_name", "/rcode")
  private var values = [JSONValue]()

  /// Reads a line without its end.
  mutating func read(_ line: UnsafeBufferPointer<UInt8>, watching names: WatchedNames) -> LineReading {
    guard line.first == UInt8(ascii: "{") else { return .skip }
    guard Self.fields.read(line, into: &values) else { return .malformed(.torn) }
    return values[0].read(in: line, as: values[1].responseCode(in: line), watching: names)
  }

  /// Whether a line is Route 53's, whatever it says.
  static func isItsLine(_ line: UnsafeBufferPointer<UInt8>) -> Bool {
    guard line.first == UInt8(ascii: "{") else { return false }
    var values = [JSONValue]()
    return JSONFields("/query_name", "/srcaddr", "/version").read(line, into: &values)
      && values.allSatisfy(\.isText)
  }
}
