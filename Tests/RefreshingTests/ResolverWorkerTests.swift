import DNS
import Deciding
import Logging
import Refreshing
import Testing

@Suite("The loop: resolve, record, decide, publish", .timeLimit(.minutes(10)))
struct ResolverWorkerTests {
  /// Everything around a worker, scripted.
  private struct Stage {
    let clock = ScriptedClock()
    let resolver: ScriptedResolver
    let history = ScriptedHistory()
    let publisher = ScriptedPublisher()
    let worker: ResolverWorker

    init(_ names: [String], patterns: [String] = [], taps: [Vantage] = [], limits: Limits = Limits()) {
      resolver = ScriptedResolver(clock)
      let selectors =
        names.map { Selector.name(dnsName($0)) }
        + patterns.compactMap { try? NamePattern($0) }.map { Selector.pattern($0) }
      let policies = [SetName("mcr")].compactMap { $0 }.map {
        SetPolicy(name: $0, selectors: selectors, families: [.ipv4], retention: .seconds(3600))
      }
      let watch = Watch(
        policies: policies, vantages: [Vantage("one")], taps: taps, limits: limits, now: clock.now, seed: 1,
        digesting: { Digest(octets: Array($0.suffix(32))) })
      worker = ResolverWorker(
        watch: watch, resolver: resolver, recorder: history, publisher: publisher, clock: clock,
        logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
    }

    /// Runs the worker while `body` does.
    func run(_ body: () async -> Void) async throws {
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await worker.run() }
        await body()
        group.cancelAll()
        try await group.waitForAll()
      }
    }

