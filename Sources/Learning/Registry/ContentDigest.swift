import Crypto

/// The SHA-256 of a manifest or blob, which is its address in a registry.
package struct ContentDigest: Sendable, Hashable, CustomStringConvertible {
  /// `sha256:` and 64 lower-case hexadecimal digits.
  package let text: String

  /// Nil for anything else; other algorithms have no user in the registries that matter, and could not be checked.
  package init?(_ text: String) {
    let digits = text.utf8.dropFirst(Self.prefix.utf8.count)
    guard text.hasPrefix(Self.prefix), digits.count == 64,
      digits.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) })
    else { return nil }
    self.text = text
  }

  /// Computes that of `octets`.
  package init(of octets: [UInt8]) {
    let hexadecimal = Array("0123456789abcdef".utf8)
    let digits = SHA256.hash(data: octets).flatMap { [hexadecimal[Int($0 >> 4)], hexadecimal[Int($0 & 15)]] }
    text = Self.prefix + String(decoding: digits, as: UTF8.self)
  }

  private static let prefix = "sha256:"

  package var description: String { text }
}
