import Deciding

/// The items of a query string in order, percent-decoded, `+` as a space (WHATWG URL, form encoding).
struct QueryItems {
  let items: [(name: String, value: String)]

  /// Nil when an escape is malformed or the bytes are no UTF-8.
  init?(_ query: String?) {
    var items = [(name: String, value: String)]()
    for item in (query ?? "").utf8.split(separator: UInt8(ascii: "&")) {
      let parts = item.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
      guard let name = Self.decoded(parts[0]), let value = parts.count == 2 ? Self.decoded(parts[1]) : ""
      else {
        return nil
      }
      items.append((name, value))
    }
    self.items = items
  }

  /// Checks that only these names are there, each once.
  ///
  /// - Throws: the answer 400.
  func only(_ names: String...) throws(Refusal) -> [String: String] {
    var values = [String: String]()
    for (name, value) in items {
      let allowed = names.isEmpty ? "no parameter" : names.joined(separator: ", ")
      guard names.contains(name) else { throw .badRequest("a parameter is unknown here. Try: \(allowed)") }
      guard values.updateValue(value, forKey: name) == nil else {
        throw .badRequest("\(name) is given twice")
      }
    }
    return values
  }

  /// Takes `wait` and `since` out, which any path of a set understands.
  ///
  /// - Returns: nil for the first without a `since`, and the other items.
  /// - Throws: the answer 400.
  func splitWait() throws(Refusal) -> (wait: Wait?, rest: QueryItems) {
    func only(_ name: String) throws(Refusal) -> String? {
      let values = items.filter { $0.name == name }.map(\.value)
      guard values.count < 2 else { throw .badRequest("\(name) is given twice") }
      return values.first
    }
    let rest = QueryItems(items: items.filter { $0.name != "wait" && $0.name != "since" })
    let (wait, since) = (try only("wait"), try only("since"))
    guard let since else {
      if wait != nil { throw .badRequest("wait needs since. Try: since= with the generation that you have") }
      return (nil, rest)
    }
    guard let generation = since == "0" ? Generation(0) : Generation(text: since) else {
      throw .badRequest("since is not a generation. Try: a whole number")
    }
    let isNumber = wait?.utf8.allSatisfy { (0x30...0x39).contains($0) } != false
    guard isNumber, let seconds = wait.map({ Int($0) }) ?? 0, seconds <= WaitOrder.longest else {
      throw .badRequest("wait is no number of seconds from 0 to \(WaitOrder.longest)")
    }
    return (Wait(since: generation, seconds: seconds), rest)
  }

  /// What a client that polls says: it has this generation, and waits so many seconds for a newer one.
  struct Wait: Hashable {
    let since: Generation
    let seconds: Int
  }

  private init(items: [(name: String, value: String)]) { self.items = items }

  private static func decoded(_ text: Substring.UTF8View) -> String? {
    var octets = [UInt8]()
    var rest = text
    while let octet = rest.popFirst() {
      switch octet {
      case UInt8(ascii: "+"): octets.append(0x20)
      case UInt8(ascii: "%"):
        guard let high = rest.popFirst().flatMap(digit), let low = rest.popFirst().flatMap(digit) else {
          return nil
        }
        octets.append(high << 4 | low)
      default: octets.append(octet)
      }
    }
    return String(validating: octets, as: UTF8.self)
  }

  private static func digit(_ octet: UInt8) -> UInt8? {
    switch octet {
    case 0x30...0x39: octet - 0x30
    case 0x41...0x46: octet - 0x41 + 10
    case 0x61...0x66: octet - 0x61 + 10
    default: nil
    }
  }
}
