import DNS
import Deciding
import Testing

@Suite("When a question is asked again")
struct ScheduleTests {
  private static let question = Question(dnsName("a.example"), .a)
  private static let vantage = Vantage("one")

  private static func lookup(_ outcome: Outcome, ttls: [UInt32] = [], negative: UInt32? = nil) -> Lookup {
    let records = ttls.enumerated().map { index, ttl in
      ResourceRecord(
        owner: dnsName("a.example"), type: .a, ttl: TTL(wire: ttl), data: .address(ip("20.0.0.\(index + 1)")))
    }
    return Lookup(
      question: question, vantage: vantage, at: WatchScenario.start, outcome: outcome,
      chain: CNAMEChain(question, answers: records), negativeTTL: negative.map { TTL(wire: $0) })
  }

  @Test(
    "At the edge where the smallest TTL ends, within floor and ceiling, at most a second later",
    arguments: [
      (lookup(.answer, ttls: [60, 30]), 1, 30), (lookup(.answer, ttls: [0]), 1, 5),
      (lookup(.answer, ttls: [86_400]), 1, 300), (lookup(.answer, ttls: [4_294_967_295]), 1, 5),
      (lookup(.noData, negative: 20), 1, 20), (lookup(.nxDomain), 1, 300),
      (lookup(.failure(.timeout)), 1, 5), (lookup(.failure(.timeout)), 2, 10),
      (lookup(.failure(.refused)), 4, 40),
      (lookup(.failure(.timeout)), 100, 300),
    ])
  func next(lookup: Lookup, failures: Int, seconds: Int64) {
    for seed in 0..<20 as Range<UInt64> {
      var schedule = Schedule(seed: seed)
      let due = schedule.next(after: lookup, failures: failures, refresh: RefreshPolicy())
      let edge = lookup.at + .seconds(seconds)
      #expect(edge <= due && due <= edge + .seconds(1))
    }
  }

  @Test("What is due longest comes first; a new plan voids the old one; nothing comes before its time")
  func order() {
    var schedule = Schedule(seed: 1)
    let at = WatchScenario.start
    let names = ["a", "b", "c"].map { Question(dnsName("\($0).example"), .a) }
    for (index, question) in names.enumerated() {
      schedule.plan(question, at: Self.vantage, for: at + .seconds(Int64(10 - index)))
    }
    schedule.plan(names[1], at: Self.vantage, for: at + .seconds(60))
    schedule.drop(names[0], at: Self.vantage)
    #expect(schedule.take(at: at) == nil)
    #expect(schedule.nextDue() == at + .seconds(8))
    #expect(schedule.take(at: at + .seconds(20))?.question == names[2])
    #expect(schedule.take(at: at + .seconds(20)) == nil)
    #expect(schedule.take(at: at + .seconds(60))?.question == names[1])
    #expect(schedule.nextDue() == nil)
  }

  @Test("When more is due than may be asked, names that clients use now go first")
  func preferred() {
    let names = (0..<1000).map { "n\($0).example" }
    var day = WatchScenario([policy(names)], limits: Limits(queriesPerSecond: 10))
    for name in names { day.answer(name, ["20.0.0.1"], ttl: 30) }
    day.watch.take([Sighting(name: dnsName("n777.example"), source: "log", count: 1, at: day.now)])
    day.answer("n777.example", ["20.0.0.1"], ttl: 60)
    day.pass(.seconds(120))
    #expect(day.watch.takeDue(at: day.now)?.question.name.text == "n777.example", "though it is due last")
  }

