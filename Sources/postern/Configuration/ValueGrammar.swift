import DNS
import Deciding

/// How one kind of value is written, wherever it stands: in the file, the environment or an option.
struct ValueGrammar<Value: Sendable>: Sendable {
  let read: @Sendable (String) throws(ValueRejection) -> Value

  init(_ read: @escaping @Sendable (String) throws(ValueRejection) -> Value) { self.read = read }

  /// For values that are either right or not: `'x' is not WHAT. Try: REMEDY`.
  init(_ what: String, remedy: String, read: @escaping @Sendable (String) -> Value?) {
    self.init { text throws(ValueRejection) in
      guard let value = read(text) else {
        throw ValueRejection(.malformed, "\(quoted(text)) is not \(what)", remedy: remedy)
      }
      return value
    }
  }

  /// The same, within bounds.
  func within(_ range: ClosedRange<Value>, written: @escaping @Sendable (Value) -> String) -> ValueGrammar
  where Value: Comparable {
    ValueGrammar { text throws(ValueRejection) in
      let value = try self.read(text)
      guard range.contains(value) else {
        let bounds = "\(written(range.lowerBound)) to \(written(range.upperBound))"
        throw ValueRejection(.outOfRange, "\(quoted(text)) is out of range", remedy: bounds)
      }
      return value
    }
  }
}

/// Why a text isn't the value that it should be.
struct ValueRejection: Error {
  let kind: ConfigurationProblem.Kind
  let sentence: String
  let remedy: String

  init(_ kind: ConfigurationProblem.Kind, _ sentence: String, remedy: String) {
    self.kind = kind
    self.sentence = sentence
    self.remedy = remedy
  }
}

/// The text in quotation marks, short and without control characters, fit for a message.
func quoted(_ text: String) -> String {
  let short = text.count > 60 ? text.prefix(57) + "..." : text[...]
  let visible = String.UnicodeScalarView(
    short.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7f ? "\u{fffd}" : $0 })
  return "'\(String(visible))'"
}

extension ValueGrammar<Bool> {
  static let boolean = ValueGrammar("true or false", remedy: "true or false") { text in
    ["true": true, "false": false][text]
  }
}

extension ValueGrammar<Int> {
  static func whole(_ range: ClosedRange<Int>) -> ValueGrammar {
    ValueGrammar("a whole number", remedy: "decimal digits, such as \(range.lowerBound)") { text in
      Int64(wholeNumber: text).map { Int(clamping: $0) }
    }
    .within(range) { "\($0)" }
  }
}

extension ValueGrammar<Int> {
  /// A prefix length, with or without its slash.
  static func length(_ range: ClosedRange<Int>) -> ValueGrammar {
    ValueGrammar("a prefix length", remedy: "a whole number, such as \(range.lowerBound)") { text in
      Int64(wholeNumber: text.hasPrefix("/") ? String(text.dropFirst()) : text).map { Int(clamping: $0) }
    }
    .within(range) { "\($0)" }
  }
}

extension ValueGrammar<Duration> {
  static func duration(_ range: ClosedRange<Duration>) -> ValueGrammar {
    ValueGrammar(
      "a duration", remedy: "a whole number with ms, s, m, h or d, such as 30s, 5m, 24h or 7d",
      read: { QuantityText.duration($0) }
    )
    .within(range, written: { QuantityText.text($0) })
  }
}

extension ValueGrammar<Double> {
  static func percentage(_ range: ClosedRange<Double>) -> ValueGrammar {
    ValueGrammar(
      "a percentage", remedy: "a number with %, such as 50%", read: { QuantityText.percentage($0) }
    )
    .within(range, written: { QuantityText.text(percentage: $0) })
  }

  static func factor(_ range: ClosedRange<Double>) -> ValueGrammar {
    ValueGrammar("a factor", remedy: "a number with x, such as 10x", read: { QuantityText.factor($0) })
      .within(range, written: { QuantityText.text(factor: $0) })
  }
}

extension ValueGrammar<String> {
  static let absolutePath = ValueGrammar("an absolute path", remedy: "a path that begins with /") { text in
    text.hasPrefix("/") && !text.utf8.contains(0) ? text : nil
  }

  static let path = ValueGrammar("a path", remedy: "the name of a folder") { text in
    text.isEmpty || text.utf8.contains(0) ? nil : text
  }

  /// What names a vantage or a token: it stands in labels, URLs and tables, so it has no spaces.
  static let label = ValueGrammar(
    "a name", remedy: "1 to 64 letters, digits and . _ : @ / [ ] -"
  ) { text in
    let isPlain = text.utf8.allSatisfy { octet in
      (0x61...0x7a).contains(octet) || (0x41...0x5a).contains(octet) || (0x2d...0x3a).contains(octet)
        || "@_[]".utf8.contains(octet)
    }
    return isPlain && (1...64).contains(text.utf8.count) ? text : nil
  }
}

extension ValueGrammar<DomainName> {
  /// An exact name that a host can have.
  static let name = ValueGrammar { text throws(ValueRejection) in
    let name: DomainName
    do throws(DomainNameError) { name = try DomainName(text) } catch {
      throw ValueRejection(
        .malformed, "\(quoted(text)) is not a domain name", remedy: "a name such as www.example.com")
    }
    if text.utf8.contains(UInt8(ascii: "*")) {
      throw ValueRejection(
        .malformed, "\(quoted(text)) has a star, so it is not one name", remedy: "list it under patterns")
    }
    guard name.isHostname else {
      throw ValueRejection(
        .malformed, "\(quoted(text)) is not a hostname",
        remedy: "letters, digits, hyphens and dots; internationalised names in their xn-- form")
    }
    return name
  }
}

extension ValueGrammar<NamePattern> {
  static let pattern = ValueGrammar { text throws(ValueRejection) in
    do throws(NamePatternError) { return try NamePattern(text) } catch {
      // A NamePatternError's text is "what. Try: remedy", or without the latter.
      let parts = error.description.split(separator: ". Try: ", maxSplits: 1).map(String.init)
      throw ValueRejection(
        .malformed, parts[0], remedy: parts.count > 1 ? parts[1] : "a pattern such as *.data.example.com")
    }
  }
}

extension ValueGrammar<IPPrefix> {
  static let prefix = ValueGrammar(
    "a prefix", remedy: "an address with a length and no host bits, such as 203.0.113.0/24",
    read: { IPPrefix($0) })
}

extension ValueGrammar<ListenAddress> {
  static let listenAddress = ValueGrammar(
    "an address with a port", remedy: "host:port, such as 127.0.0.1:8053 or [::1]:8053"
  ) { text in
    let isSecure = text.hasPrefix("https://")
    return EndpointText.host(isSecure ? String(text.dropFirst(8)) : text).map {
      ListenAddress(host: $0.host, port: $0.port, isSecure: isSecure)
    }
  }
}
