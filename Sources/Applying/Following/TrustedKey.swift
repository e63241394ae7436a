package import Deciding

import enum Crypto.Curve25519
import Foundation

/// The public half of the key that a server signs its sets with.
package struct TrustedKey: Hashable, Sendable {
  /// 32 octets of Ed25519.
  private let octets: [UInt8]
  /// minisign's number of the key; nil when only the key itself was given.
  private let number: [UInt8]?

  /// Reads a public key as minisign writes it (with or without its comment line), or the bare 32 octets in base64.
  ///
  /// - Throws: `TrustFault.key`.
  package init(_ text: String) throws(TrustFault) {
    let lines = text.split(whereSeparator: \.isNewline).filter { !$0.hasPrefix("untrusted comment:") }
    guard lines.count == 1, let data = Data(base64Encoded: lines[0].trimmingCharacters(in: .whitespaces))
    else {
      throw .key
    }
    let bytes = Array(data)
    if bytes.count == 42, bytes.starts(with: Array("Ed".utf8)) {
      number = Array(bytes[2..<10])
      octets = Array(bytes[10...])
    } else if bytes.count == 32 {
      number = nil
      octets = bytes
    } else {
      throw .key
    }
  }

  /// Checks a detached signature in minisign's form: the body, and the trusted comment that names set and generation.
  ///
  /// - Throws: `TrustFault`.
  package func check(_ signature: String, of body: [UInt8], set: SetName, generation: Generation?)
    throws(TrustFault)
  {
    let lines = signature.split(whereSeparator: \.isNewline)
    guard lines.count == 4, lines[0].hasPrefix("untrusted comment:"), lines[2].hasPrefix("trusted comment: "),
      let first = Data(base64Encoded: String(lines[1])).map(Array.init), first.count == 74,
      let second = Data(base64Encoded: String(lines[3])), second.count == 64
    else { throw .malformed }
    // 'Ed' signs the body, 'ED' its BLAKE2b, which swift-crypto lacks and Postern doesn't use.
    guard first.starts(with: Array("Ed".utf8)) else { throw .algorithm }
    if let number, Array(first[2..<10]) != number { throw .otherKey }
    guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: octets) else { throw .key }
    let signed = Array(first[10...])
    let comment = lines[2].dropFirst("trusted comment: ".count)
    guard key.isValidSignature(signed, for: body),
      key.isValidSignature(second, for: signed + Array(comment.utf8))
    else { throw .invalid }
    try Self.check(String(comment), set, generation)
  }

  /// The comment has fields such as `set:mcr` and `generation:42`, with `:` or `=`, apart by tabs, blanks or commas.
  private static func check(_ comment: String, _ set: SetName, _ generation: Generation?)
    throws(TrustFault)
  {
    var fields = [String: String]()
    for word in comment.split(whereSeparator: { $0 == "\t" || $0 == " " || $0 == "," }) {
      let parts = word.split(maxSplits: 1, whereSeparator: { $0 == ":" || $0 == "=" })
      if parts.count == 2 { fields[String(parts[0])] = String(parts[1]) }
    }
    // Without the set's name, the signed body of another set could be put in the place of this one.
    guard fields["set"] == set.text || fields["set"] == nil && fields["file"]?.hasPrefix("\(set).") == true
    else {
      throw .otherSet
    }
    guard let generation else { return }
    guard fields["generation"] == generation.description else { throw .otherGeneration }
  }
}

/// Why a signature was not accepted.
package enum TrustFault: Error, Hashable, CustomStringConvertible {
  /// The public key can't be read.
  case key
  /// No signature in minisign's form.
  case malformed
  /// A signature over a hash that isn't supported here.
  case algorithm
  /// By another key.
  case otherKey
  /// It doesn't belong to these octets.
  case invalid
  /// It belongs to another set.
  case otherSet
  /// It belongs to another generation.
  case otherGeneration

  package var description: String {
    switch self {
    case .key:
      "the key is no Ed25519 public key. Try: the text at /v1/key of the server, checked by other means"
    case .malformed: "the signature is not in minisign's form. Try: a server that signs, or leave out --key"
    case .algorithm: "the signature is over a BLAKE2b hash. Try: minisign -l, or Postern's own signature"
    case .otherKey: "the signature is by another key. Try: compare --key with /v1/key of the server"
    case .invalid:
      "the signature does not belong to the list: one of them was changed. Try: look at who stands between"
    case .otherSet: "the signature belongs to another set. Try: look at who stands between"
    case .otherGeneration: "the signature belongs to another generation. Try: look at who stands between"
    }
  }
}
