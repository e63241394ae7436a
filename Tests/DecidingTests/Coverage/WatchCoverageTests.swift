import DNS
import Deciding
import Testing

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
    "A name of low coverage is asked in the second after its entry, another with jitter, and none below the floor"
  )
  func steering() {
    var day = WatchScenario([policy(["a.example"])])
    day.ask()
    Self.poor(&day, "a.example")
    let question = Question(dnsName("a.example"), .a)
    func due(_ ttl: UInt32) -> Duration? {
      day.answer("a.example", ["20.1.0.1"], ttl: ttl)
      return day.watch.nextWake(after: day.now).map { $0 - day.now }
    }
    #expect(day.watch.questionCoverages(at: day.now).first?.question == question)
    #expect(due(60) == .seconds(61))
    #expect(due(1) == .seconds(5))
    #expect(due(4) == .seconds(5))
    #expect(due(3600) == .seconds(301), "the ceiling stays")
  }

  @Test("When the budget is short, nothing is asked more eagerly")
  func budget() {
    var day = WatchScenario([policy(["a.example", "b.example"])], limits: Limits(queriesPerSecond: 2))
    day.ask()
    Self.poor(&day, "a.example")
    day.pass(.seconds(3))
    for _ in 0..<2 {
      day.answer("b.example", ["20.0.0.1"])
      day.watch.askNow(dnsName("b.example"), at: day.now)
      #expect(day.watch.takeDue(at: day.now)?.question.name == dnsName("b.example"))
    }
    day.answer("a.example", ["20.1.0.1"], ttl: 60)
    #expect(day.watch.nextWake(after: day.now).map { $0 < day.now + .seconds(61) } == true)
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
