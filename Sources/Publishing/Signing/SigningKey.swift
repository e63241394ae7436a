package import Deciding

import Crypto
import FoundationEssentials

/// The Ed25519 key that signs what is published. Signatures are those of minisign's legacy algorithm `Ed`, so that
/// minisign and every library that speaks it can check them: the prehashed `ED` needs BLAKE2b, which swift-crypto lacks.
package struct SigningKey: Sendable {
  /// What others check signatures with.
  package let publicKey: VerifyingKey
  private let key: Curve25519.Signing.PrivateKey

  /// Makes a key from the system's random numbers.
  package init() { self.init(Curve25519.Signing.PrivateKey()) }

  /// - Parameter seed: the 32 octets of RFC 8032 §5.1.5; nil with another count.
  package init?(seed: [UInt8]) {
    guard let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: seed) else { return nil }
    self.init(key)
  }

  private init(_ key: Curve25519.Signing.PrivateKey) {
    self.key = key
    publicKey = VerifyingKey(octets: Array(key.publicKey.rawRepresentation))
  }

  /// The secret, 32 octets: it goes into the key's file and nowhere else.
  package var seed: [UInt8] { Array(key.rawRepresentation) }

  /// Signs a file. The same key, body and comment always give the same bytes (RFC 8032 §5.1.6).
  ///
  /// - Returns: the four lines of a `.minisig` file; nil when the system's cryptography fails.
  package func sign(_ body: [UInt8], _ comment: TrustedComment) -> [UInt8]? {
    guard let signature = try? key.signature(for: body).map({ $0 }),
      let global = try? key.signature(for: signature + Array(comment.text.utf8)).map({ $0 })
    else { return nil }
    let algorithm = MinisignText.algorithm
    return Array(
      """
      untrusted comment: signature of postern, key \(publicKey.id)
      \(MinisignText.base64(algorithm + publicKey.idOctets + signature))
      trusted comment: \(comment.text)
      \(MinisignText.base64(global))

      """.utf8)
  }
}

/// What a signature says beside the bytes: it is signed too, so that an old file can't pass for a new one.
package struct TrustedComment: Hashable, Sendable {
  /// The set that the file holds.
  package let set: String
  /// Its generation.
  package let generation: Generation
  /// When that was published, in seconds since the epoch.
  package let timestamp: Int64
  /// The file's name.
  package let file: String

  package init(_ snapshot: Snapshot, file: String) {
    set = snapshot.set.text
    generation = snapshot.generation
    timestamp = snapshot.at.seconds
    self.file = file
  }

  /// Reads what `text` writes, in any order; fields that are unknown are passed over. Nil without all of ours.
  package init?(_ text: some StringProtocol) {
    var fields = [Substring: Substring]()
    for field in Substring(text).split(separator: "\t") {
      let parts = field.split(separator: ":", maxSplits: 1)
      // A field that stands twice could be read in two ways.
      guard parts.count == 2, fields.updateValue(parts[1], forKey: parts[0]) == nil else { return nil }
    }
    guard let set = fields["set"], let file = fields["file"],
      let number = fields["generation"].flatMap({ Int64($0) }),
      let timestamp = fields["timestamp"].flatMap({ Int64($0) }), number > 0
    else { return nil }
    self.set = String(set)
    self.file = String(file)
    self.timestamp = timestamp
    generation = Generation(number)
  }

  /// minisign's own fields first, ours after them, separated by tabs.
  package var text: String { "timestamp:\(timestamp)\tfile:\(file)\tset:\(set)\tgeneration:\(generation)" }
}

/// The words of minisign's files.
enum MinisignText {
  /// Ed25519 of the file itself.
  static let algorithm = Array("Ed".utf8)

  static func base64(_ octets: [UInt8]) -> String { Data(octets).base64EncodedString() }

  /// Nil unless it is the canonical text of exactly `count` octets.
  static func octets(_ text: some StringProtocol, count: Int) -> [UInt8]? {
    guard let data = Data(base64Encoded: String(text)), data.count == count else { return nil }
    let octets = Array(data)
    // The last character has bits that decode to nothing: another one must not pass for it (RFC 4648 §3.5).
    return base64(octets) == text ? octets : nil
  }
}
