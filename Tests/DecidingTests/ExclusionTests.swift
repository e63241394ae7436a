import DNS
import Testing

@testable import Deciding

/// What a person keeps out of a set.
@Suite struct ExclusionTests {
  private static let edge = "AzureFrontDoor.FirstParty"

  private func exclusions(_ texts: [String]) throws -> [Exclusion] {
    try texts.map { Exclusion(try #require(IPPrefix($0)), reason: "ticket 7") }
  }

  private func names(_ excluded: [String], of names: [String] = ["a.example"]) throws -> SetPolicy {
    let base = policy(names)
    return SetPolicy(
      name: base.name, selectors: base.selectors, families: base.families, retention: base.retention,
      maxStale: base.maxStale, exclusions: try exclusions(excluded))
  }

  private func tags(_ excluded: [String], guards: GuardPolicy = GuardPolicy()) throws -> SetPolicy {
    SetPolicy(
      name: try #require(SetName("mcr")), selectors: [], maxStale: TagEdition.enforcedFor, guards: guards,
      tagRules: TagRules(given: [TagSamples.tag(Self.edge)]), exclusions: try exclusions(excluded))
  }

  private func book(_ change: Int64, _ prefixes: [String]) -> TagBook {
    TagBook([TagSamples.edition(TagSamples.made(change: change, [Self.edge: prefixes]), id: change)])
  }

  /// A restart with another configuration, which finds what is published.
  private func restarted(_ day: WatchScenario, _ policy: SetPolicy) -> WatchScenario {
    var day = day
    var restored = day.restoredState()
    restored.tags = day.watch.tags
    return WatchScenario([policy], restored: restored, now: day.now)
  }

  @Test(
    "an excluded address is cut out of a tag's prefix exactly, and stays out when the next file is imported")
  func cut() throws {
    var day = WatchScenario([try tags(["20.0.0.5", "20.0.1.0/25", "40.0.0.0/8"])])
    day.watch.replaceTags(book(1, ["20.0.0.0/23", "21.0.0.0/24"]), at: day.now)
    day.store()
    let rest = [
      "20.0.0.0/30", "20.0.0.4", "20.0.0.6/31", "20.0.0.8/29", "20.0.0.16/28", "20.0.0.32/27", "20.0.0.64/26",
      "20.0.0.128/25", "20.0.1.128/25", "21.0.0.0/24",
    ]
    #expect(day.published() == rest)
    // Whatever shape the next file gives the range.
    day.watch.replaceTags(book(2, ["20.0.0.0/24", "20.0.0.5", "20.0.1.0/24", "21.0.0.0/24"]), at: day.now)
    day.store()
    #expect(day.published() == rest)
    #expect(day.stored.flatMap(\.publications).count == 1)
  }

  @Test("what no longer is excluded comes back; a restart takes up both, and a small cut needs no approval")
  func undone() throws {
    var day = WatchScenario([try tags([])])
    day.watch.replaceTags(book(1, ["20.0.0.0/24"]), at: day.now)
    day.store()
    day = restarted(day, try tags(["20.0.0.128/26"]))
    day.store()
    #expect(day.published() == ["20.0.0.0/25", "20.0.0.192/26"])
    #expect(day.publishedSet()?.status == .ok)
    day = restarted(day, try tags([]))
    day.store()
    #expect(day.published() == ["20.0.0.0/24"])
    #expect(day.publishedSet()?.snapshot.generation.number == 3)
  }

  @Test(
    "a slip in a length that cuts most of a set out is held until a person approves, and never empties it")
  func doubted() throws {
    var day = WatchScenario([try tags([])])
    day.watch.replaceTags(book(1, ["20.0.0.0/24"]), at: day.now)
    day.store()
    day = restarted(day, try tags(["20.0.0.64/26", "20.0.0.128/25"]))
    day.store()
    #expect(day.published() == ["20.0.0.0/24"])
    #expect(
      day.publishedSet()?.heldReasons == ["shrink: 192 of 256 ipv4 addresses would leave at once; 50 % may"])
    approve(&day)
    day.store()
    #expect(day.published() == ["20.0.0.0/26"])

    day = restarted(day, try tags(["20.0.0.0/8"]))
    day.store()
    approve(&day)
    day.store()
    #expect(day.published() == ["20.0.0.0/26"] && day.publishedSet()?.status == .held)
    #expect(day.watch.readiness.warnings.contains { $0.contains("what it excludes is all") })
  }

  @Test("an excluded address that a name gives is never published, and rejected with its reason")
  func rejected() throws {
    var day = WatchScenario([try names(["20.0.1.0/24"])])
    day.ask()
    day.answer("a.example", ["20.0.0.1", "20.0.1.9"])
    day.store()
    #expect(day.published() == ["20.0.0.1"])
    let rejection = try #require(day.stored.flatMap(\.rejections).first)
    #expect(rejection.reason == .excluded && rejection.key.data == .address(ip("20.0.1.9")))
  }

  @Test(
    "an address that is held leaves when it is excluded; most of a set leaves only when a person approves")
  func revoked() throws {
    var day = WatchScenario([try names([])])
    day.ask()
    day.answer("a.example", (1...9).map { "20.0.0.\($0)" })
    day.store()
    var few = restarted(day, try names(["20.0.0.8/30"]))
    few.store()
    #expect(few.published() == (1...7).map { "20.0.0.\($0)" })
    var most = restarted(day, try names(["20.0.0.0/29"]))
    most.store()
    #expect(most.published()?.count == 9 && most.publishedSet()?.status == .held)
    approve(&most)
    most.store()
    #expect(most.published() == ["20.0.0.8", "20.0.0.9"])
    var all = restarted(day, try names(["20.0.0.0/24"]))
    all.store()
    approve(&all)
    all.store()
    #expect(all.published()?.count == 9 && all.publishedSet()?.status == .held)
  }

  @Test("an upstream that gives excluded addresses isn't taken for one that lies")
  func believed() throws {
    let two = [WatchScenario.one, WatchScenario.two]
    var day = WatchScenario(
      [try names(["40.0.0.0/8"], of: ["a.example", "b.example", "c.example"])], vantages: two)
    day.ask()
    for (index, name) in ["a.example", "b.example", "c.example"].enumerated() {
      for vantage in two { day.answer(name, ["20.0.0.\(index)", "40.0.0.\(index)"], at: vantage) }
    }
    day.store()
    for _ in 0..<6 {
      day.pass(.seconds(61))
      day.ask()
      for (index, name) in ["a.example", "b.example", "c.example"].enumerated() {
        day.answer(name, ["20.0.0.\(index)"], at: WatchScenario.one)
        day.answer(name, ["40.0.0.\(index)"], at: WatchScenario.two)
      }
      day.store()
    }
    #expect(!day.watch.setAside.contains { $0.fault == .bogons })
  }

  @Test("an explanation says which set excludes an address, also of one that was never seen")
  func explained() throws {
    let set = try #require(SetName("mcr"))
    let standing = StandingExclusion(
      set: set, exclusion: try exclusions(["20.0.0.0/24"])[0], since: WatchScenario.start, by: "anna")
    let explanation = Explanation(
      of: ip("20.0.0.5"), at: nil, memberships: [], intervals: [], aliases: [], rejections: [],
      questions: [], exclusions: [standing])
    #expect(explanation.summary == "20.0.0.5 is in no set now: mcr excludes it")
    let policy = try tags(["20.0.0.0/24", "20.0.0.0/16"])
    #expect(policy.exclusion(of: ip("20.0.0.5"))?.prefix == IPPrefix("20.0.0.0/16"))
    #expect(policy.exclusion(of: ip("21.0.0.5")) == nil)
  }

  @Test("a person may let wider prefixes of tags in unasked, or ask about narrower ones")
  func widest() throws {
    for (prefix, guards, isHeld) in [
      ("20.0.0.0/12", GuardPolicy(widestIPv4: 12), false), ("20.0.0.0/12", GuardPolicy(widestIPv4: 13), true),
      ("20.0.0.0/20", GuardPolicy(widestIPv4: 21), true), ("2603::/28", GuardPolicy(widestIPv6: 28), false),
      ("2603::/28", GuardPolicy(widestIPv4: 8), true),
    ] {
      var day = WatchScenario([try tags([], guards: guards)])
      day.watch.replaceTags(book(1, [prefix]), at: day.now)
      day.store()
      #expect(day.published() == (isHeld ? nil : [prefix]), "\(prefix) by \(guards)")
    }
    // A wide prefix of which a person cut a piece out is in pieces that are narrow enough.
    var day = WatchScenario([try tags(["20.1.0.0/16"])])
    day.watch.replaceTags(book(1, ["20.0.0.0/15"]), at: day.now)
    day.store()
    #expect(day.published() == ["20.0.0.0/16"])
  }

  private func approve(_ day: inout WatchScenario) {
    day.watch.take(
      [Decision(id: 1, at: day.now, kind: .approve, subject: "mcr", reason: "", by: "")], at: day.now)
  }
}
