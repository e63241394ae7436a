import Publishing
import TestTools
import Testing

@Suite struct GzipTests {
  @Test(
    "gzip gives back the same bytes and finds neither name nor time", arguments: [0, 1, 70_000, 3_000_000])
  func roundTrip(count: Int) async throws {
    let body = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 5) }
    let compressed = try #require(gzip(body))
    #expect(compressed == gzip(body))
    #expect(compressed[4..<8].allSatisfy { $0 == 0 }, "the time field is set")
    #expect(compressed[3] == 0, "a name or another field is set")
    let plain = try await Tool.run("gzip", ["-dc"], input: compressed)
    #expect(Array(plain.output) == body)
  }
}
