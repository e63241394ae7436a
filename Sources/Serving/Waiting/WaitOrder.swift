import Deciding
import HTTPTypes

/// What the responder tells the connection to do instead of answering: wait for a set. It travels in a field of a
/// response that never reaches the client.
struct WaitOrder: Hashable, Sendable {
  let set: SetName
  let kind: Kind

  enum Kind: Hashable, Sendable {
    /// Send every new generation as an event, beginning with the current one unless the client has it.
    case events(last: Generation)
    /// Ask again once there is a newer generation, or the time is over.
    case change(since: Generation, seconds: Int)
  }

  /// The longest that a client may ask for, in seconds: less than what proxies and NATs forget.
  static let longest = 300

  static let fieldName = HTTPField.Name("X-Postern-Internal-Wait") ?? .server

  /// Whether the responder may order waiting for this URI. Both sides ask the same question, so that no order is given
  /// that the connection would not take; an escaped `wait` just doesn't wait.
  static func isPossible(_ uri: String) -> Bool {
    let octets = uri.utf8
    guard let query = octets.firstIndex(of: UInt8(ascii: "?")) else { return uri.hasSuffix(events) }
    return uri[..<query].hasSuffix(events) || range(in: uri, after: query) != nil
  }

  private static let events = "/events"

  /// The same URI with `wait=0`, for the answer that is given at last.
  static func withoutWaiting(_ uri: String) -> String {
    guard let query = uri.utf8.firstIndex(of: UInt8(ascii: "?")), let range = range(in: uri, after: query)
    else {
      return uri
    }
    return uri[..<range.lowerBound] + "wait=0" + uri[range.upperBound...]
  }

  /// Where `wait=…` stands in the query.
  private static func range(in uri: String, after query: String.Index) -> Range<String.Index>? {
    var start = uri.utf8.index(after: query)
    while start < uri.endIndex {
      let end = uri.utf8[start...].firstIndex(of: UInt8(ascii: "&")) ?? uri.endIndex
      if uri.utf8[start..<end].starts(with: "wait=".utf8) { return start..<end }
      guard end < uri.endIndex else { return nil }
      start = uri.utf8.index(after: end)
    }
    return nil
  }

  init(set: SetName, kind: Kind) {
    self.set = set
    self.kind = kind
  }

  /// Reads `fieldValue`.
  init?(_ text: String) {
    let words = text.split(separator: " ")
    guard words.count == 4, let set = SetName(words[1]), let number = Int64(words[2]),
      let seconds = Int(words[3])
    else { return nil }
    self.set = set
    kind =
      words[0] == "events"
      ? .events(last: Generation(number)) : .change(since: Generation(number), seconds: seconds)
  }

  var fieldValue: String {
    switch kind {
    case .events(let last): "events \(set) \(last) 0"
    case .change(let since, let seconds): "change \(set) \(since) \(seconds)"
    }
  }
}
