import Deciding

/// Reads Suricata's EVE log: `dns` events of version 2 (`rrname`, `query` and `answer`) and 3 (`queries`, `request` and
/// `response`), and the SNI of `tls` and `quic` events. Other events say nothing of names.
struct SuricataLog: Sendable {
  private static let fields = JSONFields(
    "/event_type", "/dns/type", "/dns/rrname", "/dns/queries/0/rrname", "/dns/rcode", "/tls/sni", "/quic/sni")
  private var values = [JSONValue]()

  /// Reads a line without its end.
  mutating func read(_ line: UnsafeBufferPointer<UInt8>, watching names: WatchedNames) -> LineReading {
    guard line.first == UInt8(ascii: "{") else { return .skip }
    guard Self.fields.read(line, into: &values) else { return .malformed(.torn) }
    let event = values[0]
    if event.isText("tls", in: line) { return values[5].read(in: line, as: .resolved, watching: names) }
    if event.isText("quic", in: line) { return values[6].read(in: line, as: .resolved, watching: names) }
    guard event.isText("dns", in: line) else { return event.kind == .twice ? .malformed(.ambiguous) : .skip }
    let name = values[2].isPresent ? values[2] : values[3]
    let isAnswer = values[1].isText("answer", in: line) || values[1].isText("response", in: line)
    return name.read(in: line, as: isAnswer ? values[4].responseCode(in: line) : .asked, watching: names)
  }

  /// Whether a line is an event, whatever it says.
  static func isItsLine(_ line: UnsafeBufferPointer<UInt8>) -> Bool {
    guard line.first == UInt8(ascii: "{") else { return false }
    var values = [JSONValue]()
    return JSONFields("/event_type", "/timestamp").read(line, into: &values) && values.allSatisfy(\.isText)
  }
}
