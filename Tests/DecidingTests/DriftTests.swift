import DNS
import Testing

@testable import Deciding

@Suite struct DriftTests {
  static let name = "a.example.com"

  static func scenario(_ vantages: [Vantage] = [WatchScenario.one]) -> WatchScenario {
    var scenario = WatchScenario([policy([name], retention: .seconds(86_400))], vantages: vantages)
    scenario.ask()
    return scenario
  }

  static func events(_ scenario: inout WatchScenario) -> [Event] {
    scenario.store()
    return scenario.stored.flatMap(\.events)
  }

  @Test func `A chain that leads another way is told once, and the first way is no news`() {
    var scenario = Self.scenario()
    scenario.answer(Self.name, ["20.0.1.1"], via: ["x.edge.net"])
    scenario.answer(Self.name, ["20.0.1.1"], via: ["y.edge.net"])
    #expect(Self.events(&scenario).isEmpty)
    for _ in 0..<5 { scenario.answer(Self.name, ["20.0.1.1"], via: ["x.other.net", "x.edge.net"]) }
    let events = Self.events(&scenario)
    #expect(events.map(\.kind) == [.chainChanged])
    #expect(events.first?.detail == "a new way: a.example.com → x.other.net → x.edge.net")
  }

  @Test func `After a restart a way that the history knew is no news, and another one is`() {
    var before = Self.scenario()
    before.answer(Self.name, ["20.0.1.1"], via: ["x.edge.net"])
    let restored = before.restoredState()
    for (target, expected) in [("y.edge.net", 0), ("y.other.net", 1)] {
      var scenario = WatchScenario(before.policies, restored: restored, now: before.now)
      scenario.answer(Self.name, ["20.0.1.1"], via: [target])
      #expect(Self.events(&scenario).count == expected)
    }
  }

  @Test func `A configured name that all upstreams deny is gone, and it returns`() {
    var scenario = Self.scenario([WatchScenario.one, WatchScenario.two])
    for vantage in scenario.vantages { scenario.answer(Self.name, ["20.0.1.1"], at: vantage) }
    scenario.outcome(.nxDomain, for: Self.name)
    #expect(Self.events(&scenario).isEmpty)
    scenario.outcome(.nxDomain, for: Self.name, at: WatchScenario.two)
    scenario.outcome(.nxDomain, for: Self.name, at: WatchScenario.two)
    #expect(Self.events(&scenario).map(\.kind) == [.nameGone])
    scenario.answer(Self.name, ["20.0.1.1"])
    #expect(Self.events(&scenario).map(\.kind) == [.nameGone, .nameReturned])
  }

  @Test func `An upstream that fails doesn't hide that a name is gone`() {
    var scenario = Self.scenario([WatchScenario.one, WatchScenario.two])
    for vantage in scenario.vantages { scenario.answer(Self.name, ["20.0.1.1"], at: vantage) }
    scenario.outcome(.failure(.timeout), for: Self.name, at: WatchScenario.two)
    scenario.outcome(.nxDomain, for: Self.name)
    #expect(!Self.events(&scenario).contains { $0.kind == .nameGone })
    for _ in 0..<2 { scenario.outcome(.failure(.timeout), for: Self.name, at: WatchScenario.two) }
    scenario.outcome(.nxDomain, for: Self.name)
    #expect(Self.events(&scenario).contains { $0.kind == .nameGone })
  }

  @Test func `A name that moved to other addresses is told, a pool that rotates isn't`() {
    var rotating = Self.scenario()
    for round in 0..<200 {
      rotating.pass(.seconds(60))
      rotating.answer(Self.name, ["20.0.1.\(round * 7 % 16)"])
    }
    #expect(!Self.events(&rotating).contains { $0.kind == .addressesReplaced })
    var moving = Self.scenario()
    for round in 0..<12 { moving.answer(Self.name, ["20.0.1.\(round % 2)", "20.0.1.\(round % 2 + 2)"]) }
    for _ in 0..<4 { moving.answer(Self.name, ["30.0.1.1"]) }
    #expect(Self.events(&moving).isEmpty)
    for _ in 0..<4 { moving.answer(Self.name, ["30.0.1.1"]) }
    let events = Self.events(&moving)
    #expect(events.map(\.kind) == [.addressesReplaced])
    #expect(events.first?.detail == "none of the 4 addresses (A) that it had is given any more")
  }

  @Test func `TTLs that double or halve from one hour to the next are told, countdowns aren't`() {
    var scenario = Self.scenario()
    func hour(of ttl: UInt32) {
      for minute in 0..<60 {
        scenario.pass(.seconds(60))
        scenario.answer(Self.name, ["20.0.1.1"], ttl: ttl - UInt32(minute % 6) * ttl / 10)
      }
    }
    for _ in 0..<5 { hour(of: 300) }
    #expect(Self.events(&scenario).isEmpty)
    for _ in 0..<3 { hour(of: 60) }
    #expect(Self.events(&scenario).map(\.kind) == [.ttlChanged])
  }
}

@Suite struct EventGateTests {
  private static func event(_ second: Int64, _ subject: String = "one") -> Event {
    Event(at: Timestamp(seconds: second), kind: .upstreamFailing, subject: subject, detail: "fails")
  }

  @Test func `What flaps every second for an hour writes one event a minute, and each is counted`() {
    var gate = EventGate()
    var passed = [Event]()
    for second in 0..<3600 { if let event = gate.pass(Self.event(Int64(second))) { passed.append(event) } }
    #expect((60...66).contains(passed.count))
    #expect(passed.prefix(5).allSatisfy { $0.detail == "fails" })
    #expect(passed.last?.detail.contains("times more lately") == true)
  }

  @Test func `Its last state is told when it is quiet again, once`() {
    var gate = EventGate()
    for second in 0..<10 { _ = gate.pass(Self.event(Int64(second))) }
    #expect(gate.release(at: Timestamp(seconds: 10)).isEmpty)
    let released = gate.release(at: Timestamp(seconds: 70))
    #expect(released.map(\.at) == [Timestamp(seconds: 9)])
    #expect(released.first?.detail == "fails (and 4 times more lately)")
    #expect(gate.release(at: Timestamp(seconds: 700)).isEmpty)
  }

  @Test func `Subjects don't share their allowance, and a flood of subjects stays bounded`() {
    var gate = EventGate()
    let passed = (0..<50_000).count { gate.pass(Self.event(0, "s\($0)")) != nil }
    #expect(passed == 50_000)
  }

  @Test func `Each kind has a severity and a sentence, and the word survives the history`() {
    for kind in EventKind.known {
      #expect(!kind.sentence.isEmpty && EventKind(rawValue: kind.rawValue) == kind)
    }
    #expect(EventKind(rawValue: "of.tomorrow").severity == .notice)
  }
}
