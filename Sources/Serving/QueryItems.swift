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