    func await(_ span: Duration = .seconds(60), _ condition: () async -> Bool) async -> Bool {
      await clock.pass(span, until: condition)
    }
  }

  @Test("A new address is in a published generation within a refresh, and the history has it first")
  func newAddress() async throws {
    let stage = Stage(["a.example"])
    stage.resolver.answer("a.example", ["20.0.0.1"])
    try await stage.run {
      #expect(await stage.await { await stage.publisher.addresses == ["20.0.0.1"] })
      stage.resolver.answer("a.example", ["20.0.0.1", "20.0.0.2"])
      #expect(await stage.await { await stage.publisher.addresses == ["20.0.0.1", "20.0.0.2"] })
      #expect(await stage.history.generations == [1, 2])
      #expect(await stage.publisher.generations == [1, 2])
    }
  }

  @Test(
    "While the history is full nothing new is published, the service is not ready, and then nothing is missing"
  )
  func fullHistory() async throws {
    let stage = Stage(["a.example"])
    stage.resolver.answer("a.example", ["20.0.0.1"])
    try await stage.run {
      #expect(await stage.await { await stage.publisher.generations == [1] })
      await stage.history.fill(true)
      stage.resolver.answer("a.example", ["20.0.0.1", "20.0.0.2"])
      #expect(await stage.await { await stage.publisher.readiness?.isReady == false })
      #expect(await stage.publisher.addresses == ["20.0.0.1"])
      #expect(await stage.publisher.readiness?.faults.first?.contains("no space left") == true)
      await stage.history.fill(false)
      #expect(await stage.await { await stage.publisher.addresses == ["20.0.0.1", "20.0.0.2"] })
      #expect(await stage.publisher.readiness?.isReady == true)
      #expect(await stage.history.generations == [1, 2])
      let opened = await stage.history.batches.flatMap(\.observations).map(\.key.data.description)
      #expect(Set(opened) == ["20.0.0.1", "20.0.0.2"])
    }
  }

  @Test("No more questions are underway than the limit")
  func outstanding() async throws {
    let stage = Stage((0..<100).map { "n\($0).example" }, limits: Limits(outstanding: 7))
    for number in 0..<100 { stage.resolver.answer("n\(number).example", ["20.0.0.\(number + 1)"]) }
    try await stage.run {
      #expect(await stage.await { await stage.publisher.addresses.count == 100 })
      #expect(stage.resolver.mostUnderway <= 7)
    }
  }

  @Test("A sighting leads to an answer in the set within a second")
  func sighting() async throws {
    let stage = Stage(["a.example"], patterns: ["*.data.example"])
    stage.resolver.answer("a.example", ["20.0.0.1"])
    stage.resolver.answer("eastus.data.example", ["20.0.0.2"])
    try await stage.run {
      #expect(await stage.await { await stage.publisher.generations == [1] })
      let name = dnsName("eastus.data.example")
      await stage.worker.observe([Sighting(name: name, source: "test", count: 1, at: stage.clock.now)])
      #expect(await stage.await(.seconds(1)) { await stage.publisher.addresses == ["20.0.0.1", "20.0.0.2"] })
    }
  }

  @Test("What a client was just given is published within 50 ms, without a lookup of ours")
  func tapped() async throws {
    let tap = Vantage("office")
    let stage = Stage(["a.example"], patterns: ["*.data.example"], taps: [tap])
    stage.resolver.answer("a.example", ["20.0.0.1"])
    func given(_ name: String, _ address: String) -> TapReport {
      let question = Question(dnsName(name), .a)
      let record = IPAddress(address).map {
        ResourceRecord(owner: question.name, type: .a, ttl: TTL(wire: 30), data: .address($0))
      }
      var report = TapReport()
      report.lookups = [
        Lookup(
          question: question, vantage: tap, at: stage.clock.now, outcome: .answer,
          chain: CNAMEChain(question, answers: [record].compactMap { $0 }))
      ]
      return report
    }
    try await stage.run {
      #expect(await stage.await { await stage.publisher.generations == [1] })
      await stage.worker.noteTap(tap, isLive: true)
      await stage.worker.observe(given("first.data.example", "20.0.0.2"))
      #expect(await stage.await(.seconds(1)) { await stage.publisher.addresses == ["20.0.0.1", "20.0.0.2"] })
      await stage.worker.observe(given("second.data.example", "20.0.0.3"))
      #expect(await stage.await(.milliseconds(50)) { await stage.publisher.addresses.count == 3 })
      let kinds = await stage.history.batches.flatMap(\.observations).map(\.key.vantage)
      #expect(kinds.filter { $0 == tap }.count == 2)
    }
  }

  @Test("How a source does is stored soon, and what it had to drop is told as a reached cap")
  func sourceReports() async throws {
    let stage = Stage(["a.example"])
    stage.resolver.answer("a.example", ["20.0.0.1"])
    var report = SourceReport(label: "log", kind: "dnsmasq")
    report.items = 5
    report.dropped = 3
    try await stage.run { [report] in
      await stage.worker.note([report])
      #expect(
        await stage.await {
          let batches = await stage.history.batches
          return batches.contains { $0.sourceReports == [report] }
            && batches.flatMap(\.events).contains { $0.kind == "cap.reached" && $0.subject == "log" }
        })
      #expect(await stage.worker.sourceReports == ["log": report])
    }
  }

  @Test("A stop in the middle of lookups ends the loop, and cancelled lookups are not taken for failures")
  func stop() async throws {
    let stage = Stage(["a.example"])
    stage.resolver.answer("a.example", ["20.0.0.1"])
    try await stage.run {
      #expect(await stage.await { await stage.publisher.generations == [1] })
      stage.resolver.getStuck()
      #expect(await stage.await { stage.resolver.asked.count >= 2 })
    }
    let stored = await stage.history.batches.flatMap(\.questions)
    #expect(!stored.isEmpty, "what was seen again is stored at the end")
    #expect(stored.allSatisfy { $0.outcome.isSuccess })
  }

  @Test("An operator's decision takes effect once")
  func decision() async throws {
    let stage = Stage(["a.example"])
    stage.resolver.answer("a.example", ["20.0.0.1", "20.0.0.2"])
    try await stage.run {
      #expect(await stage.await { await stage.publisher.generations == [1] })
      stage.resolver.answer("a.example", ["20.0.0.1"])
      await stage.history.decide(
        Decision(id: 5, at: stage.clock.now, kind: .forget, subject: "20.0.0.2", reason: "moved", by: "test"))
      #expect(await stage.await(.seconds(5)) { await stage.publisher.addresses == ["20.0.0.1"] })
      #expect(await stage.history.batches.flatMap(\.appliedDecisions) == [5])
      #expect(await stage.history.batches.flatMap(\.events).count { $0.kind == "operator.forget" } == 1)
    }
  }

  @Test("One round asks each question once, stores it and ends")
  func round() async {
    let stage = Stage(["a.example", "b.example"])
    stage.resolver.answer("a.example", ["20.0.0.1"])
    stage.resolver.answer("b.example", ["20.0.0.2"])
    async let round = stage.worker.runOnce(deadline: .seconds(30))
    #expect(await stage.await { await stage.history.generations == [1] })
    let result = await round
    #expect(result.sets.first?.snapshot.elements.count == 2)
    #expect(result.readiness.isReady)
    #expect(stage.resolver.asked.sorted().map(\.name.text) == ["a.example", "b.example"])
  }

  @Test("A round without any upstream that answers ends at its deadline with the reason")
  func stuckRound() async {
    let stage = Stage(["a.example"])
    stage.resolver.getStuck()
    async let round = stage.worker.runOnce(deadline: .seconds(30))
    var isOver = false
    let watching = stage.clock
    _ = await watching.pass(.seconds(31), step: .seconds(1)) { false }
    let result = await round
    isOver = true
    #expect(isOver && result.sets.isEmpty && !result.readiness.isReady)
  }

  @Test("A publisher that is slow is never called again before it is done, and has the newest set in the end")
  func slowPublisher() async throws {
    let stage = Stage(["a.example"])
    stage.resolver.answer("a.example", ["20.0.0.1"])
    try await stage.run {
      #expect(await stage.await { await stage.publisher.generations == [1] })
      await stage.publisher.slowDown(by: .seconds(25), on: stage.clock)
      stage.resolver.answer("a.example", ["20.0.0.1", "20.0.0.2"])
      #expect(await stage.await(.seconds(120)) { await stage.publisher.generations == [1, 2] })
      #expect(await stage.publisher.mostUnderway == 1)
    }
  }

  @Test("A lookup that the resolver cancelled by itself is asked again")
  func cancelledByResolver() async throws {
    let stage = Stage(["a.example"])
    stage.resolver.answer("a.example", ["20.0.0.1"])
    stage.resolver.cancelNext(2)
    try await stage.run {
      #expect(await stage.await { await stage.publisher.addresses == ["20.0.0.1"] })
    }
  }

  @Test("A decision that was read before it was stored as taken takes effect once")
  func staleDecision() async throws {
    let stage = Stage(["a.example"])
    stage.resolver.answer("a.example", ["20.0.0.1", "20.0.0.2"])
    try await stage.run {
      #expect(await stage.await { await stage.publisher.generations == [1] })
      await stage.history.slowDown(by: .seconds(3), on: stage.clock)
      await stage.history.decide(
        Decision(id: 5, at: stage.clock.now, kind: .forget, subject: "20.0.0.2", reason: "moved", by: "test"))
      let end = stage.clock.now + .seconds(40)
      #expect(await stage.await(.seconds(41)) { stage.clock.now >= end })
      #expect(await stage.history.batches.flatMap(\.appliedDecisions) == [5])
    }
  }
}
