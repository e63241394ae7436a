import DNS
import Deciding
import Testing

@Suite("Patterns with a wildcard record")
struct WildcardTests {
  private let mcr = policy(["mcr.example"], patterns: ["*.data.mcr.example"])

  /// Answers each probe: made-up labels and those in `same` like the wildcard, others on their own.
  private func settle(_ day: inout WatchScenario, wildcard: [String]?, own: [String: String] = [:]) {
    var guardRounds = 0
    while let next = day.watch.takeDue(at: day.now), guardRounds < 10_000 {
      guardRounds += 1
      let name = next.question.name.text
      if let address = own[name] {
        day.answer(name, [address])
      } else if name == "mcr.example" {
        day.answer(name, ["20.0.0.1"])
      } else if let wildcard {
        day.answer(name, wildcard)
      } else {
        day.outcome(.nxDomain, for: name)
      }
    }
    day.store()
  }

  private func sight(_ day: inout WatchScenario, _ labels: [String]) {
    day.watch.take(
      labels.map { label in
        Sighting(name: dnsName("\(label).data.mcr.example"), source: "log", count: 1, at: day.now)
      })
  }

  @Test("Nothing behind a pattern is believed before made-up labels were tried")
  func asksMadeUpLabelFirst() {
    var day = WatchScenario([mcr])
    day.answer("mcr.example", ["20.0.0.1"])
    sight(&day, ["eastus"])
    var first: DomainName?
    while let next = day.watch.takeDue(at: day.now) {
      if next.question.name.text != "mcr.example" { first = first ?? next.question.name }
    }
    #expect(first?.isMadeUp == true && first?.text.hasSuffix(".data.mcr.example") == true)
    #expect(day.watch.takeDue(at: day.now) == nil, "eastus waits for the made-up label")
  }

  @Test("Under a wildcard record a thousand made-up names must not fill the pattern: one stands for all")
  func oneForAll() {
    var day = WatchScenario([mcr])
    sight(&day, (0..<1000).map { "r\($0)" })
    for _ in 0..<60 {
      settle(&day, wildcard: ["20.0.0.7", "20.0.0.8"])
      day.pass(.seconds(1))
    }
    #expect(day.published() == ["20.0.0.1", "20.0.0.7", "20.0.0.8"])
    #expect(day.watch.figures.admittedNames == 1)
    #expect(day.watch.figures.refusedSightings[.likeWildcard] ?? 0 > 900)
    #expect(day.stored.flatMap(\.events).filter { $0.kind == "wildcard.found" }.count == 1)
    #expect(day.watch.readiness.warnings.contains { $0.contains("wildcard") })
  }

  @Test("A name that answers otherwise than the wildcard is real, and believed")
  func realAmongWildcards() {
    var day = WatchScenario([mcr])
    sight(&day, ["any", "eastus"])
    settle(&day, wildcard: ["20.0.0.7"], own: ["eastus.data.mcr.example": "20.0.0.2"])
    #expect(day.published() == ["20.0.0.1", "20.0.0.2", "20.0.0.7"])
  }

  @Test("When no upstream can tell, nothing is believed, and it is tried again")
  func unknown() {
    var day = WatchScenario([mcr])
    sight(&day, ["eastus"])
    while let next = day.watch.takeDue(at: day.now) {
      day.outcome(.failure(.timeout), for: next.question.name.text)
    }
    day.pass(.seconds(6))
    let names = Set(
      [day.watch.takeDue(at: day.now), day.watch.takeDue(at: day.now)].compactMap { $0?.question.name })
    #expect(names.contains { $0.isMadeUp })
    #expect(!names.contains(dnsName("eastus.data.mcr.example")))
  }

  @Test("A wildcard record that appears later is noticed within an hour, and told when it goes")
  func flips() {
    var day = WatchScenario([mcr])
    sight(&day, ["eastus"])
    settle(&day, wildcard: nil, own: ["eastus.data.mcr.example": "20.0.0.2"])
    day.pass(.seconds(3601))
    settle(&day, wildcard: ["20.0.0.7"], own: ["eastus.data.mcr.example": "20.0.0.2"])
    day.pass(.seconds(3601))
    settle(&day, wildcard: nil, own: ["eastus.data.mcr.example": "20.0.0.2"])
    let kinds = day.stored.flatMap(\.events).map(\.kind).filter { $0.rawValue.hasPrefix("wildcard") }
    #expect(kinds == ["wildcard.found", "wildcard.gone"])
    #expect(day.published() == ["20.0.0.1", "20.0.0.2"], "a made-up label's address is in no set")
  }

  @Test("Without upstreams the loop must not spin on a check that nobody can answer")
  func noSpin() {
    var day = WatchScenario([mcr], vantages: [])
    sight(&day, ["eastus"])
    #expect(day.watch.takeDue(at: day.now) == nil)
    #expect(day.watch.nextWake(after: day.now) == nil)
  }

  @Test("While a check is underway nothing else is due")
  func waits() {
    var day = WatchScenario([mcr])
    day.answer("mcr.example", ["20.0.0.1"])
    sight(&day, ["eastus"])
    while day.watch.takeDue(at: day.now) != nil {}
    let wake = day.watch.nextWake(after: day.now)
    #expect(wake.map { $0 > day.now } ?? true)
  }
}
