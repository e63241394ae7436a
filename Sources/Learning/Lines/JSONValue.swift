import Deciding

/// Where a value lies in a line of JSON.
struct JSONValue: Sendable {
  enum Kind: Sendable {
    case absent
    case string
    /// A number, `true`, `false`, `null`.
    case word
    /// An object or an array.
    case container
    /// The key stands there more than once, and nobody can say which one the writer's other readers take.
    case twice
  }

  var kind = Kind.absent
  /// Without the quotation marks.
  var range = 0..<0
  /// Whether a backslash is in it.
  var isEscaped = false

  static let absent = JSONValue()

  var isPresent: Bool { kind != .absent }
  var isText: Bool { kind == .string }

  /// Whether it is this string or word, written without escapes.
  func isText(_ text: StaticString, in line: UnsafeBufferPointer<UInt8>) -> Bool {
    (kind == .string || kind == .word) && !isEscaped && line.isText(text, range)
  }

  /// Reads a string as a name.
  func read(
    in line: UnsafeBufferPointer<UInt8>, as evidence: NameEvidence, watching names: WatchedNames
  ) -> LineReading {
    switch kind {
    case .string where range.isEmpty: .skip
    case .string: withText(in: line) { names.read($0, as: evidence) }
    case .twice: .malformed(.ambiguous)
    case .absent, .word, .container: .skip
    }
  }

  /// The evidence of a response code given as its name.
  func responseCode(in line: UnsafeBufferPointer<UInt8>) -> NameEvidence {
    kind == .string && !isEscaped ? LoggedCode.evidence(line.part(range)) : .asked
  }

  /// Calls `body` with the string itself, its escapes resolved. Only one with escapes is copied.
  func withText<Result>(
    in line: UnsafeBufferPointer<UInt8>, _ body: (UnsafeBufferPointer<UInt8>) -> Result
  ) -> Result {
    guard isEscaped else { return body(line.part(range)) }
    return Self.unescaped(line.part(range)).withUnsafeBufferPointer(body)
  }

  /// RFC 8259 §7. What is no right escape becomes a NUL octet, which no name has.
  static func unescaped(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8] {
    var plain = [UInt8]()
    var index = 0
    while index < text.count {
      let octet = text[index]
      index += 1
      guard octet == UInt8(ascii: "\\") else {
        plain.append(octet)
        continue
      }
      guard index < text.count else {
        plain.append(0)
        break
      }
      index += 1
      switch text[index - 1] {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): plain.append(text[index - 1])
      case UInt8(ascii: "b"): plain.append(8)
      case UInt8(ascii: "f"): plain.append(12)
      case UInt8(ascii: "n"): plain.append(10)
      case UInt8(ascii: "r"): plain.append(13)
      case UInt8(ascii: "t"): plain.append(9)
      case UInt8(ascii: "u"):
        var scalar: UInt32? = 0
        for offset in 0..<4 {
          let digit = index + offset < text.count ? hexDigit(text[index + offset]) : nil
          scalar = scalar.flatMap { value in digit.map { value << 4 | $0 } }
        }
        index = min(text.count, index + 4)
        // Half of a surrogate pair is no character; no name has one, so pairs needn't be joined.
        if let character = scalar.flatMap(Unicode.Scalar.init) {
          plain += Array(String(Character(character)).utf8)
        } else {
          plain.append(0)
        }
      default: plain.append(0)
      }
    }
    return plain
  }

  private static func hexDigit(_ octet: UInt8) -> UInt32? {
    switch octet {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(octet - UInt8(ascii: "0"))
    case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt32(octet - UInt8(ascii: "a") + 10)
    case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt32(octet - UInt8(ascii: "A") + 10)
    default: nil
    }
  }
}
