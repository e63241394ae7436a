import DNS
import Foundation
import Testing

@testable import Deciding

@Suite struct VantageTrustTests {
  static let names = ["a.example.com", "b.example.com", "c.example.com"]
  static let own = ["20.0.1.1", "20.0.2.1", "20.0.3.1"]

  /// Two vantages that agreed on three names; what they asked is answered.
  static func agreed(vantages: [Vantage] = [WatchScenario.one, WatchScenario.two]) -> WatchScenario {
    var scenario = WatchScenario([policy(names)], vantages: vantages)
    scenario.ask()
    for (name, address) in zip(names, own) {
      for vantage in vantages { scenario.answer(name, [address], at: vantage) }
    }
    scenario.store()
    return scenario
  }

  static func event(_ kind: EventKind, in scenario: WatchScenario) -> Event? {
    scenario.stored.flatMap(\.events).last { $0.kind == kind }
  }

  /// Plays a lie about each name and lets the watch ask for the made-up name that proves a portal.
  static func lie(
    _ fault: VantageFault, in scenario: inout WatchScenario, at vantage: Vantage = WatchScenario.two
  ) {
    for name in names {
      scenario.pass(.seconds(61))
      scenario.ask()
      switch fault {
      case .bogons: scenario.answer(name, ["192.168.1.1"], at: vantage)
      case .denial: scenario.outcome(.nxDomain, for: name, at: vantage)
      case .sameAnswer, .lag: scenario.answer(name, ["40.0.0.1"], at: vantage)
      }
    }
    guard fault == .sameAnswer else { return }
    // The made-up name below one of them gets the same.
    while let next = scenario.watch.takeDue(at: scenario.now) {
      if next.question.name.isMadeUp {
        scenario.answer(next.question.name.text, ["40.0.0.1"], at: next.vantage)
      }
    }
  }

  @Test(arguments: [VantageFault.bogons, .denial, .sameAnswer])
  func `A vantage that lies about three names is set aside, and nothing that it gave leaves or enters`(
    fault: VantageFault
  ) {
    var scenario = Self.agreed()
    #expect(scenario.published() == Self.own)
    Self.lie(fault, in: &scenario)
    scenario.store()
    #expect(scenario.watch.setAside.map(\.vantage) == [WatchScenario.two])
    #expect(scenario.watch.setAside.first?.fault == fault)
    #expect(Self.event(.vantageSetAside, in: scenario)?.subject == "two")
    #expect(scenario.watch.readiness.isReady)
    #expect(scenario.watch.readiness.warnings.contains { $0.contains("two is set aside") })
    #expect(scenario.published() == Self.own)
    // For two days it denies all and gives new addresses, while the other is silent: nothing ages, nothing enters.
    for _ in 0..<48 {
      scenario.pass(.seconds(3600))
      scenario.outcome(.nxDomain, for: Self.names[0], at: WatchScenario.two)
      scenario.answer(Self.names[1], ["40.0.0.9"], at: WatchScenario.two)
      scenario.outcome(.failure(.timeout), for: Self.names[0])
    }
    scenario.store()
    #expect(scenario.published() == Self.own)
    let report = scenario.watch.vantageReports.first { $0.label == "two" }
    #expect(report?.fault == fault && report?.state == "aside" && report?.addresses == 3)
  }

  @Test func `It is believed again after ten minutes of truth, and not before`() {
    var scenario = Self.agreed()
    Self.lie(.denial, in: &scenario)
    for _ in 0..<9 {
      scenario.pass(.seconds(60))
      for (name, address) in zip(Self.names, Self.own) {
        scenario.answer(name, [address])
        scenario.answer(name, [address], at: WatchScenario.two)
      }
    }
    #expect(scenario.watch.setAside.count == 1)
    scenario.pass(.seconds(120))
    scenario.answer(Self.names[0], [Self.own[0]], at: WatchScenario.two)
    #expect(scenario.watch.setAside.isEmpty)
    scenario.store()
    #expect(Self.event(.vantageTrusted, in: scenario)?.subject == "two")
    scenario.answer(Self.names[0], [Self.own[0], "20.0.1.2"], at: WatchScenario.two)
    scenario.store()
    #expect(scenario.published()?.contains("20.0.1.2") == true)
  }

  @Test func `One lie during the ten minutes begins them anew`() {
    var scenario = Self.agreed()
    Self.lie(.denial, in: &scenario)
    for round in 0..<15 {
      scenario.pass(.seconds(60))
      if round == 8 {
        scenario.outcome(.nxDomain, for: Self.names[0], at: WatchScenario.two)
      } else {
        scenario.answer(Self.names[1], [Self.own[1]], at: WatchScenario.two)
      }
    }
    #expect(scenario.watch.setAside.count == 1)
  }

  @Test func `A name that one vantage denies is no lie while it tells the truth of others`() {
    var scenario = Self.agreed()
    for _ in 0..<50 {
      scenario.pass(.seconds(60))
      scenario.answer(Self.names[0], [Self.own[0]])
      scenario.outcome(.nxDomain, for: Self.names[0], at: WatchScenario.two)
      scenario.answer(Self.names[1], [Self.own[1]], at: WatchScenario.two)
    }
    #expect(scenario.watch.setAside.isEmpty)
  }

