import Applying
import Crypto
import Deciding
import Foundation
import Testing

/// Signs as minisign does (legacy algorithm).
struct TestSigner {
  let key = Curve25519.Signing.PrivateKey()
  let number: [UInt8] = [1, 2, 3, 4, 5, 6, 7, 8]

  var publicText: String {
    "untrusted comment: minisign public key\n"
      + Data(Array("Ed".utf8) + number + Array(key.publicKey.rawRepresentation)).base64EncodedString() + "\n"
  }

  func sign(_ body: [UInt8], comment: String = "set:mcr\tgeneration:42") throws -> String {
    let signature = Array(try key.signature(for: body))
    let second = try key.signature(for: signature + Array(comment.utf8))
    return """
      untrusted comment: signature
      \(Data(Array("Ed".utf8) + number + signature).base64EncodedString())
      trusted comment: \(comment)
      \(second.base64EncodedString())

      """
  }
}

@Suite struct SignatureTests {
  let signer = TestSigner()
  let body = Array("20.0.0.1\n".utf8)

  private func check(_ signature: String, _ body: [UInt8]? = nil, generation: Int64 = 42) throws {
    try TrustedKey(signer.publicText).check(
      signature, of: body ?? self.body, set: Samples.name(), generation: Generation(generation))
  }

  @Test("a signature over the list with its set and generation is accepted, and over anything else isn't")
  func signatures() throws {
    try check(try signer.sign(body))
    try check(try signer.sign(body, comment: "timestamp:1 file:mcr.txt generation=42"))
    #expect(throws: TrustFault.invalid) { try check(try signer.sign(body), Array("20.0.0.2\n".utf8)) }
    #expect(throws: TrustFault.otherGeneration) { try check(try signer.sign(body), generation: 43) }
    #expect(throws: TrustFault.otherSet) { try check(try signer.sign(body, comment: "generation:42")) }
    #expect(throws: TrustFault.otherSet) {
      try check(try signer.sign(body, comment: "set:dev\tgeneration:42"))
    }
    #expect(throws: TrustFault.invalid) {
      try check(try signer.sign(body).replacing("generation:42", with: "generation:43"), generation: 43)
    }
    #expect(throws: TrustFault.malformed) { try check("") }
    #expect(throws: TrustFault.malformed) { try check(String(try signer.sign(body).dropLast(30))) }
  }

  @Test("another key is told as such, and one that is none is refused")
  func keys() throws {
    let other = TestSigner()
    #expect(throws: TrustFault.invalid) { try check(try other.sign(body)) }
    let bare = try TrustedKey(Data(signer.key.publicKey.rawRepresentation).base64EncodedString())
    try bare.check(try signer.sign(body), of: body, set: Samples.name(), generation: Generation(42))
    for text in ["", "x", "AAAA", signer.publicText + signer.publicText] {
      #expect(throws: TrustFault.key) { try TrustedKey(text) }
    }
  }
}
