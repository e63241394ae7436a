import HTTPTypes

/// The secrets that a request carries, as they were sent.
struct Credentials: Hashable {
  /// The value of `Authorization`.
  var authorization: String?
  /// The value of the token's own field.
  var token: String?
  /// What stands between `/t/` and the next slash.
  var pathToken: String?

  /// Whether the request carries none.
  var isEmpty: Bool { authorization == nil && token == nil && pathToken == nil }

  init() {}

  init(_ fields: HTTPFields, tokenField: HTTPField.Name, pathToken: String?) {
    authorization = fields[.authorization]
    token = fields[tokenField]
    self.pathToken = pathToken
  }

  /// The secrets in it; what can't be read as one is an empty secret, which nobody has.
  var secrets: [[UInt8]] {
    [
      authorization.map { Self.secret(in: $0) ?? [] }, token.map { Array($0.utf8) },
      pathToken.map { Array($0.utf8) },
    ].compactMap(\.self)
  }

  /// Takes the token out of `/t/TOKEN/v1/…`; nil for any other path.
  static func splitPath(_ uri: String) -> (token: String, rest: String)? {
    guard uri.utf8.starts(with: "/t/".utf8) else { return nil }
    let after = uri.utf8.dropFirst(3)
    guard let slash = after.firstIndex(of: UInt8(ascii: "/")), slash > after.startIndex else { return nil }
    return (String(uri[after.startIndex..<slash]), String(uri[slash...]))
  }

  private static func secret(in value: String) -> [UInt8]? {
    let parts = value.split(separator: " ", maxSplits: 1)
    guard parts.count == 2 else { return nil }
    switch parts[0].lowercased() {
    case "bearer": return Array(parts[1].utf8)
    case "basic":
      guard let decoded = base64Decoded(parts[1].utf8), let colon = decoded.firstIndex(of: UInt8(ascii: ":"))
      else {
        return nil
      }
      return Array(decoded[(colon + 1)...])
    default: return nil
    }
  }

  /// RFC 4648 §4; nil when malformed.
  private static func base64Decoded(_ text: Substring.UTF8View) -> [UInt8]? {
    var octets = [UInt8]()
    var bits = 0
    var count = 0
    for character in text {
      let value: UInt8
      switch character {
      case UInt8(ascii: "A")...UInt8(ascii: "Z"): value = character - UInt8(ascii: "A")
      case UInt8(ascii: "a")...UInt8(ascii: "z"): value = character - UInt8(ascii: "a") + 26
      case UInt8(ascii: "0")...UInt8(ascii: "9"): value = character - UInt8(ascii: "0") + 52
      case UInt8(ascii: "+"): value = 62
      case UInt8(ascii: "/"): value = 63
      case UInt8(ascii: "="): continue
      default: return nil
      }
      bits = bits << 6 | Int(value)
      count += 6
      if count >= 8 {
        count -= 8
        octets.append(UInt8(truncatingIfNeeded: bits >> count))
        bits &= (1 << count) - 1
      }
    }
    return octets
  }
}
