import DNS
import Deciding
import Testing

/// Sets that service tags give.
@Suite struct TagSetTests {
  private static let registry = "MicrosoftContainerRegistry"
  private static let edge = "AzureFrontDoor.FirstParty"

  private func policy(
    _ tags: [String] = [Self.registry, Self.edge], cloud: Cloud = .publicCloud,
    families: Set<AddressFamily> = [.ipv4, .ipv6], guards: GuardPolicy = GuardPolicy()
  ) throws -> SetPolicy {
    SetPolicy(
      name: try #require(SetName("mcr")), selectors: [], families: families,
      maxStale: TagEdition.enforcedFor, guards: guards,
      tagRules: TagRules(cloud: cloud, given: tags.map(TagSamples.tag)))
  }

  private func book(
    _ change: Int64, _ tags: [String: [String]], cloud: Cloud = .publicCloud,
    asOf: Timestamp = TagSamples.now
  ) -> TagBook {
    TagBook([
      TagSamples.edition(TagSamples.made(change: change, cloud: cloud, tags), id: change, asOf: asOf)
    ])
  }

  private func kinds(_ day: WatchScenario) -> [String] { day.stored.flatMap(\.events).map(\.kind.rawValue) }

  private func approve(_ day: inout WatchScenario) {
    day.watch.take(
      [Decision(id: 1, at: day.now, kind: .approve, subject: "mcr", reason: "", by: "")], at: day.now)
  }

  /// A day on which one edition was taken up.
  private func day(
    _ tags: [String: [String]], guards: GuardPolicy = GuardPolicy(),
    families: Set<AddressFamily> = [.ipv4, .ipv6]
  ) throws -> WatchScenario {
    var day = WatchScenario([try policy(families: families, guards: guards)])
    day.watch.replaceTags(book(1, tags), at: day.now)
    day.store()
    return day
  }

  @Test("without an import there is nothing to publish, never an empty set, and the service says what to try")
  func nothingImported() throws {
    var day = WatchScenario([try policy()])
    day.store()
    #expect(day.published() == nil)
    #expect(!day.watch.readiness.isReady)
    #expect(day.watch.readiness.faults.contains { $0.contains("'postern tags import'") })
    #expect(day.ask().isEmpty, "there is no name to ask for")
  }

