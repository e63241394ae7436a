import DNS
import Testing

@testable import Deciding

@Suite struct ConfirmationTests {
  static let name = "a.example.com"

  static func scenario(
    _ rule: ConfirmationPolicy, restored: RestoredState = RestoredState(), tags: TagRules = TagRules()
  ) -> WatchScenario {
    let base = policy([name])
    let doubting = SetPolicy(
      name: base.name, selectors: base.selectors, families: base.families, retention: base.retention,
      maxStale: base.maxStale, confirmation: rule, tagRules: tags)
    var scenario = WatchScenario(
      [doubting], vantages: [WatchScenario.one, WatchScenario.two], restored: restored)
    scenario.ask()
    scenario.answer(name, ["20.0.1.1"])
    scenario.answer(name, ["20.0.1.1"], at: WatchScenario.two)
    scenario.store()
    return scenario
  }

  static func kinds(_ scenario: WatchScenario) -> [EventKind] {
    scenario.stored.flatMap(\.events).map(\.kind)
  }

  @Test func `A sudden address waits, others are asked at once, and a second vantage lets it in`() {
    var scenario = Self.scenario(ConfirmationPolicy(vantages: 2))
    scenario.pass(.seconds(61))
    scenario.answer(Self.name, ["20.0.1.1", "66.6.6.6"])
    scenario.store()
    #expect(scenario.published() == ["20.0.1.1"])
    #expect(Self.kinds(scenario) == [.addressUnconfirmed])
    #expect(scenario.ask().map(\.vantage) == [WatchScenario.two])
    scenario.answer(Self.name, ["20.0.1.1", "66.6.6.6"], at: WatchScenario.two)
    scenario.store()
    #expect(scenario.published() == ["20.0.1.1", "66.6.6.6"])
    #expect(Self.kinds(scenario) == [.addressUnconfirmed, .addressConfirmed])
  }

  @Test(arguments: [
    (["20.0.1.200"], true), (["20.0.2.1"], false), (["2a00::1"], true),
  ])
  func `Only what lies outside each network that the name ever had waits`(given: [String], isLetIn: Bool) {
    var scenario = Self.scenario(ConfirmationPolicy(vantages: 2))
    let family = given[0].contains(":")
    scenario.answer(Self.name, given)
    scenario.store()
    // The set is of IPv4 alone, so an IPv6 address is refused for another reason.
    #expect((scenario.published() == ["20.0.1.1"] + given) == (isLetIn && !family))
  }

  @Test(arguments: ConfirmationPolicy.Afterwards.allCases)
  func `After its wait it is let in or stays out, as the set says`(afterwards: ConfirmationPolicy.Afterwards)
  {
    var scenario = Self.scenario(
      ConfirmationPolicy(vantages: 2, atMost: .seconds(300), afterwards: afterwards))
    scenario.answer(Self.name, ["66.6.6.6"])
    scenario.pass(.seconds(299))
    scenario.store()
    scenario.answer(Self.name, ["66.6.6.6"])
    scenario.store()
    #expect(scenario.published() == ["20.0.1.1"])
    scenario.pass(.seconds(2))
    scenario.store()
    scenario.answer(Self.name, ["66.6.6.6"])
    scenario.store()
    #expect(scenario.published() == (afterwards == .admit ? ["20.0.1.1", "66.6.6.6"] : ["20.0.1.1"]))
  }

  @Test func `The same vantage twice is no second opinion`() {
    var scenario = Self.scenario(ConfirmationPolicy(vantages: 2, afterwards: .refuse))
    for _ in 0..<20 {
      scenario.pass(.seconds(61))
      scenario.answer(Self.name, ["66.6.6.6"])
    }
    scenario.store()
    #expect(scenario.published() == ["20.0.1.1"])
  }

  @Test func `What the history knows of a name counts, also when it left long ago`() {
    var restored = RestoredState()
    restored.seenAddresses = [dnsName(Self.name): [ip("66.6.6.1")]]
    var scenario = Self.scenario(ConfirmationPolicy(vantages: 2), restored: restored)
    scenario.answer(Self.name, ["66.6.6.6"])
    scenario.store()
    #expect(scenario.published()?.contains("66.6.6.6") == true)
  }

  @Test func `An address that is expected, as in a service tag, is never sudden`() {
    var scenario = Self.scenario(
      ConfirmationPolicy(vantages: 2), tags: TagRules(expected: [TagSamples.firstParty]))
    let file = TagSamples.made(change: 1, [TagSamples.firstParty.text: ["66.6.0.0/16"]])
    scenario.watch.replaceTags(TagBook([TagSamples.edition(file)]), at: scenario.now)
    scenario.answer(Self.name, ["66.6.6.6", "66.7.7.7"])
    scenario.store()
    #expect(scenario.published() == ["20.0.1.1", "66.6.6.6"])
  }

  @Test func `Without the rule nothing waits`() {
    var scenario = Self.scenario(ConfirmationPolicy())
    scenario.answer(Self.name, ["66.6.6.6"])
    scenario.store()
    #expect(scenario.published() == ["20.0.1.1", "66.6.6.6"])
  }
}
