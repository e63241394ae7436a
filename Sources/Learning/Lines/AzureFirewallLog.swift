import Deciding

/// Reads the DNS proxy's log of Azure Firewall, an object of JSON a line: `AZFWDnsQuery` with columns, and the older
/// `AzureFirewallDnsProxy` whose message is CoreDNS's line with `DNS Request: ` before it and no quotation marks.
struct AzureFirewallLog: Sendable {
  private static let fields = JSONFields(
    "/category", "/properties/msg", "/properties/QueryName", "/properties/ResponseCode", "/Category")
  private var values = [JSONValue]()

  /// Reads a line without its end.
  mutating func read(_ line: UnsafeBufferPointer<UInt8>, watching names: WatchedNames) -> LineReading {
    guard line.first == UInt8(ascii: "{") else { return .skip }
    guard Self.fields.read(line, into: &values) else { return .malformed(.torn) }
    if values[2].isPresent {
      return values[2].read(in: line, as: values[3].responseCode(in: line), watching: names)
    }
    guard values[1].isText else { return values[1].kind == .twice ? .malformed(.ambiguous) : .skip }
    return values[1].withText(in: line) { Self.readMessage($0, names) }
  }

  /// Whether a line is Azure Firewall's, whatever it says.
  static func isItsLine(_ line: UnsafeBufferPointer<UInt8>) -> Bool {
    guard line.first == UInt8(ascii: "{") else { return false }
    var values = [JSONValue]()
    guard fields.read(line, into: &values) else { return false }
    let category = values[0].isText ? values[0] : values[4]
    return category.isText
      && (line.has("AZFW", at: category.range.lowerBound)
        || line.has("AzureFirewall", at: category.range.lowerBound))
  }

  /// `DNS Request: CLIENT:PORT - ID TYPE CLASS NAME PROTOCOL SIZE DO BUFSIZE RCODE FLAGS SIZE DURATION`, where the hyphen
  /// may be an en dash.
  private static func readMessage(_ line: UnsafeBufferPointer<UInt8>, _ names: WatchedNames) -> LineReading {
    guard line.has("DNS Request: ", at: 0) else { return .skip }
    let client = line.wordEnd(13)
    let dash = line.has(" - ", at: client) ? 3 : line.has(" \u{2013} ", at: client) ? 5 : 0
    guard dash > 0, line.isEndpoint(13..<client) else { return .malformed(.torn) }
    let id = line.wordEnd(client + dash)
    guard line.all(client + dash..<id, \.isDigit), id < line.count else { return .malformed(.torn) }
    var answer = line.count
    for _ in 0..<4 {
      answer = line.wordStart(before: answer, notBefore: id + 1) - 1
      guard answer > id else { return .malformed(.torn) }
    }
    return CorednsLog.read(
      line, question: id + 1..<answer, answer: answer + 1..<line.count, watching: names)
  }
}
