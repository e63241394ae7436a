import DNS
import Deciding
import Testing

@Suite("Learned names: quarantine, admission, caps")
struct QuarantineTests {
  private let mcr = policy(["mcr.example"], patterns: ["*.data.mcr.example"])

  private func sighted(_ name: String, in day: WatchScenario, count: Int64 = 1, source: String = "log")
    -> Sighting
  {
    Sighting(name: dnsName(name), source: source, count: count, at: day.now)
  }

  /// A running set with one configured name.
  private func start() -> WatchScenario {
    var day = WatchScenario([mcr])
    day.answer("mcr.example", ["20.0.0.1"])
    day.store()
    day.ask()
    return day
  }

  @Test("A sighted name is asked, and in the set only once our own upstream answered")
  func learned() {
    var day = start()
    #expect(day.watch.take([sighted("eastus.data.mcr.example", in: day)]).isEmpty)
    day.store()
    #expect(day.published() == ["20.0.0.1"])
    #expect(day.ask().map(\.question.name.text) == ["eastus.data.mcr.example"])
    day.answer("eastus.data.mcr.example", ["20.0.0.2"])
    day.store()
    #expect(day.published() == ["20.0.0.1", "20.0.0.2"])
    #expect(day.stored.last?.learnedNames.map(\.state) == [.admitted])
    #expect(day.stored.flatMap(\.events).contains { $0.kind == "name.admitted" })
  }

  @Test(
    "What a pattern doesn't cover is refused",
    arguments: [
      "data.mcr.example", "evildata.mcr.example", "x.y.data.mcr.example",
      "eastus.data.mcr.example.evil.example",
      "a\\.b.data.mcr.example", "-x.data.mcr.example", "x_y.data.mcr.example", "*.data.mcr.example",
    ])
  func refused(name: String) {
    var day = start()
    #expect(day.watch.take([sighted(name, in: day)]).count == 1)
    #expect(day.ask().isEmpty)
  }

  @Test("A denied name is forgotten at once and costs nothing for ten minutes")
  func denied() {
    var day = start()
    day.watch.take([sighted("nosuch.data.mcr.example", in: day)])
    #expect(!day.ask().isEmpty)
    day.outcome(.nxDomain, for: "nosuch.data.mcr.example")
    let refused = day.watch.take([sighted("nosuch.data.mcr.example", in: day)])
    #expect(refused.map(\.reason) == [.deniedLately])
    day.pass(.seconds(601))
    #expect(day.watch.take([sighted("nosuch.data.mcr.example", in: day)]).isEmpty)
    #expect(day.watch.figures.quarantinedNames == 1)
  }

  @Test("A name that upstreams can't tell about stays quarantined and is asked again, then forgotten")
  func unknown() {
    var day = start()
    day.watch.take([sighted("slow.data.mcr.example", in: day)])
    #expect(!day.ask().isEmpty)
    day.outcome(.failure(.servFail), for: "slow.data.mcr.example")
    #expect(day.watch.figures.quarantinedNames == 1)
    day.pass(.seconds(6))
    #expect(!day.ask().isEmpty)
    day.pass(.seconds(90_000))
    day.outcome(.failure(.servFail), for: "slow.data.mcr.example")
    #expect(day.watch.figures.quarantinedNames == 0)
  }

  @Test("A flood of made-up labels changes no set, fills a bounded queue, and a real name still gets through")
  func flood() {
    var day = start()
    for number in 0..<20_000 {
      day.watch.take([sighted("r\(number).data.mcr.example", in: day, source: "flooder")])
    }
    #expect(day.watch.figures.quarantinedNames <= Quarantine.longestQueue / 2)
    // A real name is asked for more than once, by somebody else's log too.
    #expect(day.watch.take([sighted("real.data.mcr.example", in: day, count: 3, source: "branch")]).isEmpty)
    let asked = day.ask().map(\.question.name.text)
    #expect(asked.contains("real.data.mcr.example"))
    #expect(Double(asked.count) <= Quarantine.probeBurst)
    day.store()
    #expect(day.published() == ["20.0.0.1"])
    #expect(day.stored.flatMap(\.events).filter { $0.kind == "cap.reached" }.count == 1)
  }

  @Test("A pattern is full at namesPerPattern; what is proven stays")
  func full() {
    var day = WatchScenario([mcr], limits: Limits(namesPerPattern: 3))
    day.answer("mcr.example", ["20.0.0.1"])
    for number in 1...5 {
      day.watch.take([sighted("n\(number).data.mcr.example", in: day)])
      day.ask()
      day.answer("n\(number).data.mcr.example", ["20.0.1.\(number)"])
    }
    day.store()
    #expect(day.published() == ["20.0.0.1", "20.0.1.1", "20.0.1.2", "20.0.1.3"])
    #expect(day.watch.figures.refusedSightings[.patternFull] == 2)
  }

