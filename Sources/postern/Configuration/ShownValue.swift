/// A value as `config show` prints it: a tree that both the YAML-like and the JSON form are written from.
indirect enum ShownValue: Sendable {
  /// Text, or anything written as such in the configuration: a duration, a percentage, an address.
  case text(String)
  case number(Int)
  case boolean(Bool)
  case list([ShownValue])
  /// In order.
  case mapping([(key: String, value: ShownValue)])
  /// A value and where it came from.
  case decided(ShownValue, by: Origin)
  /// Nothing; `instead` says in words what holds then.
  case absent(instead: String)
}

extension ShownValue {
  /// YAML that reads back as the same configuration, with each value's origin as a comment.
  var yaml: String { yamlLines(indent: "").map { $0 + "\n" }.joined() }

  private func yamlLines(indent: String) -> [String] {
    guard case .mapping(let pairs) = self else { return [indent + flow] }
    return pairs.flatMap { key, value -> [String] in
      let (plain, origin) = value.parted
      let comment = origin.map { "  # \($0)" } ?? ""
      switch plain {
      case .mapping(let inner) where !inner.isEmpty:
        return ["\(indent)\(key):\(comment)"] + plain.yamlLines(indent: indent + "  ")
      case .list(let elements) where elements.contains(where: \.isMapping):
        return ["\(indent)\(key):\(comment)"] + elements.map { "\(indent)  - \($0.flow)\($0.comments)" }
      case .absent(let instead):
        return ["\(indent)# \(key): \(instead)\(comment)"]
      default:
        return ["\(indent)\(key): \(plain.flow)\(comment)"]
      }
    }
  }

  /// On one line.
  private var flow: String {
    switch self {
    case .text(let text): Self.isPlain(text) ? text : Self.jsonString(text)
    case .number(let number): "\(number)"
    case .boolean(let boolean): "\(boolean)"
    case .list(let elements): "[" + elements.map(\.flow).joined(separator: ", ") + "]"
    case .mapping(let pairs):
      pairs.isEmpty ? "{}" : "{ " + pairs.map { "\($0.key): \($0.value.flow)" }.joined(separator: ", ") + " }"
    case .decided(let value, _): value.flow
    case .absent: "null"
    }
  }

  /// The origins inside a mapping that stands on one line, each once.
  private var comments: String {
    guard case .mapping(let pairs) = self else { return "" }
    var seen = [String]()
    for case (_, .decided(_, let origin)) in pairs where !seen.contains(origin.description) {
      seen.append(origin.description)
    }
    return seen.isEmpty ? "" : "  # " + seen.joined(separator: ", ")
  }

  private var parted: (value: ShownValue, origin: Origin?) {
    if case .decided(let value, let origin) = self { (value, origin) } else { (self, nil) }
  }

  private var isMapping: Bool {
    if case .mapping = self { true } else { false }
  }

  /// Whether YAML takes the text as it stands for itself, in lists and mappings on one line too.
  private static func isPlain(_ text: String) -> Bool {
    let isWord = text.utf8.allSatisfy { octet in
      (0x61...0x7a).contains(octet) || (0x41...0x5a).contains(octet) || (0x2d...0x39).contains(octet)
        || octet == UInt8(ascii: "_") || octet == UInt8(ascii: "%")
    }
    let first = text.utf8.first
    return isWord && first != nil && first != UInt8(ascii: "-") && first != UInt8(ascii: "%")
      && !["true", "false", "null", "yes", "no", "on", "off"].contains(text.lowercased())
  }
}

extension ShownValue {
  /// One JSON object; each decided value is `{"value": …, "origin": "…"}`. Keys keep their order, so that the text is
  /// the same for the same configuration.
  var json: String { jsonLines(indent: "") + "\n" }

  private func jsonLines(indent: String) -> String {
    let inner = indent + "  "
    func block(_ open: String, _ items: [String], _ close: String) -> String {
      items.isEmpty
        ? open + close : "\(open)\n\(inner)\(items.joined(separator: ",\n\(inner)"))\n\(indent)\(close)"
    }
    switch self {
    case .text(let text): return Self.jsonString(text)
    case .number(let number): return "\(number)"
    case .boolean(let boolean): return "\(boolean)"
    case .list(let elements):
      if elements.contains(where: \.isMapping) {
        return block("[", elements.map { $0.jsonLines(indent: inner) }, "]")
      }
      return "[" + elements.map { $0.jsonLines(indent: inner) }.joined(separator: ", ") + "]"
    case .mapping(let pairs):
      let items = pairs.map { "\(Self.jsonString($0.key)): \($0.value.jsonLines(indent: inner))" }
      return block("{", items, "}")
    case .decided(let value, let origin):
      return
        "{\"value\": \(value.jsonLines(indent: indent)), \"origin\": \(Self.jsonString(origin.description))}"
    case .absent: return "null"
    }
  }

  /// A JSON string (RFC 8259 §7), which is a YAML double-quoted scalar too.
  private static func jsonString(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": quoted += "\\\""
      case "\\": quoted += "\\\\"
      case "\u{00}"..."\u{1f}", "\u{7f}":
        let digits = String(scalar.value, radix: 16)
        quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }
}
