import DNS
import Deciding
import Testing

@Suite("What trusted taps tell")
struct TapTests {
  private static let tap = Vantage("office")
  private let mcr = policy(["mcr.example"], patterns: ["*.data.mcr.example"])

  /// A running set whose pattern is known to have no wildcard record, and a tap that is connected.
  private func start(taps: [Vantage] = [Self.tap]) -> WatchScenario {
    var day = WatchScenario([mcr], taps: taps)
    day.answer("mcr.example", ["20.0.0.1"])
    for tap in taps { day.watch.noteTap(tap, isLive: true, at: day.now) }
    day.tapped("known.data.mcr.example", ["20.0.0.9"])
    day.ask()
    day.store()
    return day
  }

  @Test(
    "An address that a client was just given must be in the set at once, also of a name never seen before")
  func answerCounts() {
    var day = start()
    #expect(day.published() == ["20.0.0.1", "20.0.0.9"])
    day.tapped("eastus.data.mcr.example", ["20.0.0.2"])
    day.tapped("mcr.example", ["20.0.0.3"])
    day.store()
    #expect(day.published() == ["20.0.0.1", "20.0.0.2", "20.0.0.3", "20.0.0.9"])
    let explained = day.watch.nameReports.first { $0.name.text == "eastus.data.mcr.example" }
    #expect(explained?.questions.map(\.status.vantage) == [Self.tap])
    #expect(explained?.learned?.state == .admitted)
  }

  @Test("Before it is known that the pattern has no wildcard record, an answer waits, and then counts")
  func waitsForWildcardCheck() {
    var day = WatchScenario([mcr], taps: [Self.tap])
    day.answer("mcr.example", ["20.0.0.1"])
    day.tapped("eastus.data.mcr.example", ["20.0.0.2"])
    day.store()
    #expect(day.published() == ["20.0.0.1"])
    day.ask()
    day.store()
    #expect(day.published() == ["20.0.0.1", "20.0.0.2"])
  }

  @Test("A denial, a failure, a private address or a name that nobody watches widens nothing")
  func widensNothing() {
    var day = start()
    let before = day.watch.trackedNames.count
    day.tapped("nosuch.data.mcr.example", [], .nxDomain)
    day.tapped("broken.data.mcr.example", [], .failure(.servFail))
    day.tapped("bogus.data.mcr.example", ["10.0.0.1"])
    day.tapped("evildata.mcr.example", ["20.0.0.66"])
    day.tapped("x.y.data.mcr.example", ["20.0.0.66"])
    day.store()
    #expect(day.published() == ["20.0.0.1", "20.0.0.9"])
    #expect(day.watch.trackedNames.count == before)
  }

  @Test("A tap that is not configured as trusted is not believed")
  func untrusted() {
    var day = start(taps: [])
    day.tapped("eastus.data.mcr.example", ["20.0.0.2"])
    day.tapped("mcr.example", ["20.0.0.3"])
    day.store()
    #expect(day.published() == ["20.0.0.1"])
  }

  @Test("What nobody was given any more leaves after its retention, though nobody asks")
  func ages() {
    var day = start()
    for minute in 1...61 {
      day.pass(.seconds(60))
      day.answer("mcr.example", ["20.0.0.1"])
      day.store()
      #expect(day.published()?.contains("20.0.0.9") == (minute < 60), "minute \(minute)")
    }
  }

  @Test("While nothing is connected to the tap, what it gave is frozen")
  func frozen() {
    var day = start()
    day.watch.noteTap(Self.tap, isLive: false, at: day.now)
    for _ in 1...200 {
      day.pass(.seconds(60))
      day.answer("mcr.example", ["20.0.0.1"])
      day.store()
    }
    #expect(day.published() == ["20.0.0.1", "20.0.0.9"])
    #expect(day.watch.readiness.warnings.contains { $0.contains("office") })
    day.watch.noteTap(Self.tap, isLive: true, at: day.now)
    for _ in 1...30 {
      day.pass(.seconds(60))
      day.store()
    }
    #expect(day.published()?.contains("20.0.0.9") == true, "half of the retention is left")
  }

  @Test("A restart goes on from what the tap gave, and a tap that is configured no more runs out")
  func restart() {
    var day = start()
    let restored = day.restoredState()
    var same = WatchScenario([mcr], taps: [Self.tap], restored: restored, now: day.now + .seconds(60))
    same.store()
    #expect(same.published() == ["20.0.0.1", "20.0.0.9"])
    var without = WatchScenario([mcr], restored: restored, now: day.now + .seconds(60))
    for _ in 1...61 {
      without.pass(.seconds(60))
      without.answer("mcr.example", ["20.0.0.1"])
      without.outcome(.nxDomain, for: "known.data.mcr.example")
      without.store()
    }
    #expect(without.published() == ["20.0.0.1"])
  }

  @Test("A name that an operator had forgotten does not come back by the next answer of a client")
  func forgotten() {
    var day = start()
    let name = "known.data.mcr.example"
    day.watch.take(
      [Decision(id: 1, at: day.now, kind: .forget, subject: name, reason: "", by: "")], at: day.now)
    day.tapped(name, ["20.0.0.9"])
    day.store()
    #expect(day.published() == ["20.0.0.1"])
  }

  @Test("A flood of answers under a pattern is bounded by namesPerPattern and told")
  func bounded() {
    var day = WatchScenario([mcr], taps: [Self.tap], limits: Limits(namesPerPattern: 3))
    day.answer("mcr.example", ["20.0.0.1"])
    day.tapped("n0.data.mcr.example", ["20.0.1.0"])
    day.ask()
    for number in 1...500 {
      day.tapped("n\(number).data.mcr.example", ["20.0.\(1 + number / 200).\(number % 200)"])
    }
    day.store()
    #expect(day.published()?.count == 4)
    #expect(day.watch.figures.quarantinedNames == 0)
    #expect(day.watch.figures.reachedCaps[.namesPerPattern] ?? 0 > 400)
    #expect(day.stored.flatMap(\.events).filter { $0.kind == "cap.reached" }.count == 1)
  }
}

extension WatchScenario {
  /// What a client was given, as a trusted tap called `office` tells it.
  mutating func tapped(_ name: String, _ addresses: [String], _ outcome: Outcome = .answer) {
    let question = Question(dnsName(name), .a)
    let records = addresses.map { record(name, .a, 60, .address(ip($0))) }
    var report = TapReport()
    report.lookups = [
      Lookup(
        question: question, vantage: Vantage("office"), at: now, outcome: outcome,
        chain: CNAMEChain(question, answers: records))
    ]
    watch.take(report)
  }
}
