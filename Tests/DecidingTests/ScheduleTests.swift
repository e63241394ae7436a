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
      (lookup(.failure(.timeout)), 1, 5), (lookup(.failure(.timeout)), 2, 10), (lookup(.failure(.refused)), 4, 40),
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

  @Test("A clock that is set back takes the plan with it: no question waits for the time to come round again")
  func clockSetBack() {
    var schedule = Schedule(seed: 1)
    schedule.plan(Self.question, at: Self.vantage, for: WatchScenario.start + .seconds(30))
    #expect(schedule.take(at: WatchScenario.start) == nil)
    let back = WatchScenario.start - .seconds(86_400)
    #expect(schedule.take(at: back) == nil)
    #expect(schedule.nextDue() == back + .seconds(30))
    #expect(schedule.take(at: back + .seconds(29)) == nil)
    #expect(schedule.take(at: back + .seconds(30))?.question == Self.question)
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
}