  @Test func `Names that move to one common server are no captive portal, since a made-up name is denied`() {
    var scenario = Self.agreed()
    for name in Self.names { scenario.answer(name, ["40.0.0.1"], at: WatchScenario.two) }
    let asked = scenario.watch.lieTests
    #expect(asked.count == 1)
    scenario.ask()
    scenario.store()
    #expect(scenario.watch.lieTests.isEmpty && scenario.watch.setAside.isEmpty)
    #expect(scenario.published() == Self.own + ["40.0.0.1"])
  }

  @Test
  func `What a captive portal got in before it was found out leaves, and what the vantage gave before stays`()
  {
    var scenario = Self.agreed()
    for name in Self.names.prefix(2) { scenario.answer(name, ["40.0.0.1"], at: WatchScenario.two) }
    scenario.store()
    #expect(scenario.published()?.contains("40.0.0.1") == true)
    Self.lie(.sameAnswer, in: &scenario)
    scenario.store()
    #expect(scenario.published() == Self.own)
  }

  @Test func `A name without IPv6 at one vantage is a filter's work and no lie`() {
    var scenario = WatchScenario(
      [policy(Self.names, families: [.ipv4, .ipv6])], vantages: [WatchScenario.one, WatchScenario.two])
    for _ in 0..<20 {
      scenario.pass(.seconds(60))
      for name in Self.names {
        scenario.answer(name, ["2a00::1"])
        scenario.outcome(.noData, for: name, .aaaa, at: WatchScenario.two)
      }
    }
    #expect(scenario.watch.setAside.isEmpty)
  }

  @Test func `A single vantage is measured against what it said itself, and for three names only`() {
    var alone = Self.agreed(vantages: [WatchScenario.one])
    for _ in 0..<50 {
      alone.pass(.seconds(60))
      alone.outcome(.nxDomain, for: Self.names[0])
      alone.outcome(.nxDomain, for: Self.names[1])
    }
    #expect(alone.watch.setAside.isEmpty)
    alone.outcome(.nxDomain, for: Self.names[2])
    #expect(alone.watch.setAside.first?.fault == .denial)
    alone.store()
    #expect(Self.event(.vantageSetAside, in: alone)?.detail.contains("no other vantage is left") == true)
  }

  @Test func `With one watched name five minutes of lies are needed, since caches differ for a while`() {
    var scenario = WatchScenario(
      [policy(["a.example.com"])], vantages: [WatchScenario.one, WatchScenario.two])
    scenario.answer("a.example.com", ["20.0.1.1"])
    scenario.answer("a.example.com", ["20.0.1.1"], at: WatchScenario.two)
    for round in 0..<6 {
      #expect(scenario.watch.setAside.isEmpty, "round \(round)")
      scenario.pass(.seconds(60))
      scenario.answer("a.example.com", ["20.0.1.1"])
      scenario.outcome(.nxDomain, for: "a.example.com", at: WatchScenario.two)
    }
    #expect(scenario.watch.setAside.first?.fault == .denial)
  }

  @Test func `A vantage that only gives what all others stopped giving lags`() {
    var scenario = Self.agreed()
    // The others move on while the second is silent for longer than half of the retention.
    for _ in 0..<40 {
      scenario.pass(.seconds(60))
      for (index, name) in Self.names.enumerated() { scenario.answer(name, ["20.0.\(index + 1).9"]) }
    }
    for round in 0..<10 {
      #expect(scenario.watch.setAside.isEmpty, "round \(round)")
      scenario.pass(.seconds(20))
      scenario.answer(Self.names[round % 3], [Self.own[round % 3]], at: WatchScenario.two)
    }
    #expect(scenario.watch.setAside.first?.fault == .lag)
    // Its answers no longer renew, and yet freeze what it gives to clients.
    scenario.pass(.seconds(7200))
    scenario.store()
    #expect(Set(scenario.published() ?? []).isSuperset(of: Self.own))
  }

  /// The first address moved on at the first vantage, while the second was silent for longer than half of the retention.
  static func moved() -> WatchScenario {
    var scenario = agreed()
    for _ in 0..<40 {
      scenario.pass(.seconds(60))
      scenario.answer(names[0], ["20.0.1.9"])
      for index in 1...2 { scenario.answer(names[index], [own[index]]) }
    }
    return scenario
  }

  @Test func `A vantage that lags for one name doesn't escape by telling the truth of the others`() {
    var scenario = Self.moved()
    for _ in 0..<10 {
      #expect(scenario.watch.setAside.isEmpty)
      scenario.pass(.seconds(40))
      scenario.answer(Self.names[0], [Self.own[0]], at: WatchScenario.two)
      for index in 1...2 {
        scenario.answer(Self.names[index], [Self.own[index]])
        scenario.answer(Self.names[index], [Self.own[index]], at: WatchScenario.two)
      }
    }
    #expect(scenario.watch.setAside.first?.fault == .lag)
  }

