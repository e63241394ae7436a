import DNS
import Deciding
import Publishing
import TestTools
import Testing

@Suite struct DigestComputingTests {
  @Test(
    "the digest is what sha256sum says of the plain list that isn't aggregated", arguments: [1, 5000, 20_000])
  func sha256sum(count: Int) async throws {
    let snapshot = try Samples.large(count)
    var options = RenderOptions()
    options.aggregate = false
    let body = try PlainFormat().render(snapshot, options)
    let sum = try await Tool.run("sha256sum", input: body)
    #expect(sum.text.prefix(64) == snapshot.digest.description)
    #expect(Digest.computing(body: body) == snapshot.digest)
  }

  @Test("Repr-Digest is the digest in base64 between colons, as openssl writes it")
  func fieldValue() {
    // printf 'hello\n' | openssl dgst -sha256 -binary | base64
    #expect(
      Digest.computing(body: Array("hello\n".utf8)).fieldValue
        == "sha-256=:WJG1tSLV3whtD/CxEPvZ0hu0/HFjrzTQgoai6Eb2vgM=:")
  }
}
