package import Deciding

import Crypto

/// The public half of a `SigningKey`.
package struct VerifyingKey: Hashable, Sendable, CustomStringConvertible {
  /// Ed25519's 32 octets.
  package let octets: [UInt8]
  let idOctets: [UInt8]

  init(octets: [UInt8]) {
    self.octets = octets
    // minisign draws it by lot; made of the key it needs no place of its own.
    idOctets = Array(SHA256.hash(data: octets).prefix(8))
  }

  private init(octets: [UInt8], id: [UInt8]) {
    self.octets = octets
    idOctets = id
  }

  /// Reads a `.pub` file of minisign, only its last line, or the bare 32 octets of a key of Postern in base64. Nil for
  /// anything else.
  package init?(_ text: some StringProtocol) {
    let lines = Substring(text).split(whereSeparator: \.isNewline)
    guard let line = lines.last,
      lines.count == 1 || lines.count == 2 && lines[0].hasPrefix("untrusted comment:")
    else { return nil }
    if let octets = MinisignText.octets(line, count: 32) {
      self.init(octets: octets)
      return
    }
    guard let octets = MinisignText.octets(line, count: 42), Array(octets[..<2]) == MinisignText.algorithm
    else { return nil }
    self.init(octets: Array(octets[10...]), id: Array(octets[2..<10]))
  }

  /// As minisign prints it: the octets backwards, in upper-case hexadecimal digits.
  package var id: String {
    idOctets.reversed().map { ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: true) }.joined()
  }

  /// One line of base64, for `minisign -P` and `--key`.
  package var description: String { MinisignText.base64(MinisignText.algorithm + idOctets + octets) }

  /// The two lines of a `.pub` file.
  package var file: [UInt8] { Array("untrusted comment: postern public key \(id)\n\(self)\n".utf8) }
}

/// A `.minisig` file, read but not believed yet.
package struct DetachedSignature: Hashable, Sendable {
  private let keyID: [UInt8]
  private let signature: [UInt8]
  private let comment: String
  private let global: [UInt8]

  /// - Throws: `SignatureFault.malformed` or `.algorithm`.
  package init(_ text: some StringProtocol) throws(SignatureFault) {
    // Not `isNewline`: minisign splits at line feeds, and what is signed must be what is read.
    let lines = Substring(text).split(separator: "\n")
    guard lines.count == 4, lines[0].hasPrefix("untrusted comment: "), lines[2].hasPrefix(Self.trusted),
      let octets = MinisignText.octets(lines[1], count: 74),
      let global = MinisignText.octets(lines[3], count: 64)
    else { throw .malformed }
    guard Array(octets[..<2]) == MinisignText.algorithm else { throw .algorithm }
    keyID = Array(octets[2..<10])
    signature = Array(octets[10...])
    comment = String(lines[2].dropFirst(Self.trusted.count))
    self.global = global
  }

  private static let trusted = "trusted comment: "

  /// Checks that the key signed exactly this file and this comment.
  ///
  /// - Parameter oldest: an older generation is refused.
  /// - Returns: what the signer says of the file.
  /// - Throws: `SignatureFault`.
  package func verify(
    _ body: [UInt8], with key: VerifyingKey, notBefore oldest: Generation? = nil
  ) throws(SignatureFault) -> TrustedComment {
    guard keyID == key.idOctets,
      let verifier = try? Curve25519.Signing.PublicKey(rawRepresentation: key.octets)
    else { throw .otherKey }
    guard verifier.isValidSignature(signature, for: body) else { throw .changedFile }
    guard verifier.isValidSignature(global, for: signature + Array(comment.utf8)) else {
      throw .changedComment
    }
    guard let said = TrustedComment(comment) else { throw .foreign }
    if let oldest, said.generation < oldest { throw .tooOld(said.generation, oldest: oldest) }
    return said
  }

  /// The same, for who knows already which file it must be: without the set's name in the signature, the signed file of
  /// another set could be put in the place of this one.
  ///
  /// - Parameter generation: nil for any.
  /// - Throws: `SignatureFault`.
  package func verify(
    _ body: [UInt8], with key: VerifyingKey, of set: SetName, generation: Generation?
  ) throws(SignatureFault) {
    let said = try verify(body, with: key)
    guard said.set == set.text else { throw .otherSet }
    if let generation, said.generation != generation { throw .otherGeneration(said.generation) }
  }
}

/// Why a signature is not believed.
package enum SignatureFault: Error, Hashable, CustomStringConvertible {
  case malformed
  case algorithm
  case otherKey
  case changedFile
  case changedComment
  case foreign
  case tooOld(Generation, oldest: Generation)
  case otherSet
  case otherGeneration(Generation)

  package var description: String {
    switch self {
    case .malformed:
      "the signature is not the four lines that minisign writes. Try: fetch the .minisig file again"
    case .algorithm:
      "the signature is of another kind than Ed25519 of the file itself. Try: one that Postern made"
    case .otherKey:
      "the signature was made with another key. Try: --key with what 'postern key' prints on the service's machine"
    case .changedFile:
      "the file is not the one that was signed. Try: fetch both again; a new generation may have come between them"
    case .changedComment: "the signature's trusted comment was changed. Try: fetch the .minisig file again"
    case .foreign:
      "the signature is good, but does not say which generation it is of. Try: one that Postern made"
    case .tooOld(let generation, let oldest):
      "generation \(generation) is older than \(oldest): somebody may be replaying an old file. Try: fetch it again"
    case .otherSet: "the signature is of another set. Try: look at who stands between"
    case .otherGeneration(let generation):
      "the signature is of generation \(generation). Try: look at who stands between"
    }
  }
}