  @Test(
    "While not all can be asked, coverage and use decide, and from its limit on nothing goes before a question"
  )
  func precedence() {
    let names = ["rest", "used", "poor", "both"].map { Question(dnsName("\($0).example"), .a) }
    let at = WatchScenario.start
    func order(at moment: Timestamp, limits: [Int64]) -> [String] {
      var schedule = Schedule(seed: 1)
      for (index, question) in names.enumerated() {
        schedule.plan(
          question, at: Self.vantage, for: at + .seconds(Int64(index)),
          as: Precedence(isBelowTarget: index > 1, isInUse: index % 2 == 1), by: at + .seconds(limits[index]))
      }
      return names.compactMap { _ in schedule.take(at: moment)?.question.name.labels.first.map(String.init) }
    }
    #expect(order(at: at + .seconds(2), limits: [300, 300, 300, 300]) == ["poor", "used", "rest"])
    #expect(
      order(at: at + .seconds(3), limits: [300, 300, 300, 300]) == ["both", "poor", "used", "rest"])
    #expect(
      order(at: at + .seconds(60), limits: [50, 40, 300, 300]) == ["used", "rest", "both", "poor"])
    #expect(order(at: at + .seconds(60), limits: [10, 20, 30, 40]) == ["rest", "used", "poor", "both"])
  }

  @Test("A question that is planned again with another precedence is asked once, as the later plan says")
  func newPrecedence() {
    var schedule = Schedule(seed: 1)
    let (at, other) = (WatchScenario.start, Question(dnsName("b.example"), .a))
    let limit = at + .seconds(300)
    schedule.plan(Self.question, at: Self.vantage, for: at, as: Precedence(isInUse: true), by: limit)
    schedule.plan(other, at: Self.vantage, for: at, by: limit)
    #expect(schedule.take(at: at)?.question == Self.question)
    schedule.plan(Self.question, at: Self.vantage, for: at, as: Precedence(isInUse: true), by: limit)
    schedule.plan(Self.question, at: Self.vantage, for: at, as: Precedence(isBelowTarget: false), by: limit)
    #expect(schedule.take(at: at)?.question == other)
    #expect(schedule.take(at: at)?.question == Self.question)
    #expect(schedule.take(at: at) == nil && schedule.nextDue() == nil)
  }

  @Test("A name without an AAAA record gives way, however long nobody saw an address of it")
  func denied() {
    let names = (0..<20).map { "n\($0).example" }
    var day = WatchScenario(
      [policy(names, families: [.ipv4, .ipv6])], limits: Limits(queriesPerSecond: 20))
    for name in names {
      day.outcome(.noData, for: name, .aaaa)
      day.answer(name, ["20.0.0.1"], ttl: 250)
    }
    day.pass(.seconds(270))
    let first = (0..<20).compactMap { _ in day.watch.takeDue(at: day.now)?.question.type }
    #expect(first == [RecordType](repeating: .a, count: 20))
  }

  @Test("An upstream that answers again is asked at once for all that failed meanwhile")
  func recovery() {
    let names = (0..<10).map { "n\($0).example" }
    var day = WatchScenario([policy(names)])
    while day.watch.takeDue(at: day.now) != nil {}
    for _ in 0..<10 {
      for name in names { day.outcome(.failure(.timeout), for: name) }
      day.pass(.seconds(300))
      while day.watch.takeDue(at: day.now) != nil {}
    }
    for name in names.dropFirst() { day.outcome(.failure(.timeout), for: name) }
    #expect(day.watch.takeDue(at: day.now) == nil)
    day.answer("n0.example", ["20.0.0.1"])
    var asked = 0
    while day.watch.takeDue(at: day.now) != nil { asked += 1 }
    #expect(asked == 9)
  }

  @Test("The budget bounds how many questions go out in a second, whatever is due")
  func budget() {
    let names = (0..<1000).map { "n\($0).example" }
    var watch = WatchScenario([policy(names)], limits: Limits(queriesPerSecond: 100)).watch
    var sent = 0
    for millisecond in 0..<2000 as Range<Int64> {
      while watch.takeDue(at: WatchScenario.start + .milliseconds(millisecond)) != nil { sent += 1 }
    }
    #expect((290...301).contains(sent))
  }

  @Test("Who asks often when the next question may go isn't put off for ever")
  func patience() {
    var day = WatchScenario([policy(["a.example", "b.example"])], limits: Limits(queriesPerSecond: 1))
    #expect(day.watch.takeDue(at: day.now) != nil)
    let wakes = (0..<5).map { _ in
      day.pass(.milliseconds(200))
      return day.watch.nextWake(after: day.now)
    }
    #expect(Set(wakes) == [WatchScenario.start + .seconds(1)])
    #expect(day.watch.takeDue(at: day.now) != nil)
  }

  @Test("A wall clock that goes back by a day delays no question beyond the ceiling")
  func clockGoesBack() {
    var day = WatchScenario([policy(["a.example"])])
    while day.watch.takeDue(at: day.now) != nil {}
    day.answer("a.example", ["20.0.0.1"])
    day.store()
    day.pass(.seconds(-86_400))
    day.store()
    let wake = day.watch.nextWake(after: day.now)
    #expect(wake.map { $0 <= day.now + .seconds(301) } == true)
  }
}