  @Test("A learned name that upstreams deny leaves with its addresses' retention, not at once")
  func demoted() {
    var day = start()
    day.watch.take([sighted("gone.data.mcr.example", in: day)])
    day.ask()
    day.answer("gone.data.mcr.example", ["20.0.0.2"])
    day.store()
    for minute in 1...61 {
      day.pass(.seconds(60))
      day.answer("mcr.example", ["20.0.0.1"])
      day.outcome(.nxDomain, for: "gone.data.mcr.example")
      day.store()
      #expect(day.published()?.contains("20.0.0.2") == (minute < 60), "minute \(minute)")
    }
    #expect(day.watch.trackedNames.map(\.name.text) == ["mcr.example"])
    #expect(day.stored.flatMap(\.forgottenNames).map(\.text) == ["gone.data.mcr.example"])
  }

  @Test("A restart keeps what was learned and holds it")
  func restart() {
    var day = start()
    day.watch.take([sighted("eastus.data.mcr.example", in: day)])
    day.ask()
    day.answer("eastus.data.mcr.example", ["20.0.0.2"])
    let restored = day.restoredState()
    var next = WatchScenario([mcr], restored: restored, now: day.now + .seconds(3600))
    #expect(next.published() == ["20.0.0.1", "20.0.0.2"])
    next.store()
    #expect(next.stored.flatMap(\.publications).isEmpty, "nothing changed")
    #expect(next.watch.trackedNames.map(\.name.text) == ["eastus.data.mcr.example", "mcr.example"])
  }

  @Test(
    "Forgetting a learned name revokes what it gave; forgetting an address drops it until DNS gives it again")
  func forget() {
    var day = start()
    day.watch.take([sighted("eastus.data.mcr.example", in: day)])
    day.ask()
    day.answer("eastus.data.mcr.example", ["20.0.0.2", "20.0.0.3"])
    day.store()
    day.watch.take(
      [Decision(id: 1, at: day.now, kind: .forget, subject: "20.0.0.3", reason: "", by: "")], at: day.now)
    day.store()
    #expect(day.published() == ["20.0.0.1", "20.0.0.2"])
    let name = "eastus.data.mcr.example"
    day.watch.take(
      [Decision(id: 2, at: day.now, kind: .forget, subject: name, reason: "", by: "")], at: day.now)
    day.store()
    #expect(day.published() == ["20.0.0.1"])
    #expect(day.stored.last?.forgottenNames.map(\.text) == [name])
  }

  @Test("A name that is denied for one family before the other answers is admitted, and stays")
  func deniedThenAnswered() {
    let both = policy(["mcr.example"], patterns: ["*.data.mcr.example"], families: [.ipv4, .ipv6])
    var day = WatchScenario([both])
    day.answer("mcr.example", ["20.0.0.1"])
    day.outcome(.noData, for: "mcr.example", .aaaa)
    day.watch.take([sighted("eastus.data.mcr.example", in: day)])
    day.ask()
    day.outcome(.noData, for: "eastus.data.mcr.example", .aaaa)
    day.answer("eastus.data.mcr.example", ["20.0.0.2"])
    day.store()
    #expect(day.published() == ["20.0.0.1", "20.0.0.2"])
    #expect(day.watch.figures.admittedNames == 1)
    #expect(day.stored.flatMap(\.forgottenNames).isEmpty)
  }

  @Test("A failure that a probe met counts once for its upstream's health")
  func probeFailureCountsOnce() {
    var day = WatchScenario([mcr], vantages: [WatchScenario.one, WatchScenario.two])
    day.watch.take([sighted("eastus.data.mcr.example", in: day)])
    day.ask()
    day.outcome(.failure(.timeout), for: "eastus.data.mcr.example", at: WatchScenario.two)
    day.answer("eastus.data.mcr.example", ["20.0.0.2"])
    #expect(day.watch.vantageHealth.map(\.health.failures) == [0, 1])
  }

  @Test("A wall clock that goes back by a day delays no probe beyond its longest wait")
  func clockGoesBack() {
    var day = start()
    day.watch.take([sighted("slow.data.mcr.example", in: day)])
    day.ask()
    day.outcome(.failure(.servFail), for: "slow.data.mcr.example")
    day.store()
    day.pass(.seconds(-86_400))
    day.store()
    day.pass(.seconds(301))
    let asked = Set(day.ask().map(\.question.name.text))
    #expect(asked.contains("slow.data.mcr.example"))
  }

