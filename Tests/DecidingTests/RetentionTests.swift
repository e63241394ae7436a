import DNS
import Deciding
import Testing

@Suite("Retention: when an address leaves")
struct RetentionTests {
  @Test("An address stays while answers hold it, and its last sighting moves")
  func renewed() {
    var day = WatchScenario([policy(["mcr.example"])])
    for _ in 0..<100 {
      day.answer("mcr.example", ["20.0.0.1"])
      day.store()
      day.pass(.seconds(300))
    }
    #expect(day.published() == ["20.0.0.1"])
    #expect(day.publishedSet()?.snapshot.generation == Generation(1))
  }

  @Test("An address that answers lack leaves when its retention has been watched through, not before")
  func leaves() {
    var day = WatchScenario([policy(["mcr.example"])])
    day.answer("mcr.example", ["20.0.0.1", "20.0.0.2"])
    day.store()
    for minute in 1...60 {
      day.pass(.seconds(60))
      day.answer("mcr.example", ["20.0.0.2"])
      day.store()
      #expect(day.published()?.contains("20.0.0.1") == (minute < 60), "minute \(minute)")
    }
    #expect(day.publishedSet()?.snapshot.generation == Generation(2))
  }

  @Test("Denials let the retention run on", arguments: [Outcome.noData, .nxDomain])
  func denial(outcome: Outcome) {
    var day = WatchScenario([policy(["a.example", "b.example"])])
    day.answer("a.example", ["20.0.0.1"])
    day.answer("b.example", ["20.0.0.2"])
    day.store()
    for minute in 1...60 {
      day.pass(.seconds(60))
      day.outcome(outcome, for: "a.example")
      day.answer("b.example", ["20.0.0.2"])
      day.store()
      #expect(day.published()?.contains("20.0.0.1") == (minute < 60), "minute \(minute)")
    }
  }

  @Test(
    "No failure lets the retention run, however long it lasts",
    arguments: FailureKind.allCases.filter { $0 != .cancelled })
  func failureFreezes(kind: FailureKind) {
    var day = WatchScenario([policy(["mcr.example"])])
    day.answer("mcr.example", ["20.0.0.1", "20.0.0.2"])
    day.store()
    for _ in 0..<1000 {
      day.pass(.seconds(300))
      day.outcome(.failure(kind), for: "mcr.example")
    }
    day.store()
    #expect(day.published() == ["20.0.0.1", "20.0.0.2"])
    // Recovered: the retention goes on from where it stood.
    day.answer("mcr.example", ["20.0.0.2"])
    day.store()
    #expect(day.published() == ["20.0.0.1", "20.0.0.2"])
    for _ in 0..<61 {
      day.pass(.seconds(60))
      day.answer("mcr.example", ["20.0.0.2"])
    }
    day.store()
    #expect(day.published() == ["20.0.0.2"])
  }

  @Test("One vantage's failure never takes away what it gave while others answer")
  func vantagesAreJudgedAlone() {
    var day = WatchScenario(
      [policy(["mcr.example"])], vantages: [WatchScenario.one, WatchScenario.two])
    day.answer("mcr.example", ["20.0.0.1"], at: WatchScenario.one)
    day.answer("mcr.example", ["20.0.0.2"], at: WatchScenario.two)
    day.store()
    for _ in 0..<300 {
      day.pass(.seconds(60))
      day.answer("mcr.example", ["20.0.0.1"], at: WatchScenario.one)
      day.outcome(.failure(.timeout), for: "mcr.example", at: WatchScenario.two)
    }
    day.store()
    #expect(day.published() == ["20.0.0.1", "20.0.0.2"])
  }