  @Test(arguments: [(1, true), (2, false)])
  func `A vantage of which every second answer lags is found out, one in three is a pool's chance`(
    currentForEachOld: Int, isFound: Bool
  ) {
    var scenario = Self.moved()
    for _ in 0..<40 {
      scenario.pass(.seconds(20))
      scenario.answer(Self.names[0], ["20.0.1.9"])
      scenario.answer(Self.names[0], [Self.own[0]], at: WatchScenario.two)
      for _ in 0..<currentForEachOld {
        scenario.answer(Self.names[0], ["20.0.1.9"], at: WatchScenario.two)
      }
    }
    #expect((scenario.watch.setAside.first?.fault == .lag) == isFound)
  }

  @Test func `One that lags isn't believed again because the others forgot what it gives`() {
    var scenario = Self.moved()
    func minutes(_ count: Int, _ address: String) {
      for _ in 0..<count {
        scenario.pass(.seconds(60))
        scenario.answer(Self.names[0], ["20.0.1.9"])
        scenario.answer(Self.names[0], [address], at: WatchScenario.two)
      }
    }
    minutes(180, Self.own[0])
    #expect(scenario.watch.setAside.first?.fault == .lag)
    minutes(12, "20.0.1.9")
    #expect(scenario.watch.setAside.isEmpty)
    scenario.store()
    #expect(Self.event(.vantageTrusted, in: scenario)?.subject == "two")
  }

  @Test func `How long the truth must be told is the operator's to say`() {
    var scenario = WatchScenario(
      [policy(Self.names)], vantages: [WatchScenario.one, WatchScenario.two],
      limits: Limits(probation: .seconds(2)))
    for (name, address) in zip(Self.names, Self.own) {
      for vantage in scenario.vantages { scenario.answer(name, [address], at: vantage) }
    }
    Self.lie(.denial, in: &scenario)
    for second in 0..<3 {
      #expect(scenario.watch.setAside.count == 1, "second \(second)")
      scenario.pass(.seconds(1))
      scenario.answer(Self.names[0], [Self.own[0]], at: WatchScenario.two)
    }
    #expect(scenario.watch.setAside.isEmpty && scenario.watch.readiness.warnings.isEmpty)
  }

  @Test func `A restart doesn't forget that a vantage is set aside`() {
    var scenario = Self.agreed()
    Self.lie(.denial, in: &scenario)
    var restored = scenario.restoredState()
    restored.vantageReports = scenario.watch.vantageReports
    let again = WatchScenario(
      scenario.policies, vantages: scenario.vantages, restored: restored, now: scenario.now)
    #expect(again.watch.setAside.map(\.vantage) == [WatchScenario.two])
  }

  @Test func `One that lags isn't believed after a restart because the others forgot what it gives`() {
    var scenario = Self.moved()
    func minutes(_ count: Int) {
      for _ in 0..<count {
        scenario.pass(.seconds(60))
        scenario.answer(Self.names[0], ["20.0.1.9"])
        scenario.answer(Self.names[0], [Self.own[0]], at: WatchScenario.two)
      }
    }
    // Longer than the retention, so that only its old answers tell that they are.
    minutes(90)
    #expect(scenario.watch.setAside.first?.fault == .lag)
    var restored = scenario.restoredState()
    restored.vantageReports = scenario.watch.vantageReports
    scenario = WatchScenario(
      scenario.policies, vantages: scenario.vantages, restored: restored, now: scenario.now)
    minutes(30)
    #expect(scenario.watch.setAside.first?.fault == .lag)
  }

  @Test func `A suspicion goes on over a restart where it was, and ends with its memory`() throws {
    var suspicion = LagSuspicion()
    #expect(suspicion.record == nil)
    let now = Timestamp(seconds: 1_800_000_000)
    let question = Question(dnsName("a.example.com"), .a)
    let old: Set = [ip("20.0.1.1"), ip("20.0.1.2")]
    for index in 0..<9 as Range<Int64> {
      _ = suspicion.note(old: old, of: question, at: now + .seconds(60 * index))
    }
    let stored = try JSONDecoder().decode(
      LagRecord.self, from: JSONEncoder().encode(try #require(suspicion.record)))
    var again = LagSuspicion(restoring: stored)
    #expect(again.knows(old, of: question) && again.weight == suspicion.weight)
    let isProven = again.note(old: old, of: question, at: now + .seconds(600))
    #expect(isProven, "the tenth is proof")
    var late = LagSuspicion(restoring: stored)
    let isLateProven = late.note(old: old, of: question, at: now + .seconds(7200))
    #expect(!isLateProven && late.weight == LagSuspicion.oldWeight)
  }

  @Test func `A report tells which addresses only one vantage gives`() {
    var scenario = Self.agreed()
    scenario.answer(Self.names[0], [Self.own[0], "20.0.1.77"], at: WatchScenario.two)
    let reports = scenario.watch.vantageReports
    #expect(reports.map(\.unique) == [0, 1] && reports.map(\.addresses) == [3, 4])
    #expect(reports[1].only == [.init(name: Self.names[0], addresses: ["20.0.1.77"])])
    #expect(reports[1].uniqueShare == 0.25)
  }
}
