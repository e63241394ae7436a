import DNS
import Deciding
import FakeNameServer
import Foundation
import Resolving
import Testing

@Suite(.timeLimit(.minutes(2))) struct EngineLifeTests {
  typealias Base = DNSResolverTests

  @Test func `Cancelling one task ends its lookup alone`() async throws {
    let server = try FakeNameServer {
      $0.question.name.text == "drop.test" ? .silence : try FaultScript.react($0)
    }
    let resolver = try Base.resolver(
      server,
      Base.settings {
        $0.tries = [.seconds(20)]; $0.deadline = .seconds(20)
      })
    let doomed = Task { await resolver.lookup(try Base.question("drop"), at: Base.fake) }
    let others = (0..<50).map { index in
      Task {
        await resolver.lookup(Question(DomainName(canonical: "late.n\(index).test"), .a), at: Base.fake)
      }
    }
    try await eventually { server.queries.count == 51 }
    doomed.cancel()
    #expect(try await doomed.value.outcome == .failure(.cancelled))
    for other in others { #expect(await other.value.outcome == .answer) }
    #expect(resolver.statistics.first?.completed == 51)
  }

  @Test func `A task that is cancelled beforehand sends nothing`() async throws {
    let server = try FakeNameServer(script: FaultScript.react)
    let resolver = try Base.resolver(server)
    let task = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      return await resolver.lookup(try Base.question("plain"), at: Base.fake)
    }
    #expect(try await task.value.outcome == .failure(.cancelled))
    #expect(server.queries.isEmpty)
  }

  @Test func `Stopping completes each lookup exactly once`() async throws {
    let server = try FakeNameServer { _ in .silence }
    let resolver = try Base.resolver(
      server,
      Base.settings {
        $0.tries = [.seconds(20)]; $0.deadline = .seconds(20); $0.outstanding = 200
      })
    let tasks = (0..<2000).map { index in
      Task { await resolver.lookup(Question(DomainName(canonical: "n\(index).test"), .a), at: Base.fake) }
    }
    try await eventually { server.queries.count >= 200 }
    // Some of them race with the stop.
    for task in tasks.prefix(20) { task.cancel() }
    resolver.stop()
    for task in tasks { #expect(await task.value.outcome == .failure(.cancelled)) }
    #expect(await resolver.lookup(try Base.question("plain"), at: Base.fake).outcome == .failure(.cancelled))
    resolver.stop()
  }

  @Test func `A closed port opens the breaker, and an upstream that is back is noticed`() async throws {
    var server = try FakeNameServer(script: FaultScript.react)
    let port = server.port
    let upstream = server.upstream()
    server.stop()
    try await Task.sleep(for: .milliseconds(50))
    let settings = Base.settings {
      $0.tries = [.milliseconds(40), .milliseconds(40)]
      $0.breaker.firstProbe = .milliseconds(100)
      $0.breaker.slowestProbe = .milliseconds(200)
    }
    let resolver = try DNSResolver(upstreams: [upstream], settings: settings, now: { Timestamp(seconds: 1) })
    var last = await resolver.lookup(try Base.question("plain"), at: Base.fake)
    #expect(last.outcome == .failure(.network) && last.detail?.contains("127.0.0.1:\(port)") == true)
    for _ in 0..<5 { last = await resolver.lookup(try Base.question("plain"), at: Base.fake) }
    #expect(resolver.statistics.first?.breaker == .open)
    let sent = try #require(resolver.statistics.first?.sent)
    for _ in 0..<2000 { _ = await resolver.lookup(try Base.question("plain"), at: Base.fake) }
    #expect(try #require(resolver.statistics.first?.sent) < sent + 40, "a fail storm")
    server = try FakeNameServer(port: port, script: FaultScript.react)
    try await eventually {
      await resolver.lookup(Question(DomainName(canonical: "plain.test"), .a), at: Base.fake).outcome
        == .answer
    }
    #expect(resolver.statistics.first?.breaker == .closed)
  }

  @Test func `A silent upstream opens the breaker without dragging another down`() async throws {
    let silent = try FakeNameServer { _ in .silence }
    let sound = try FakeNameServer(script: FaultScript.react)
    let upstreams = [
      Upstream(vantage: Vantage("silent"), address: IPAddress(v4: 0x7f00_0001), port: silent.port),
      sound.upstream(),
    ]
    let resolver = try DNSResolver(
      upstreams: upstreams, settings: Base.settings { $0.tries = [.milliseconds(30)] },
      now: { Timestamp(seconds: 1) })
    for index in 0..<8 {
      let question = try Base.question("n\(index)")
      async let bad = resolver.lookup(question, at: Vantage("silent"))
      #expect(await resolver.lookup(question, at: Base.fake).outcome == .answer)
      #expect(await bad.outcome == .failure(.timeout))
    }
    #expect(resolver.statistics.map(\.breaker) == [.open, .closed])
    #expect(silent.queries.count < 8)
  }

  @Test func `Outstanding lookups are bounded, and so is the queue`() async throws {
    let server = try FakeNameServer { _ in .silence }
    let resolver = try Base.resolver(
      server,
      Base.settings {
        $0.tries = [.seconds(20)]; $0.deadline = .seconds(20); $0.outstanding = 10; $0.queued = 20
      })
    let tasks = (0..<60).map { index in
      Task { await resolver.lookup(Question(DomainName(canonical: "n\(index).test"), .a), at: Base.fake) }
    }
    // Statistics lag by a tick while lookups are underway.
    try await eventually {
      let statistics = resolver.statistics.first
      return server.queries.count == 10 && statistics?.outstanding == 10 && (statistics?.queued ?? 0) > 0
    }
    #expect(server.queries.count == 10)
    resolver.stop()
    var refused = 0
    for task in tasks where await task.value.outcome == .failure(.network) { refused += 1 }
    #expect((30...40).contains(refused))
  }

  @Test func `Pacing spreads queries over time`() async throws {
    let server = try FakeNameServer(script: FaultScript.react)
    let resolver = try Base.resolver(
      server, Base.settings { $0.pacing = .init(queriesPerSecond: 100, burst: 5) })
    let clock = ContinuousClock()
    let took = try await clock.measure {
      for index in 0..<25 { _ = await resolver.lookup(try Base.question("n\(index)"), at: Base.fake) }
    }
    #expect(took > .milliseconds(150))
  }

  @Test func `Replaced upstreams are asked at once, and lookups at the old ones end`() async throws {
    let old = try FakeNameServer { _ in .silence }
    let new = try FakeNameServer(script: FaultScript.react)
    let resolver = try Base.resolver(
      old,
      Base.settings {
        $0.tries = [.seconds(20)]; $0.deadline = .seconds(20)
      })
    let waiting = Task { await resolver.lookup(try Base.question("plain"), at: Base.fake) }
    try await eventually { old.queries.count == 1 }
    resolver.replaceUpstreams([new.upstream()])
    #expect(try await waiting.value.outcome == .failure(.cancelled))
    #expect(await resolver.lookup(try Base.question("plain"), at: Base.fake).outcome == .answer)
  }

  /// Waits for a condition that a real server brings about.
  private func eventually(_ condition: () async -> Bool) async throws {
    let deadline = ContinuousClock.now + .seconds(20)
    while !(await condition()) {
      try #require(ContinuousClock.now < deadline, "it didn't happen within 20 s")
      try await Task.sleep(for: .milliseconds(5))
    }
  }
}
