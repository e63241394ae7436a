import DNS
import Deciding
import Testing

@Suite struct TagWatchTests {
  private let name = "mcr.microsoft.com"

  private func scenario(
    _ rules: TagRules, guards: GuardPolicy = GuardPolicy(), restored: RestoredState = RestoredState()
  ) throws
    -> WatchScenario
  {
    WatchScenario(
      [
        SetPolicy(
          name: try #require(SetName("mcr")), selectors: [.name(dnsName(name))], families: [.ipv4],
          retention: .seconds(3600), guards: guards, tagRules: rules)
      ], restored: restored)
  }

  private func kinds(_ day: WatchScenario) -> [String] { day.stored.flatMap(\.events).map(\.kind.rawValue) }

  @Test(
    "an address outside the tags is published and told; enforced, it is kept out and in the history with its reason"
  )
  func reportAndEnforce() throws {
    for isEnforced in [false, true] {
      var day = try scenario(TagSamples.rules(isEnforced: isEnforced))
      day.watch.replaceTags(try TagSamples.book(), at: day.now)
      day.ask()
      day.answer(name, ["150.171.69.10", "150.171.84.10"])
      day.store()
      #expect(day.published() == (isEnforced ? ["150.171.69.10"] : ["150.171.69.10", "150.171.84.10"]))
      let rejections = day.stored.flatMap(\.rejections)
      #expect(rejections.map(\.reason) == (isEnforced ? [.outsideServiceTags] : []))
      #expect(kinds(day).contains("tag.outside") == !isEnforced)
      #expect(kinds(day).contains("address.rejected") == isEnforced)
    }
  }

  @Test("a file that is missing or old must not take an address away or keep one out")
  func noFile() throws {
    var day = try scenario(TagSamples.rules(isEnforced: true))
    day.ask()
    day.answer(name, ["150.171.84.10"])
    day.store()
    #expect(day.published() == ["150.171.84.10"], "there is no file")
    #expect(day.watch.readiness.warnings.contains { $0.contains("no service tags of the public cloud") })
    #expect(day.watch.readiness.isReady)

    var old = try scenario(TagSamples.rules(isEnforced: true))
    old.watch.replaceTags(try TagSamples.book(asOf: old.now - .seconds(15 * 86_400)), at: old.now)
    old.ask()
    old.answer(name, ["150.171.84.10"])
    old.store()
    #expect(old.published() == ["150.171.84.10"])
  }

  @Test("a file that grows old while the service runs lets in what it kept out, and says so")
  func growsOld() throws {
    var day = try scenario(TagSamples.rules(isEnforced: true))
    day.watch.replaceTags(try TagSamples.book(), at: day.now)
    day.ask()
    day.answer(name, ["150.171.69.10", "150.171.84.10"])
    day.store()
    day.pass(TagEdition.enforcedFor + .seconds(1))
    day.store()
    #expect(kinds(day).contains("tag.lapsed"))
    #expect(!day.ask().isEmpty, "what was kept out is asked for at once")
    day.answer(name, ["150.171.69.10", "150.171.84.10"])
    day.store()
    #expect(day.published() == ["150.171.69.10", "150.171.84.10"])
  }

  @Test("a new file that would empty the set, or take most of it, is for a person to decide")
  func guarded() throws {
    var day = try scenario(TagSamples.rules(isEnforced: true))
    day.watch.replaceTags(
      TagBook([
        TagSamples.edition(TagSamples.made(change: 1, ["AzureFrontDoor.FirstParty": ["150.171.0.0/16"]]))
      ]), at: day.now)
    day.ask()
    day.answer(name, ["150.171.69.10", "150.171.84.10"])
    day.store()
    let moved = TagSamples.made(change: 2, ["AzureFrontDoor.FirstParty": ["13.107.0.0/16"]])
    day.watch.replaceTags(TagBook([TagSamples.edition(moved, id: 2)]), at: day.now)
    day.store()
    #expect(day.published() == ["150.171.69.10", "150.171.84.10"])
    #expect(day.publishedSet()?.status == .held)
    #expect(kinds(day).contains("tag.left"))
    // One of two leaves when its tag is given to others: less than the guard objects to.
    let split = TagSamples.made(change: 3, ["AzureFrontDoor.FirstParty": ["150.171.69.0/24"]])
    day.watch.replaceTags(TagBook([TagSamples.edition(split, id: 3)]), at: day.now)
    day.store()
    #expect(day.published() == ["150.171.69.10"])
    #expect(day.publishedSet()?.status == .ok)
  }

  @Test("a set that doesn't bound a name's addresses gets what the one that does keeps out")
  func shared() throws {
    let selectors = [Selector.name(dnsName(name))]
    var day = WatchScenario([
      SetPolicy(name: try #require(SetName("open")), selectors: selectors, families: [.ipv4]),
      SetPolicy(
        name: try #require(SetName("bound")), selectors: selectors, families: [.ipv4],
        tagRules: TagSamples.rules(bound: [TagSamples.firstParty])),
    ])
    day.watch.replaceTags(try TagSamples.book(), at: day.now)
    day.ask()
    day.answer(name, ["150.171.69.10", "150.171.84.10"])
    day.store()
    #expect(day.published("open") == ["150.171.69.10", "150.171.84.10"])
    #expect(day.published("bound") == ["150.171.69.10"])
  }

  @Test(
    "after a restart the bound holds from the first answer, and an address that a person allowed by hand passes it"
  )
  func restart() throws {
    var restored = RestoredState()
    restored.tags = try TagSamples.book()
    let guards = GuardPolicy(allowSpecial: [try #require(IPPrefix("10.0.0.0/8"))])
    var day = try scenario(TagSamples.rules(isEnforced: true), guards: guards, restored: restored)
    day.ask()
    day.answer(name, ["150.171.69.10", "150.171.84.10", "10.1.2.3"])
    day.store()
    #expect(day.published() == ["10.1.2.3", "150.171.69.10"])
  }

  @Test("a decision that tells of an import is taken up once, and its batch stores both")
  func decision() throws {
    var day = try scenario(TagSamples.rules())
    day.watch.replaceTags(try TagSamples.book(), at: day.now)
    day.watch.take(
      [Decision(id: 7, at: day.now, kind: .importTags, subject: "public 363", reason: "", by: "ops")],
      at: day.now)
    let batch = day.watch.makeBatch(at: day.now)
    #expect(batch.appliedDecisions == [7])
    #expect(batch.events.map(\.kind) == ["tag.imported", "tag.imported"], "one for each cloud")
  }
}