  @Test(
    "Forgetting a configured name that had been learned before revokes what it gave, and it is still asked")
  func forgetConfigured() {
    var day = start()
    let name = "eastus.data.mcr.example"
    day.watch.take([sighted(name, in: day)])
    day.ask()
    day.answer(name, ["20.0.0.2"])
    let restored = day.restoredState()
    let configured = policy(["mcr.example", name], patterns: ["*.data.mcr.example"])
    var next = WatchScenario([configured], restored: restored, now: day.now)
    next.store()
    next.ask()
    next.watch.take(
      [Decision(id: 1, at: next.now, kind: .forget, subject: name, reason: "", by: "")], at: next.now)
    next.store()
    #expect(next.published() == ["20.0.0.1"])
    #expect(next.watch.trackedNames.map(\.name.text) == [name, "mcr.example"])
  }

  @Test("A name that was sighted while there was no upstream is asked as soon as there is one")
  func noUpstreamYet() {
    var day = WatchScenario([mcr], vantages: [])
    day.watch.take([sighted("eastus.data.mcr.example", in: day)])
    #expect(day.ask().isEmpty)
    #expect(day.watch.nextWake(after: day.now) == nil)
    day.watch.replaceVantages([WatchScenario.one], at: day.now)
    let asked = Set(day.ask().map(\.question.name.text))
    #expect(asked.contains("eastus.data.mcr.example"))
  }

  @Test("A name whose upstream went away in the middle of its probe is asked at the next one")
  func upstreamGone() {
    var day = start()
    day.watch.take([sighted("eastus.data.mcr.example", in: day)])
    day.ask()
    day.watch.replaceVantages([WatchScenario.two], at: day.now)
    day.pass(.seconds(6))
    let asked = day.ask().filter { $0.question.name.text == "eastus.data.mcr.example" }
    #expect(asked.map(\.vantage) == [WatchScenario.two])
  }

  @Test("A real name that its full pattern refuses is forgotten once nobody has used it for a day")
  func refusedAndUnused() {
    var day = WatchScenario([mcr], limits: Limits(namesPerPattern: 1))
    for number in 1...2 {
      day.watch.take([sighted("n\(number).data.mcr.example", in: day)])
      day.ask()
      day.answer("n\(number).data.mcr.example", ["20.0.1.\(number)"])
    }
    #expect(day.watch.figures.quarantinedNames == 1)
    day.pass(.seconds(90_000))
    day.ask()
    day.answer("n2.data.mcr.example", ["20.0.1.2"])
    #expect(day.watch.figures.quarantinedNames == 0)
    day.store()
    #expect(day.stored.flatMap(\.forgottenNames).map(\.text) == ["n2.data.mcr.example"])
  }
}

@Suite("A flood of made-up names")
struct FloodTests {
  private let mcr = policy(["mcr.example"], patterns: ["*.data.mcr.example"])

  private func sighted(
    _ name: String, in day: WatchScenario, _ evidence: NameEvidence = .asked, source: String = "log"
  ) -> Sighting {
    Sighting(name: dnsName(name), source: source, count: 1, evidence: evidence, at: day.now)
  }

  private func floodedDay(_ evidence: NameEvidence = .asked) -> WatchScenario {
    var day = WatchScenario([mcr])
    day.answer("mcr.example", ["20.0.0.1"])
    day.watch.take([sighted("first.data.mcr.example", in: day)])
    day.ask()
    for number in 0..<20_000 { day.watch.take([sighted("r\(number).data.mcr.example", in: day, evidence)]) }
    return day
  }

  @Test("A real name that the same log shows twice is asked within a second")
  func seenAgain() {
    var day = floodedDay()
    day.watch.take([sighted("real.data.mcr.example", in: day)])
    for number in 0..<20_000 { day.watch.take([sighted("s\(number).data.mcr.example", in: day)]) }
    day.watch.take([sighted("real.data.mcr.example", in: day)])
    day.pass(.seconds(1))
    #expect(day.ask().map(\.question.name.text).contains("real.data.mcr.example"))
  }

  @Test("A real name that the site's resolver answered is asked before all that is only asked for")
  func answered() {
    var day = floodedDay()
    day.watch.take([sighted("real.data.mcr.example", in: day, .resolved)])
    day.pass(.seconds(1))
    #expect(day.ask().first?.question.name.text == "real.data.mcr.example")
  }

  @Test("Names that the site's resolver denied keep few places, and stand behind all others")
  func denied() {
    var day = floodedDay(.denied)
    #expect(day.watch.figures.quarantinedNames <= 513)
    day.watch.take([sighted("real.data.mcr.example", in: day)])
    day.pass(.seconds(1))
    #expect(day.ask().first?.question.name.text == "real.data.mcr.example")
  }

  @Test("A flood is not written to the history but for a bounded part")
  func stored() {
    var day = floodedDay()
    day.store()
    #expect(day.stored.flatMap(\.learnedNames).count <= 1100)
  }
}
