import DNS
import Deciding
import Testing

@Suite struct TagRulesTests {
  @Test(
    "the registry's addresses, now and before, lie where Microsoft's file says: the edge, the origins, or elsewhere",
    arguments: [
      ("150.171.69.10", ["AzureFrontDoor.FirstParty"], TagVerdict.expected),
      ("150.171.70.10", ["AzureFrontDoor.FirstParty"], .expected),
      ("204.79.197.219", ["AzureFrontDoor.FirstParty"], .expected),
      ("2603:1061:f:100::10", ["AzureFrontDoor.FirstParty"], .expected),
      ("13.69.227.83", ["MicrosoftContainerRegistry", "MicrosoftContainerRegistry.NorthEurope"], .expected),
      ("150.171.84.10", ["AzureFrontDoor.Frontend"], .outside), ("9.9.9.9", [], .outside),
    ])
  func verdicts(_ address: String, _ tags: [String], _ verdict: TagVerdict) throws {
    let book = try TagSamples.book()
    #expect(book.matches(of: ip(address)).map(\.tag.text) == tags)
    #expect(TagSamples.rules().verdict(on: ip(address), by: book) == verdict)
  }

  @Test("a cloud without AzureFrontDoor.FirstParty must raise no alarm for what is at its edge")
  func china() throws {
    let book = try TagSamples.book()
    #expect(book[.china]?.file[TagSamples.firstParty] == nil)
    #expect(TagSamples.chinaRules.verdict(on: ip("40.73.136.20"), by: book) == .expected)
    let edge = try #require(book[.china]?.file[TagSamples.frontend]?.prefixes.first?.address)
    #expect(TagSamples.chinaRules.verdict(on: edge, by: book) == .expected)
    #expect(TagSamples.chinaRules.verdict(on: ip("9.9.9.9"), by: book) == .outside)
    let impossible = TagRules(cloud: .china, expected: [TagSamples.firstParty])
    #expect(impossible.verdict(on: ip("40.73.136.20"), by: book) == .unknown(.noSuchTag))
  }

  @Test(
    "each built-in profile expects a tag that its cloud's file has",
    arguments: [Profile.mcrGlobal, .mcrChina])
  func profiles(_ profile: Profile) throws {
    let edition = try #require(try TagSamples.book()[profile.cloud])
    for name in profile.expectedServiceTags + profile.toleratedServiceTags {
      #expect(edition.file[TagSamples.tag(name)] != nil, "\(name)")
    }
  }

  @Test("without a file, or without an expectation, nobody can say")
  func unknown() throws {
    #expect(TagSamples.rules().verdict(on: ip("9.9.9.9"), by: TagBook()) == .unknown(.noFile))
    #expect(TagRules().verdict(on: ip("9.9.9.9"), by: try TagSamples.book()) == .unknown(.nothingExpected))
  }

  @Test("both spellings of Microsoft's own pages are one tag")
  func spellings() {
    #expect(TagSamples.tag("AzureFrontDoorFirstParty") == TagSamples.firstParty)
    #expect(TagSamples.tag("azurefrontdoor.firstparty") == TagSamples.firstParty)
    #expect(TagSamples.firstParty != TagSamples.frontend)
  }

  @Test(
    "what can't be a tag's name is none",
    arguments: ["", ".", "..", "a b", "a,b", "ä", "a\n", String(repeating: "a", count: 129)])
  func badNames(_ text: String) { #expect(TagName(text) == nil) }

  @Test(
    "only a current file that knows the tags keeps addresses out; otherwise a person is told why it doesn't")
  func gates() throws {
    let now = TagSamples.now
    let book = try TagSamples.book()
    let enforced = TagSamples.rules(isEnforced: true)
    #expect(
      TagSamples.rules().gate(by: book, at: now) == nil && TagSamples.rules().lapse(by: book, at: now) == nil)
    let gate = try #require(enforced.gate(by: book, at: now))
    #expect(gate.contains(ip("150.171.69.10")) && !gate.contains(ip("150.171.84.10")))
    #expect(enforced.lapse(by: book, at: now) == nil)
    #expect(enforced.gate(by: TagBook(), at: now) == nil)
    #expect(enforced.lapse(by: TagBook(), at: now)?.contains("no service tags of the public cloud") == true)
    let later = now + TagEdition.enforcedFor + .seconds(1)
    #expect(enforced.gate(by: book, at: now + TagEdition.enforcedFor) != nil)
    #expect(enforced.gate(by: book, at: later) == nil)
    #expect(enforced.lapse(by: book, at: later)?.contains("this week's file") == true)
    let unknown = TagSamples.rules(bound: [TagSamples.tag("NoSuchTag")])
    #expect(
      unknown.gate(by: book, at: now) == nil
        && unknown.lapse(by: book, at: now)?.contains("NoSuchTag") == true)
    let bound = TagSamples.rules(isEnforced: true, bound: [TagSamples.frontend]).gate(by: book, at: now)
    #expect(bound?.contains(ip("150.171.84.10")) == true && bound?.contains(ip("150.171.69.10")) == false)
    #expect(TagRules(isEnforced: true).lapse(by: TagBook(), at: now) == nil, "it expects nothing")
  }
}
