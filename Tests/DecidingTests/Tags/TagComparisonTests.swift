import DNS
import Deciding
import Testing

@Suite struct TagComparisonTests {
  @Test("what the profile's tags open is what Microsoft's file says, counted once")
  func real() throws {
    let edition = try #require(try TagSamples.book()[.publicCloud])
    let observed = ["150.171.69.10", "150.171.70.10", "2603:1061:f:100::10", "150.171.84.10"].map(ip)
    let one = TagComparison(observed, with: [TagSamples.firstParty], in: edition)
    #expect(one.families.map(\.opened)[0] == 49_424)
    #expect(one.families[0].observed == 3 && one.families[1].observed == 1)
    #expect(one.outside == [ip("150.171.84.10")])
    let both = TagComparison(observed, with: [TagSamples.firstParty, TagSamples.registry], in: edition)
    #expect(both.families[0].opened == 49_424 + 1369 - 0)
    // The region's prefixes are the registry's too.
    let region = TagSamples.tag("MicrosoftContainerRegistry.EastUS")
    let nested = TagComparison(observed, with: [TagSamples.registry, region], in: edition)
    #expect(nested.families[0].opened == 1369)
    #expect(both.families[0].ratio.map { Int($0) } == 16_931)
  }

  @Test("a tag that the cloud doesn't have is named, and opens nothing")
  func missing() throws {
    let edition = try #require(try TagSamples.book()[.china])
    let comparison = TagComparison([ip("9.9.9.9")], with: [TagSamples.firstParty], in: edition)
    #expect(comparison.missing == [TagSamples.firstParty] && comparison.tags.isEmpty)
    #expect(comparison.families.allSatisfy { $0.opened == 0 } && comparison.outside.count == 1)
  }

  @Test(
    "counts that no person can read are powers of two",
    arguments: [
      (UInt128(0), "0"), (49_424, "49424"), (1 << 64, "2^64"), (3 << 87, "2^88.5"), (.max, "2^127.9"),
      (1 << 127, "2^127"),
      (1_000_000_001, "2^29.8"),
    ])
  func counts(_ number: UInt128, _ text: String) { #expect(number.countText == text) }

  @Test("a set on a shared edge says how much of it is shared, with what, and by how many of our names")
  func exposure() throws {
    var book = try TagSamples.book()
    book.sharedRanges = [SharedRange(name: "cdn", prefixes: [try #require(IPPrefix("9.9.9.0/24"))])]
    let names = [dnsName("a.example"), dnsName("b.example")]
    let elements = ["9.9.9.9", "20.5.5.5", "150.171.69.10", "150.171.70.10"].enumerated().map { index, text in
      SetElement(
        address: ip(text), names: index == 2 ? names : [names[0]], firstSeen: TagSamples.now,
        lastSeen: TagSamples.now)
    }
    let snapshot = Snapshot(
      set: try #require(SetName("mcr")), generation: Generation(1), at: TagSamples.now, elements: elements,
      digest: Digest(octets: []))
    let exposure = SetExposure(of: snapshot, rules: TagSamples.rules(), by: book)
    #expect((exposure.count, exposure.shared, exposure.mostNames) == (4, 3, 2))
    #expect(exposure.outside == [ip("9.9.9.9"), ip("20.5.5.5")])
    #expect(
      exposure.sentence
        == "3 of 4 addresses are in ranges that AzureFrontDoor.FirstParty shares with other services (also cdn): a rule that opens them opens more than these names"
    )
    #expect(SetExposure(of: snapshot, rules: TagSamples.rules(), by: TagBook()).sentence == nil)
  }
}
