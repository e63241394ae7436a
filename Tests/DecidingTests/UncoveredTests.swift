import DNS
import Deciding
import Testing

@Suite("Names that no set watches, and names out of word lists")
struct UncoveredTests {
  private let mcr = policy(["mcr.example"], patterns: ["*.data.mcr.example"])

  private func related(_ name: String, in day: WatchScenario, source: String = "log") -> RelatedSighting {
    RelatedSighting(name: dnsName(name), relation: .sameParent, source: source, count: 1, at: day.now)
  }

  @Test("A related name is listed for a person and never looked up")
  func listed() {
    var day = WatchScenario([mcr])
    day.ask()
    day.watch.take([related("new.mcr.example", in: day), related("new.mcr.example", in: day, source: "tap")])
    #expect(day.ask().isEmpty)
    #expect(day.watch.figures.uncoveredNames == 1)
    let batch = day.watch.makeRenewals(at: day.now)
    #expect(batch.uncoveredNames.map(\.name.text) == ["new.mcr.example"])
    #expect(batch.uncoveredNames.first?.sources.map(\.source) == ["log", "tap"])
    day.store()
    #expect(day.stored.flatMap(\.events).map(\.kind).contains("name.uncovered"))
  }

  @Test("A watched name is on no list, and a flood of related names fills none")
  func bounded() {
    var day = WatchScenario([mcr])
    day.watch.take([related("eastus.data.mcr.example", in: day)])
    #expect(day.watch.figures.uncoveredNames == 0)
    day.watch.take([related("real.mcr.example", in: day), related("real.mcr.example", in: day)])
    for number in 0..<5000 { day.watch.take([related("r\(number).mcr.example", in: day)]) }
    #expect(day.watch.figures.uncoveredNames == 1000)
    let batch = day.watch.makeRenewals(at: day.now)
    #expect(batch.uncoveredNames.contains { $0.name.text == "real.mcr.example" })
  }

  @Test("A name that is configured later leaves the list at the next start")
  func configuredLater() {
    var restored = RestoredState()
    restored.uncoveredNames = [
      UncoveredName(
        name: dnsName("new.mcr.example"), relation: .sameParent,
        sources: [
          SourceSighting(source: "log", first: WatchScenario.start, last: WatchScenario.start, count: 3)
        ])
    ]
    let wider = policy(["mcr.example", "new.mcr.example"])
    var day = WatchScenario([wider], restored: restored)
    let batch = day.watch.makeRenewals(at: day.now)
    #expect(batch.dismissedNames.map(\.text) == ["new.mcr.example"])
  }

  @Test("A candidate that resolves is in the set, marked until a client is seen to use it")
  func candidates() {
    let tried = SetPolicy(
      name: mcr.name, selectors: mcr.selectors,
      candidates: ["eastus", "nosuch"].map { dnsName("\($0).data.mcr.example") }, families: [.ipv4],
      retention: .seconds(3600))
    var day = WatchScenario([tried])
    day.answer("mcr.example", ["20.0.0.1"])
    day.store()
    var asked = day.ask().map(\.question.name.text)
    asked += day.ask().map(\.question.name.text)
    #expect(Set(asked).isSuperset(of: ["eastus.data.mcr.example", "nosuch.data.mcr.example"]))
    day.answer("eastus.data.mcr.example", ["20.0.0.2"])
    day.outcome(.nxDomain, for: "nosuch.data.mcr.example")
    day.store()
    #expect(day.published() == ["20.0.0.1", "20.0.0.2"])
    func state() -> LearnedNameState? {
      day.watch.nameReports.first { $0.name.text == "eastus.data.mcr.example" }?.learned?.state
    }
    #expect(state() == .candidate)
    day.watch.take([Sighting(name: dnsName("eastus.data.mcr.example"), source: "log", count: 1, at: day.now)])
    #expect(state() == .admitted)
    #expect(day.watch.figures.quarantinedNames == 0)
    day.pass(.seconds(86_401))
    day.store()
    #expect(day.ask().map(\.question.name.text).contains("nosuch.data.mcr.example"), "tried again each day")
  }

  @Test("Who saw a configured name is told by source, also after a restart")
  func ledger() {
    var day = WatchScenario([mcr])
    for source in ["log", "tap", "log"] {
      day.watch.take([Sighting(name: dnsName("mcr.example"), source: source, count: 2, at: day.now)])
      day.pass(.seconds(1))
    }
    day.store()
    let sightings = day.stored.flatMap(\.sightings)
    #expect(sightings.map(\.name.text) == ["mcr.example"])
    #expect(sightings.first?.sources.map(\.source) == ["log", "tap"])
    #expect(sightings.first?.sources.map(\.count) == [4, 2])
    var restored = RestoredState()
    restored.sightings = sightings
    var next = WatchScenario([mcr], restored: restored, now: day.now)
    next.watch.take([Sighting(name: dnsName("mcr.example"), source: "log", count: 1, at: next.now)])
    next.store()
    #expect(next.stored.flatMap(\.sightings).first?.sources.map(\.count) == [5, 2])
  }
}
