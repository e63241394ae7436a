import Deciding

/// Reads AdGuard Home's `querylog.json`: `QH` is the name, `Answer` the answer's wire format in base64, of which only the
/// response code and the number of answers are looked at.
struct AdGuardLog: Sendable {
  private static let fields = JSONFields("/QH", "/Answer", "/Result/IsFiltered")
  private var values = [JSONValue]()

  /// Reads a line without its end.
  mutating func read(_ line: UnsafeBufferPointer<UInt8>, watching names: WatchedNames) -> LineReading {
    guard line.first == UInt8(ascii: "{") else { return .skip }
    guard Self.fields.read(line, into: &values) else { return .malformed(.torn) }
    // What a filter answered says nothing of the name.
    let evidence: NameEvidence =
      values[2].isText("true", in: line) || !values[1].isText || values[1].isEscaped
      ? .asked : Self.evidence(line.part(values[1].range))
    return values[0].read(in: line, as: evidence, watching: names)
  }

  /// Whether a line is AdGuard Home's, whatever it says.
  static func isItsLine(_ line: UnsafeBufferPointer<UInt8>) -> Bool {
    guard line.first == UInt8(ascii: "{") else { return false }
    var values = [JSONValue]()
    return JSONFields("/QH", "/QT", "/T").read(line, into: &values) && values.allSatisfy(\.isText)
  }

  /// Octets 3, 6 and 7 of a message: the response code and the number of answers (RFC 1035 §4.1.1).
  private static func evidence(_ base64: UnsafeBufferPointer<UInt8>) -> NameEvidence {
    guard base64.count >= 12, let flags = quantum(base64, 4), let counts = quantum(base64, 8) else {
      return .asked
    }
    switch flags >> 16 & 0xf {
    case 3: return .denied
    case 0: return counts >> 8 == 0 ? .denied : .resolved
    default: return .asked
    }
  }

  /// Three octets out of four characters (RFC 4648 §4).
  private static func quantum(_ base64: UnsafeBufferPointer<UInt8>, _ start: Int) -> UInt32? {
    var value: UInt32 = 0
    for octet in base64[start..<start + 4] {
      let digit: UInt8
      switch octet {
      case UInt8(ascii: "A")...UInt8(ascii: "Z"): digit = octet - UInt8(ascii: "A")
      case UInt8(ascii: "a")...UInt8(ascii: "z"): digit = octet - UInt8(ascii: "a") + 26
      case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = octet - UInt8(ascii: "0") + 52
      case UInt8(ascii: "+"): digit = 62
      case UInt8(ascii: "/"): digit = 63
      default: return nil
      }
      value = value << 6 | UInt32(digit)
    }
    return value
  }
}