  @Test("An address that two names give leaves only when the second has stopped giving it")
  func references() {
    var day = WatchScenario([policy(["a.example", "b.example", "c.example"])])
    day.answer("a.example", ["20.0.0.1"])
    day.answer("b.example", ["20.0.0.1"])
    day.answer("c.example", ["20.0.0.9"])
    day.store()
    for _ in 0..<70 {
      day.pass(.seconds(60))
      day.outcome(.noData, for: "a.example")
      day.answer("b.example", ["20.0.0.1"])
      day.answer("c.example", ["20.0.0.9"])
    }
    day.store()
    #expect(day.published() == ["20.0.0.1", "20.0.0.9"])
    #expect(
      day.watch.nameReports.first { $0.name.text == "a.example" }?.addresses.isEmpty == true,
      "a.example gives it no more")
    for _ in 0..<70 {
      day.pass(.seconds(60))
      day.outcome(.nxDomain, for: "b.example")
      day.answer("c.example", ["20.0.0.9"])
    }
    day.store()
    #expect(day.published() == ["20.0.0.9"])
  }

  @Test("A TTL longer than the retention holds the address for the TTL, a hostile one for a day at most")
  func longTTL() {
    for (ttl, hours) in [(UInt32(7200), 2), (2_147_483_647, 24)] {
      var day = WatchScenario([policy(["mcr.example"])])
      day.answer("mcr.example", ["20.0.0.1", "20.0.0.2"], ttl: ttl)
      day.store()
      for minute in 1...(hours * 60) {
        day.pass(.seconds(60))
        day.answer("mcr.example", ["20.0.0.2"], ttl: ttl)
        day.store()
        #expect(
          day.published()?.contains("20.0.0.1") == (minute < hours * 60), "TTL \(ttl), minute \(minute)")
      }
    }
  }

  @Test("A week's outage of the service costs at most a quarter of the retention")
  func restartGap() {
    let policies = [policy(["mcr.example"])]
    var day = WatchScenario(policies)
    day.answer("mcr.example", ["20.0.0.1", "20.0.0.2"])
    let restored = day.restoredState()
    var later = WatchScenario(policies, restored: restored, now: day.now + .seconds(7 * 86_400))
    #expect(later.published() == ["20.0.0.1", "20.0.0.2"], "served at once")
    later.answer("mcr.example", ["20.0.0.2"])
    later.store()
    #expect(later.published() == ["20.0.0.1", "20.0.0.2"])
    for _ in 0..<46 {
      later.pass(.seconds(60))
      later.answer("mcr.example", ["20.0.0.2"])
    }
    later.store()
    #expect(later.published() == ["20.0.0.2"])
  }

  @Test("A crash that lost how questions stood doesn't hold what has gone for as long as it was watched")
  func lostClock() {
    let policies = [policy(["mcr.example"])]
    var day = WatchScenario(policies)
    for _ in 0..<2000 {
      day.answer("mcr.example", ["20.0.0.1", "20.0.0.2"])
      day.pass(.seconds(300))
    }
    var restored = day.restoredState()
    restored.questions = []
    var later = WatchScenario(policies, restored: restored, now: day.now)
    for _ in 0...60 {
      later.answer("mcr.example", ["20.0.0.2"])
      later.pass(.seconds(60))
    }
    later.store()
    #expect(later.published() == ["20.0.0.2"])
  }

  @Test(
    "A wall clock that jumps years ahead or back empties nothing and breaks no interval",
    arguments: [1.0, -1.0])
  func clockJumps(direction: Double) {
    var day = WatchScenario([policy(["mcr.example"])])
    day.answer("mcr.example", ["20.0.0.1", "20.0.0.2"])
    day.store()
    day.pass(.seconds(direction * 3 * 365 * 86_400))
    day.answer("mcr.example", ["20.0.0.2"])
    day.store()
    #expect(day.published() == ["20.0.0.1", "20.0.0.2"])
    for _ in 0..<60 {
      day.pass(.seconds(60))
      day.answer("mcr.example", ["20.0.0.2"])
    }
    day.store()
    #expect(day.published() == ["20.0.0.2"])
    for batch in day.stored {
      for (observation, until) in batch.closed {
        #expect(observation.firstSeen <= observation.lastSeen && observation.lastSeen < until)
      }
    }
  }

  @Test("A removed name is revoked with the next generation, a removed upstream's addresses run out")
  func configurationChanges() {
    let both = [WatchScenario.one, WatchScenario.two]
    var day = WatchScenario([policy(["a.example", "b.example"])], vantages: both)
    day.answer("a.example", ["20.0.0.1"], at: WatchScenario.one)
    day.answer("b.example", ["20.0.0.2"], at: WatchScenario.one)
    day.answer("b.example", ["20.0.0.3"], at: WatchScenario.two)
    for name in ["a.example"] { day.outcome(.noData, for: name, at: WatchScenario.two) }
    let restored = day.restoredState()
    #expect(day.published() == ["20.0.0.1", "20.0.0.2", "20.0.0.3"])
    var next = WatchScenario(
      [policy(["b.example"])], vantages: [WatchScenario.one], restored: restored, now: day.now)
    next.store()
    #expect(next.published() == ["20.0.0.2", "20.0.0.3"])
    for _ in 0..<61 {
      next.pass(.seconds(60))
      next.answer("b.example", ["20.0.0.2"])
      next.store()
    }
    #expect(next.published() == ["20.0.0.2"])
  }

  @Test("Upstreams that change while it runs are followed: new ones are asked, old ones run out")
  func vantagesReplaced() {
    var day = WatchScenario([policy(["a.example"])])
    day.answer("a.example", ["20.0.0.1"])
    day.store()
    day.watch.replaceVantages([WatchScenario.two], at: day.now)
    #expect(day.watch.takeDue(at: day.now)?.vantage == WatchScenario.two)
    for _ in 0..<61 {
      day.answer("a.example", ["20.0.0.2"], at: WatchScenario.two)
      day.store()
      day.pass(.seconds(60))
    }
    day.store()
    #expect(day.published() == ["20.0.0.2"])
  }

  @Test(
    "A set becomes stale when a name has not been looked up for maxStale, keeps its elements, and recovers")
  func stale() {
    var day = WatchScenario([policy(["mcr.example"])])
    day.answer("mcr.example", ["20.0.0.1"])
    day.store()
    for _ in 0..<300 {
      day.pass(.seconds(300))
      day.outcome(.failure(.servFail), for: "mcr.example")
    }
    day.store()
    #expect(day.publishedSet()?.status == .stale)
    #expect(day.published() == ["20.0.0.1"])
    #expect(!day.watch.readiness.isReady)
    day.answer("mcr.example", ["20.0.0.1"])
    day.store()
    #expect(day.publishedSet()?.status == .ok)
    #expect(day.watch.readiness.isReady)
    #expect(
      day.stored.flatMap(\.events).map(\.kind).filter { $0.rawValue.hasPrefix("set.") } == [
        "set.stale", "set.fresh",
      ])
  }

  @Test("A family that can't be looked up for maxStale makes the set stale, though the other family can")
  func staleFamily() {
    var day = WatchScenario([policy(["mcr.example"], families: [.ipv4, .ipv6])])
    day.answer("mcr.example", ["20.0.0.1"])
    day.answer("mcr.example", ["2603:1061:f:100::10"])
    day.store()
    for _ in 0..<300 {
      day.pass(.seconds(300))
      day.outcome(.failure(.servFail), for: "mcr.example")
      day.answer("mcr.example", ["2603:1061:f:100::10"])
    }
    day.store()
    #expect(day.publishedSet()?.status == .stale)
  }

  @Test(
    "A set that nobody looked after for maxStale is stale from the start on, with or without observations")
  func staleFromTheStart() {
    let policies = [policy(["mcr.example"])]
    var day = WatchScenario(policies)
    day.answer("mcr.example", ["20.0.0.1"])
    var restored = day.restoredState()
    let later = day.now + .seconds(2 * 86_400)
    #expect(WatchScenario(policies, restored: restored, now: day.now).publishedSet()?.status == .ok)
    #expect(WatchScenario(policies, restored: restored, now: later).publishedSet()?.status == .stale)
    // A set that was off: its observations were closed long ago, its last generation is still there.
    restored.observations = []
    restored.questions = []
    var next = WatchScenario(policies, restored: restored, now: later)
    #expect(next.publishedSet()?.status == .stale)
    next.answer("mcr.example", ["20.0.0.1"])
    next.store()
    #expect(next.publishedSet()?.status == .ok)
  }

  @Test(
    "A gap costs a set at most a quarter of its own retention, though another set holds the name for longer")
  func gapOfSharedName() {
    let policies = [
      policy(["mcr.example"], set: "short"),
      policy(["mcr.example"], set: "long", retention: .seconds(86_400)),
    ]
    var day = WatchScenario(policies)
    day.answer("mcr.example", ["20.0.0.1", "20.0.0.2"])
    var later = WatchScenario(policies, restored: day.restoredState(), now: day.now + .seconds(7 * 86_400))
    later.answer("mcr.example", ["20.0.0.2"])
    later.store()
    #expect(later.published("short") == ["20.0.0.1", "20.0.0.2"])
    #expect(later.published("long") == ["20.0.0.1", "20.0.0.2"])
  }

  @Test("What a removed upstream gave stays while those that took its place fail for that name")
  func replacedByFailing() {
    var day = WatchScenario([policy(["a.example", "b.example"])])
    day.answer("a.example", ["20.0.0.1"])
    day.answer("b.example", ["20.0.0.2"])
    day.store()
    day.watch.replaceVantages([WatchScenario.two], at: day.now)
    for _ in 0..<130 {
      day.pass(.seconds(60))
      day.outcome(.failure(.timeout), for: "a.example", at: WatchScenario.two)
      day.answer("b.example", ["20.0.0.2"], at: WatchScenario.two)
      day.store()
    }
    #expect(day.published() == ["20.0.0.1", "20.0.0.2"])
    for _ in 0..<61 {
      day.pass(.seconds(60))
      day.answer("a.example", ["20.0.0.3"], at: WatchScenario.two)
      day.answer("b.example", ["20.0.0.2"], at: WatchScenario.two)
      day.store()
    }
    #expect(day.published() == ["20.0.0.2", "20.0.0.3"])
  }

  @Test("When what a removed upstream gave has run out, the history is told to forget its questions")
  func removedUpstreamLeavesNothing() {
    var day = WatchScenario([policy(["a.example"])])
    day.answer("a.example", ["20.0.0.1"])
    day.store()
    day.watch.replaceVantages([WatchScenario.two], at: day.now)
    for _ in 0..<62 {
      day.answer("a.example", ["20.0.0.2"], at: WatchScenario.two)
      day.store()
      day.pass(.seconds(60))
    }
    let retired = day.stored.flatMap(\.retiredQuestions)
    #expect(retired.map(\.vantage) == [WatchScenario.one] && retired.map(\.question.type) == [.a])
  }
}
