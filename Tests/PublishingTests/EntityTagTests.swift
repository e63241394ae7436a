import Deciding
import Publishing
import Testing

@Suite struct EntityTagTests {
  @Test("a tag names set, generation, format, the body's digest and whether it is compressed")
  func text() throws {
    let snapshot = try Samples.snapshot()
    let digest = Digest(octets: Array(0..<32))
    let plain = EntityTag(snapshot, format: "plain", body: digest, isCompressed: false)
    #expect(plain.text == "\"mcr-42-plain-0001020304050607\"")
    let compressed = EntityTag(snapshot, format: "plain", body: digest, isCompressed: true)
    #expect(compressed.text == "\"mcr-42-plain-0001020304050607-gzip\"")
  }
}
