import DNS
import Deciding
import Testing

@Suite struct TagNewsTests {
  private func events(
    _ old: [String: [String]]?, _ new: [String: [String]], holding addresses: [String],
    rules: TagRules = TagSamples.rules()
  ) throws -> [Event] {
    let before = old.map { TagBook([TagSamples.edition(TagSamples.made(change: 1, $0), id: 1)]) } ?? TagBook()
    let after = TagBook([TagSamples.edition(TagSamples.made(change: 2, new), id: 2)])
    let set = TagNews.HeldSet(name: try #require(SetName("mcr")), rules: rules, addresses: addresses.map(ip))
    return TagNews(from: before, to: after, sets: [set], at: TagSamples.now).events
  }

  @Test(
    "when Microsoft moved 150.171.84.0/22 between tags in 2025, rules by the old tag broke: both moves are told"
  )
  func moved() throws {
    let events = try events(
      ["AzureFrontDoor.FirstParty": ["150.171.84.0/22"]], ["AzureFrontDoor.Frontend": ["150.171.84.0/22"]],
      holding: ["150.171.84.10"])
    #expect(events.map(\.kind) == ["tag.imported", "tag.left", "tag.entered", "tag.near"])
    #expect(events[1].subject == "150.171.84.10")
    #expect(
      events[1].detail.contains("left AzureFrontDoor.FirstParty and is in AzureFrontDoor.Frontend now"),
      "\(events[1].detail)")
    #expect(events[0].detail.contains("change 1 → 2"))
  }

  @Test(
    "in 2024 the edge's prefix was published two months before the registry moved there, far from where it was"
  )
  func earlyWarning() throws {
    let events = try events(
      ["AzureFrontDoor.FirstParty": ["204.79.197.0/24"]],
      ["AzureFrontDoor.FirstParty": ["204.79.197.0/24", "150.171.69.0/24"]], holding: ["204.79.197.219"])
    #expect(events.map(\.kind) == ["tag.imported", "tag.near"])
    #expect(events[1].subject == "150.171.69.0/24" && events[1].detail.contains("a move may come"))
  }

  @Test(
    "growth is told in the same /16 or /32, around an address, and in an expected tag, and nowhere else",
    arguments: [
      ("Other", "150.171.200.0/24", true), ("Other", "150.170.0.0/15", true),
      ("Other", "150.172.0.0/24", false),
      ("Other", "2603:1061:ff::/48", true), ("Other", "2603:1062::/48", false),
      ("AzureCloud", "150.171.200.0/24", false),
      ("AzureCloud.eastus", "150.171.200.0/24", false), ("MicrosoftContainerRegistry", "99.0.0.0/24", true),
    ])
  func near(_ tag: String, _ prefix: String, _ isTold: Bool) throws {
    var new = ["AzureFrontDoor.FirstParty": ["150.171.69.0/24"]]
    new[tag] = [prefix]
    let events = try events(
      ["AzureFrontDoor.FirstParty": ["150.171.69.0/24"]], new,
      holding: ["150.171.69.10", "2603:1061:f:100::10"])
    #expect(events.contains { $0.kind == "tag.near" && $0.subject == prefix } == isTold, "\(events)")
  }

  @Test("the first edition would flood the events if all of it were news")
  func first() throws {
    let events = try events(
      nil, ["AzureFrontDoor.FirstParty": ["150.171.69.0/24"]], holding: ["150.171.69.10"])
    #expect(events.map(\.kind) == ["tag.imported"])
  }

  @Test("a thousand prefixes at once become a few events and a number")
  func many() throws {
    let many = (0..<1000).map { "20.\($0 / 250).\($0 % 250).0/24" }
    let events = try events(
      ["AzureFrontDoor.FirstParty": []], ["AzureFrontDoor.FirstParty": many], holding: ["20.0.0.1"])
    #expect(events.count { $0.kind == "tag.near" } == TagNews.mostTold + 1)
    #expect(events.last?.detail.hasPrefix("980 more") == true)
  }

  @Test("a set of another cloud isn't concerned")
  func otherCloud() throws {
    let events = try events(
      ["AzureFrontDoor.FirstParty": ["150.171.69.0/24"]], ["AzureFrontDoor.FirstParty": []],
      holding: ["150.171.69.10"], rules: TagSamples.chinaRules)
    #expect(events.map(\.kind) == ["tag.imported"])
  }
}