  @Test(
    "the prefixes of the tags are the set, aggregated, of its families, and an event tells how many addresses"
  )
  func published() throws {
    let tags = [
      Self.registry: ["20.0.0.0/25", "20.0.0.128/25", "2603:1061:f:100::/64"],
      Self.edge: ["20.0.0.8/29", "150.171.69.0/24", "150.171.70.10/32"], "Other": ["40.0.0.0/24"],
    ]
    let both = try day(tags)
    #expect(
      both.published() == ["20.0.0.0/24", "150.171.69.0/24", "150.171.70.10", "2603:1061:f:100::/64"])
    #expect(both.watch.readiness.isReady)
    let told = try #require(both.stored.flatMap(\.events).first { $0.kind == "tag.set" })
    #expect(told.detail.contains("opens 513 ipv4 and 2^64 ipv6 addresses"), "\(told.detail)")
    #expect(both.publishedSet()?.snapshot.elements.allSatisfy { $0.names.isEmpty } == true)
    #expect(
      try day(tags, families: [.ipv4]).published() == ["20.0.0.0/24", "150.171.69.0/24", "150.171.70.10"])
  }

  @Test("Microsoft's own files give what their tags hold, address for address")
  func real() throws {
    for (cloud, tags) in [(Cloud.publicCloud, [Self.registry, Self.edge]), (.china, [Self.registry])] {
      var day = WatchScenario([try policy(tags, cloud: cloud)])
      let book = try TagSamples.book()
      day.watch.replaceTags(book, at: day.now)
      day.store()
      let ranges = try #require(book[cloud]?.ranges(of: tags.map(TagSamples.tag)))
      #expect(day.published() == ranges.prefixes.map(\.description))
      #expect(day.publishedSet()?.status == .ok)
      #expect(ranges.addressCount(of: .ipv4) >= 64)
    }
  }

  @Test("a new edition steps from prefix to prefix; one that says the same makes no generation")
  func stepped() throws {
    var day = try day([Self.edge: ["20.0.0.0/24", "20.1.0.0/24", "20.2.0.0/24"]])
    day.watch.replaceTags(book(2, [Self.edge: ["20.2.0.0/24", "20.1.0.0/24", "20.0.0.0/24"]]), at: day.now)
    day.store()
    #expect(day.stored.flatMap(\.publications).count == 1)
    day.watch.replaceTags(
      book(3, [Self.edge: ["20.0.0.0/23", "20.1.0.0/24", "20.3.0.0/24"]]), at: day.now)
    day.store()
    let step = try #require(day.stored.last?.publications.first)
    #expect(step.entered.map(\.description) == ["20.0.0.0/23", "20.3.0.0/24"])
    #expect(step.left.map(\.description) == ["20.0.0.0/24", "20.2.0.0/24"])
    #expect(step.snapshot.generation.number == 2)
    #expect(step.snapshot.elements[1].firstSeen == TagSamples.now, "what stays keeps since when it is there")
  }

  @Test("an import that takes most away is held, and what it brings goes out all the same")
  func shrunk() throws {
    var day = try day([Self.edge: ["20.0.0.0/24", "20.1.0.0/24", "20.2.0.0/24"]])
    day.watch.replaceTags(book(2, [Self.edge: ["20.2.0.0/24", "20.2.1.0/24"]]), at: day.now)
    day.store()
    #expect(day.publishedSet()?.status == .held)
    #expect(day.published() == ["20.0.0.0/24", "20.1.0.0/24", "20.2.0.0/23"], "neighbours become one")
    #expect(
      day.publishedSet()?.heldReasons == ["shrink: 512 of 768 ipv4 addresses would leave at once; 50 % may"])
    approve(&day)
    day.store()
    #expect(day.published() == ["20.2.0.0/23"])
    #expect(day.publishedSet()?.status == .ok)
  }

  @Test("the prefixes may stay as many while what they open grows a thousandfold: that is held")
  func grown() throws {
    var day = try day([Self.edge: ["20.0.0.0/30"]])
    day.watch.replaceTags(book(2, [Self.edge: ["20.0.0.0/20"]]), at: day.now)
    day.store()
    #expect(day.published() == ["20.0.0.0/30"])
    #expect(
      day.publishedSet()?.heldReasons == [
        "growth: 4 ipv4 addresses would become 4096 at once; 10 times as many may"
      ])
    #expect(kinds(day).contains("set.held"))
    approve(&day)
    day.store()
    #expect(day.published() == ["20.0.0.0/20"])
  }

  @Test("a prefix that is wider than any announced edge waits for a person, in the first generation too")
  func wide() throws {
    for (tags, told) in [
      (["20.0.0.0/15"], "width: 20.0.0.0/15 holds 131072 addresses; unasked, a prefix may be as wide as /16"),
      (["2603::/31"], "width: 2603::/31 holds 2^97 addresses; unasked, a prefix may be as wide as /32"),
      // Two that are narrow enough become one that isn't.
      (["20.0.0.0/16", "20.1.0.0/16"], "width: 20.0.0.0/15 holds"),
    ] {
      var day = try day([Self.edge: tags])
      #expect(day.published() == nil)
      #expect(day.watch.readiness.warnings.contains { $0.contains(told) }, "\(day.watch.readiness.warnings)")
      approve(&day)
      day.store()
      #expect(day.published()?.count == 1)
      // What was let in once isn't asked for again.
      day.watch.replaceTags(book(2, [Self.edge: tags + ["40.0.0.0/24"]]), at: day.now)
      day.store()
      #expect(day.published()?.count == 2)
    }
  }

  @Test("what is not public stays out, though a tag has it; prefixes that a person allowed get in")
  func special() throws {
    let tags = [
      Self.edge: ["10.0.0.0/8", "169.254.169.254/32", "172.16.3.0/24", "20.0.0.0/24", "192.0.0.0/16"]
    ]
    #expect(try day(tags).published() == ["20.0.0.0/24"], "192.0.0.0/16 holds what is special")
    let guards = GuardPolicy(allowSpecial: ["172.16.0.0/12"].compactMap { IPPrefix($0) })
    #expect(try day(tags, guards: guards).published() == ["20.0.0.0/24", "172.16.3.0/24"])
    #expect(try day([Self.edge: ["10.0.0.0/16"]]).published() == nil)
  }

  @Test("a tag that the file lacks is told, and one that vanishes takes nothing away by itself")
  func missingTag() throws {
    var day = WatchScenario([try policy(cloud: .china)])
    day.watch.replaceTags(book(1, [Self.registry: ["40.73.0.0/24"]], cloud: .china), at: day.now)
    day.store()
    #expect(day.published() == ["40.73.0.0/24"])
    #expect(
      day.watch.readiness.warnings.contains {
        $0.contains("china cloud's file has no AzureFrontDoor.FirstParty")
      })
    day.watch.replaceTags(book(2, ["Other": ["40.73.0.0/24"]], cloud: .china), at: day.now)
    day.store()
    #expect(day.published() == ["40.73.0.0/24"])
    #expect(day.publishedSet()?.status == .held)
    approve(&day)
    day.store()
    #expect(day.published() == ["40.73.0.0/24"], "nobody can approve an empty set")
  }

  @Test(
    "a file that grows old makes the set stale and leaves it as it is, until the file is known to be current again"
  )
  func old() throws {
    var day = try day([Self.edge: ["20.0.0.0/24"]])
    day.pass(TagEdition.enforcedFor + .seconds(1))
    day.store()
    #expect(day.published() == ["20.0.0.0/24"])
    #expect(day.publishedSet()?.status == .stale)
    #expect(day.watch.readiness.faults.contains { $0.contains("service tags were not known to be current") })
    day.watch.replaceTags(book(1, [Self.edge: ["20.0.0.0/24"]], asOf: day.now), at: day.now)
    day.store()
    #expect(day.publishedSet()?.status == .ok)
    #expect(day.publishedSet()?.checkedAt == day.now)
    #expect(day.stored.flatMap(\.publications).count == 1)
  }

  @Test("a restart goes on with the same generation, also before any file is read again")
  func restarted() throws {
    let before = try day([Self.edge: ["20.0.0.0/24"]])
    var restored = RestoredState()
    restored.snapshots = Dictionary(
      uniqueKeysWithValues: before.watch.publishedSets.map { ($0.snapshot.set, $0.snapshot) })
    for tags in [TagBook(), before.watch.tags] {
      restored.tags = tags
      var after = WatchScenario([try policy()], restored: restored)
      after.store()
      #expect(after.published() == ["20.0.0.0/24"])
      #expect(after.publishedSet()?.snapshot.generation.number == 1)
    }
  }

  @Test(
    "names in the place of tags revoke the prefixes; tags in the place of names are growth that a person approves"
  )
  func exchanged() throws {
    var restored = RestoredState()
    let byTags = try day([Self.edge: ["20.0.0.0/20"]])
    restored.snapshots = [try #require(SetName("mcr")): try #require(byTags.publishedSet()?.snapshot)]
    var byNames = WatchScenario([DecidingTests.policy(["a.example"])], restored: restored)
    byNames.answer("a.example", ["20.0.0.1"])
    byNames.store()
    #expect(byNames.published() == ["20.0.0.1"])

    restored.snapshots = [try #require(SetName("mcr")): try #require(byNames.publishedSet()?.snapshot)]
    restored.tags = byTags.watch.tags
    var again = WatchScenario([try policy()], restored: restored)
    again.store()
    #expect(again.published() == ["20.0.0.1"])
    #expect(again.publishedSet()?.status == .held)
    approve(&again)
    again.store()
    #expect(again.published() == ["20.0.0.0/20"])
  }

  @Test("beside a set of names each set follows its own source")
  func together() throws {
    let tags = SetPolicy(
      name: try #require(SetName("tags")), selectors: [],
      tagRules: TagRules(given: [TagSamples.tag(Self.edge)]))
    var day = WatchScenario([DecidingTests.policy(["a.example"]), tags])
    day.watch.replaceTags(book(1, [Self.edge: ["20.0.0.0/24"]]), at: day.now)
    day.ask()
    day.answer("a.example", ["40.0.0.1"])
    day.store()
    #expect(day.published("mcr") == ["40.0.0.1"] && day.published("tags") == ["20.0.0.0/24"])
    #expect(!kinds(day).contains("tag.outside"))
  }

  @Test("how many more addresses the tags open is told beside the sets of names that are expected in them")
  func compared() throws {
    func names(_ name: String, _ rules: TagRules) throws -> SetPolicy {
      SetPolicy(name: try #require(SetName(name)), selectors: [.name(dnsName("a.example"))], tagRules: rules)
    }
    let tags = try policy()
    let all = [
      tags, try names("near", TagSamples.rules()),
      try names("other", TagRules(expected: [TagSamples.frontend])),
      try names("china", TagSamples.chinaRules), try names("free", TagRules()),
    ]
    #expect(TagComparison.companions(of: tags, among: all).map(\.name.text) == ["near"])
    let edition = try #require(book(1, [Self.edge: ["20.0.0.0/24"]])[.publicCloud])
    let comparison = TagComparison(
      [ip("20.0.0.1"), ip("20.0.0.2"), ip("40.0.0.1")], with: tags.tagRules.given, in: edition)
    #expect(
      comparison.sentence(beside: all[1].name)
        == "it opens 256 ipv4 addresses beside 3 of set near, 85 times as many; 1 of those are not in its tags"
    )
  }
}
