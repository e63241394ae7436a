import DNS
import Testing

@testable import Deciding

@Suite("Coverage of names and sets in a watch")
struct WatchCoverageTests {
  /// Lets a name be answered with one more address each time, so that its coverage stays low.
  private static func poor(_ day: inout WatchScenario, _ name: String, answers: Int = 40) {
    for index in 0..<answers {
      day.answer(name, ["20.1.\(index / 250).\(index % 250)"], ttl: 60)
      day.pass(.seconds(61))
      _ = day.ask()
    }
    day.store()
  }

  @Test("A set below its target is a warning that names the worst question, never a fault")
  func warning() throws {
    var day = WatchScenario([policy(["a.example", "b.example"])])
    day.ask()
    for _ in 0..<40 {
      day.answer("b.example", ["20.0.0.1"])
      day.pass(.seconds(61))
    }
    Self.poor(&day, "a.example")
    let coverage = try #require(day.publishedSet()?.coverage)
    #expect(coverage.isBelowTarget && coverage.known == 2 && coverage.unknown == 0)
    #expect(coverage.worst?.question == Question(dnsName("a.example"), .a))
    #expect(day.watch.readiness.isReady)
    #expect(
      day.watch.readiness.warnings.contains { $0.contains("a.example A") && $0.contains("below 99.9 %") })
  }

  @Test("A set whose names always give the same is not warned of, though its bound is below the target")
  func covered() throws {
    var day = WatchScenario([policy(["a.example"])])
    day.ask()
    for _ in 0..<40 {
      day.answer("a.example", ["20.0.0.1", "20.0.0.2"])
      day.pass(.seconds(61))
    }
    day.store()
    let coverage = try #require(day.publishedSet()?.coverage)
    #expect(coverage.coverage == 1 && !coverage.isBelowTarget)
    #expect(try #require(coverage.coverageAtLeast) < 0.999)
    #expect(day.watch.readiness.warnings.isEmpty)
  }

  @Test("Names weigh as often as clients were seen to use them")
  func weights() throws {
    func part(_ name: String, missing: Double) -> QuestionCoverage {
      QuestionCoverage(
        question: Question(dnsName(name), .a),
        estimate: CoverageEstimate(
          answers: 50, confidence: .estimated, missing: missing, missingAtMost: missing, exposure: 0.5),
        at: WatchScenario.start, gaps: ReappearanceGaps())
    }
    let parts = [part("busy.example", missing: 0), part("quiet.example", missing: 0.5)]
    let even = SetCoverage(parts, target: 0.9) { _ in 0 }
    #expect(even.coverage == 0.75 && even.clientMissing == 0.125)
    let weighted = SetCoverage(parts, target: 0.9) { $0 == dnsName("busy.example") ? 99 : 1 }
    #expect(abs(try #require(weighted.coverage) - 0.995) < 1e-9)
    #expect(weighted.worst?.question.name == dnsName("quiet.example"))
    #expect(SetCoverage([], target: 0.9, uses: { _ in 0 }).coverage == nil)
  }

  @Test(
    "A name is asked where its cache entry ends, below the floor only once, and at the ceiling when that is sooner"
  )
  func edges() {
    var day = WatchScenario([policy(["a.example"])])
    day.ask()
    func due(_ ttl: UInt32) -> Duration? {
      day.answer("a.example", ["20.1.0.1"], ttl: ttl)
      return day.watch.nextWake(after: day.now).map { $0 - day.now }
    }
    #expect(due(60) == .milliseconds(59_501), "halfway between the moments at which the TTL may end")
    day.pass(.milliseconds(59_501))
    day.ask()
    #expect(due(0) == .milliseconds(1002), "the entry outlasts its TTL by a second")
    day.pass(.milliseconds(1002))
    day.ask()
    #expect(due(1) == .seconds(5), "the wait before was short")
    day.pass(.seconds(60))
    day.ask()
    let ceiling = due(3600)
    #expect(ceiling.map { $0 >= .seconds(300) && $0 <= .seconds(301) } == true)
  }

  @Test("When the budget is short, nothing is asked before the TTL has run out")
  func budget() {
    var day = WatchScenario([policy(["a.example", "b.example"])], limits: Limits(queriesPerSecond: 2))
    day.ask()
    day.pass(.seconds(3))
    for _ in 0..<2 {
      day.answer("b.example", ["20.0.0.1"])
      day.watch.askNow(dnsName("b.example"), at: day.now)
      #expect(day.watch.takeDue(at: day.now)?.question.name == dnsName("b.example"))
    }
    day.answer("a.example", ["20.1.0.1"], ttl: 60)
    #expect(day.watch.nextWake(after: day.now).map { $0 >= day.now + .seconds(60) } == true)
  }

  /// Lets a.example be answered with the address of this number, a minute passes, and gives back what is told of coverage.
  private static func step(_ day: inout WatchScenario, _ number: Int) -> [Event] {
    day.answer("a.example", ["20.1.\(number / 250).\(number % 250)"], ttl: 60)
    day.pass(.seconds(61))
    _ = day.ask()
    day.watch.sweep(at: day.now)
    return day.watch.makeBatch(at: day.now).events.filter { $0.kind.rawValue.hasPrefix("coverage.") }
  }

  @Test("That coverage fell is told after a quarter of an hour, once, and not again after a restart")
  func fell() throws {
    var day = WatchScenario([policy(["a.example"])])
    day.ask()
    // Ten answers are needed to know anything, and half an hour at the target to have something to fall from.
    for _ in 0..<42 { #expect(Self.step(&day, 0).isEmpty) }
    let turnedAt = day.now
    var told = [Event]()
    for number in 1..<40 { told += Self.step(&day, number) }
    #expect(told.map(\.kind) == [.coverageFell] && told.first?.subject == "mcr")
    #expect((turnedAt + .seconds(900)...turnedAt + .seconds(1100)).contains(try #require(told.first?.at)))
    var restored = day.restoredState()
    restored.fallenCoverages = [day.watch.sets[0].policy.name]
    day = WatchScenario([policy(["a.example"])], restored: restored, now: day.now)
    for number in 40..<80 { #expect(Self.step(&day, number).isEmpty) }
  }

  @Test(
    "A set that is being discovered for hours hasn't fallen, and its warning says that it never was at its target"
  )
  func discovery() {
    var day = WatchScenario([policy(["a.example"])])
    day.ask()
    for number in 0..<150 { #expect(Self.step(&day, number).isEmpty) }
    #expect(
      day.watch.readiness.warnings.contains { $0.hasSuffix("it has not been at its target since the start") })
  }

  @Test("What was at its target before a restart can fall after it, and what wasn't can't")
  func fallAfterRestart() {
    for isCovered in [true, false] {
      var day = WatchScenario([policy(["a.example"])])
      day.ask()
      for number in 0..<20 { _ = Self.step(&day, isCovered ? 0 : number) }
      var restored = day.restoredState()
      restored.coverages = day.watch.questionCoverages(at: day.now)
      day = WatchScenario([policy(["a.example"])], restored: restored, now: day.now)
      let told = (100..<140).flatMap { Self.step(&day, $0) }
      #expect(told.map(\.kind) == (isCovered ? [.coverageFell] : []))
    }
  }

  @Test(
    "An alarm waits before it tells of a fall or a return, and a turn meanwhile begins the wait anew",
    arguments: [
      ("fell", .atTarget, [(0, 0.9), (899, 0.9), (900, 0.9), (2000, 0.9)], [900]),
      ("a short dip", .atTarget, [(0, 0.9), (600, 1), (900, 0.9), (1700, 0.9)], []),
      ("unknown in between", .atTarget, [(0, 0.9), (600, nil), (900, 0.9), (1700, 0.9)], []),
      ("back", .atTarget, [(0, 0.9), (900, 0.9), (1000, 1), (2799, 1), (2800, 1)], [900, 2800]),
      (
        "flaps at the target", .atTarget,
        [(0, 0.9), (900, 0.9), (1000, 1), (2000, 0.9), (2100, 1), (3000, 1)], [900]
      ),
      ("the clock went back", .atTarget, [(9000, 0.9), (0, 0.9), (899, 0.9), (900, 0.9)], [900]),
      ("a first start", .notReached, [(0, 0.9), (900, 0.9), (90_000, 0.9)], []),
      ("a first start with a good moment", .notReached, [(0, 1), (1700, 1), (1800, 0.9), (9000, 0.9)], []),
      ("up, then fell", .notReached, [(0, 0.9), (1000, 1), (2800, 1), (3000, 0.9), (3900, 0.9)], [3900]),
    ] as [(String, CoverageAlarm.Standing, [(Int64, Double?)], [Int64])])
  func alarm(_ what: String, before: CoverageAlarm.Standing, script: [(Int64, Double?)], tellings: [Int64]) {
    var alarm = CoverageAlarm(before)
    let told = script.filter { at, coverage in
      let parts = coverage.map { share in
        QuestionCoverage(
          question: Question(dnsName("a.example"), .a),
          estimate: CoverageEstimate(
            answers: 50, confidence: .estimated, missing: 1 - share, missingAtMost: 1, exposure: 0),
          at: WatchScenario.start, gaps: ReappearanceGaps())
      }
      let judged = SetCoverage(parts.map { [$0] } ?? [], target: 0.999) { _ in 0 }
      return alarm.take(judged, at: WatchScenario.start + .seconds(at))
    }
    #expect(told.map(\.0) == tellings, "\(what)")
  }

  @Test("A name that is tracked no more leaves the coverage of its set")
  func untracked() {
    var day = WatchScenario([policy([], patterns: ["*.data.example"])])
    day.watch.take([
      Sighting(name: dnsName("a.data.example"), source: "s", count: 1, evidence: .asked, at: day.now)
    ])
    for _ in 0..<20 {
      _ = day.ask()
      day.answer("a.data.example", ["20.0.0.1"])
      day.pass(.seconds(61))
    }
    day.store()
    #expect(day.watch.questionCoverages(at: day.now).count == 1)
    day.watch.take(
      [Decision(id: 1, at: day.now, kind: .forget, subject: "a.data.example", reason: "", by: "me")],
      at: day.now)
    day.store()
    #expect(day.watch.questionCoverages(at: day.now).isEmpty)
  }

  @Test("After a restart what was held is known, and absences go on to be counted")
  func restart() throws {
    var day = WatchScenario([policy(["a.example"])])
    day.ask()
    for index in 0..<40 {
      day.answer("a.example", ["20.0.0.\(1 + index % 4)"])
      day.pass(.seconds(61))
    }
    var restored = day.restoredState()
    restored.coverages = day.watch.questionCoverages(at: day.now)
    let gaps = try #require(restored.coverages.first?.gaps.total)
    #expect(gaps > 30)
    var next = WatchScenario([policy(["a.example"])], restored: restored, now: day.now)
    next.ask()
    for index in 0..<12 {
      next.answer("a.example", ["20.0.0.\(1 + index % 4)"])
      next.pass(.seconds(61))
    }
    let part = try #require(next.watch.questionCoverages(at: next.now).first)
    #expect(part.estimate.missing == 0)
    #expect(part.gaps.total > gaps)
  }

  @Test("Estimates are stored with the renewals, once, and again when the history refused them")
  func stored() {
    var day = WatchScenario([policy(["a.example"])])
    day.ask()
    day.answer("a.example", ["20.0.0.1"])
    day.store()
    let batch = day.watch.makeRenewals(at: day.now)
    #expect(batch.coverages.map(\.question) == [Question(dnsName("a.example"), .a)])
    day.watch.putBack(batch)
    day.pass(.seconds(61))
    day.answer("a.example", ["20.0.0.1"])
    #expect(day.watch.makeRenewals(at: day.now).coverages.count == 1)
    #expect(day.watch.makeRenewals(at: day.now).coverages.isEmpty)
  }
}
