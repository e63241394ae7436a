import Crypto
import HTTPTypes

/// A secret that lets its holder do some things. Only its SHA-256 is known here.
package struct AccessToken: Hashable, Sendable {
  /// Who holds it, for logs and decisions.
  package let name: String
  /// SHA-256 of the secret, 32 octets.
  package let sha256: [UInt8]
  /// What its holder may do; 403 for the rest.
  package let scopes: Set<Scope>

  /// What a token may do.
  package enum Scope: String, Hashable, Sendable, CaseIterable {
    /// Report hostnames.
    case sightings
    /// Approve, forget and the like.
    case operate
  }

  /// - Parameter sha256: 32 octets; a token with another count admits nobody.
  package init(name: String, sha256: [UInt8], scopes: Set<Scope>) {
    self.name = name
    self.sha256 = sha256
    self.scopes = scopes
  }
}

/// Tells who is asking. A failure of ours is never answered as one of theirs: some firewalls stop enforcing a list
/// when they see 401.
struct Gate: Sendable {
  let tokens: [AccessToken]

  /// Finds the token that the request carries, as `Bearer` or as the password of `Basic`.
  ///
  /// - Throws: the answer 401 without a known token, 403 with one that lacks the scope.
  func admit(_ fields: HTTPFields, for scope: AccessToken.Scope) throws(Refusal) -> AccessToken {
    let challenge: HTTPFields = [.wwwAuthenticate: "Bearer realm=\"postern\", Basic realm=\"postern\""]
    guard let secret = fields[.authorization].flatMap(Self.secret) else {
      throw Refusal(
        status: .unauthorized, reason: "a token is needed. Try: Authorization Bearer", fields: challenge)
    }
    let digest = SHA256.hash(data: secret)
    // Each token is compared, and each in constant time (swift-crypto's `==` between a digest and bytes), so that the
    // time tells nothing about the secrets.
    let known = tokens.reduce(nil as AccessToken?) { found, token in
      digest == token.sha256 ? token : found
    }
    guard let known else {
      throw Refusal(status: .unauthorized, reason: "the token is not known here", fields: challenge)
    }
    guard known.scopes.contains(scope) else {
      throw Refusal(
        status: .forbidden, reason: "the token may not do this; it lacks the scope \(scope.rawValue)")
    }
    return known
  }

  private static func secret(_ value: String) -> [UInt8]? {
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
