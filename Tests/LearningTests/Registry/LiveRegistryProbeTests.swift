import DNS
import Deciding
import Foundation
import Learning
import Synchronization
import Testing

/// The probe against servers with TLS on loopback.
@Suite(.timeLimit(.minutes(1)))
struct LiveRegistryProbeTests {
  typealias Action = ScriptedRegistry.Action
  static let now = Timestamp(milliseconds: Int64(Date().timeIntervalSince1970) * 1000)
  static let secret = "sEcReT"
  static let image = SampleImage()

  static func probe(
    _ server: ScriptedRegistry, _ authority: TestAuthority, _ repositories: [String] = ["hello-world"],
    roots: String?? = nil, now: @escaping @Sendable () -> Timestamp = { now },
    sleep: @escaping @Sendable (Duration) async -> Void = { _ in }
  ) throws -> RegistryProbe {
    RegistryProbe(
      registry: RegistryEndpoint(host: DomainName(canonical: "localhost"), port: server.port),
      repositories: try repositories.map { try RegistryRepository(reading: $0) },
      watching: WatchedNames([.pattern(try NamePattern("*.data.mcr.microsoft.com"))]), version: "1.2.3",
      roots: roots ?? authority.roots,
      timeouts: ProbeTimeouts(connect: .seconds(5), read: .milliseconds(500), whole: .milliseconds(1500)),
      seed: 1, now: now, sleep: sleep)
  }

  /// What a registry with the sample image answers, whose blobs are at `location`.
  static func answer(_ path: String, location: String) -> [Action] {
    let repository = "/v2/hello-world/"
    switch path {
    case repository + "manifests/latest":
      return ScriptedRegistry.reply(200, ["Content-Type": SampleImage.indexType], image.index)
    case repository + "manifests/\(image.manifestDigest)":
      return ScriptedRegistry.reply(200, ["Content-Type": SampleImage.manifestType], image.manifest)
    case _ where path.hasPrefix(repository + "blobs/sha256:"):
      let body = Array("<a href=\"\(location)\">Temporary Redirect</a>.\n\n".utf8)
      return ScriptedRegistry.reply(307, ["Location": location], body)
    default: return ScriptedRegistry.reply(404)
    }
  }

  /// Runs one round against a server that answers each request with `actions`.
  static func round(
    _ answer: @escaping @Sendable (ScriptedRegistry.Request, Int) -> [Action],
    _ repositories: [String] = ["hello-world"]
  ) async throws -> (round: RegistryRound, report: SourceReport, paths: [String]) {
    try await TestAuthority.with { authority in
      try await ScriptedRegistry.run(try await authority.identity(), answer) { server in
        let probe = try probe(server, authority, repositories)
        return (await probe.round(), await probe.report, server.paths)
      }
    }
  }

  @Test("The host of the redirect is learned over TLS, and no trace of its query string is left")
  func learns() async throws {
    let host = "westeurope.data.mcr.microsoft.com"
    let location = "https://\(host)/r-s//docker/data?se=2026&sig=\(Self.secret)&regid=\(Self.secret)"
    try await TestAuthority.with { authority in
      let identity = try await authority.identity()
      try await ScriptedRegistry.run(
        identity, { request, _ in Self.answer(request.path, location: location) }
      ) {
        server in
        let probe = try Self.probe(server, authority)
        let round = await probe.round()
        #expect(round.sightings.map(\.name.text) == [host] && round.related.isEmpty)
        #expect(round.sightings.first?.evidence == .resolved && round.sightings.first?.count == 2)
        #expect(round.sightings.first?.source == "registry:localhost:\(server.port)")
        #expect(round.fault == nil && round.steps.count == 4)
        #expect(server.requests.allSatisfy { $0.fields["user-agent"] == "postern/1.2.3" })
        #expect(server.requests.first?.fields["accept"]?.contains(SampleImage.indexType) == true)
        #expect(server.requests.last?.fields["range"] == "bytes=0-0")
        #expect(server.requests.allSatisfy { $0.fields["accept-encoding"] == nil })
        let report = await probe.report
        #expect(report.items == 4 && report.watched == 2 && report.others == 0 && report.refused.isEmpty)
        #expect(report.lastItemAt == Self.now && report.fault == nil && report.kind == "registry")
        var dumped = "\(round) \(round.steps) \(report)"
        dump((round, report), to: &dumped)
        #expect(!dumped.contains(Self.secret))
      }
    }
  }

  @Test(
    "Nothing but the registry is ever contacted",
    arguments: [
      "https://localhost:PORT/x?sig=\(secret)", "http://localhost:PORT/", "https://127.0.0.1:PORT/",
      "https://u:p@localhost:PORT/", "//localhost:PORT/",
    ])
  func contactsNobodyElse(_ place: String) async throws {
    try await TestAuthority.with { authority in
      let identity = try await authority.identity()
      try await ScriptedRegistry.run(identity, { _, _ in ScriptedRegistry.reply(200) }) { data in
        let place = place.replacing("PORT", with: "\(data.port)")
        for status in [307, 401] {
          let answer: @Sendable (ScriptedRegistry.Request, Int) -> [Action] = { request, _ in
            status == 401
              ? ScriptedRegistry.reply(401, ["WWW-Authenticate": "Bearer realm=\"\(place)\""])
              : Self.answer(request.path, location: place)
          }
          try await ScriptedRegistry.run(identity, answer) { server in
            let round = await (try Self.probe(server, authority)).round()
            #expect(round.sightings.isEmpty && round.related.isEmpty && round.fault != nil)
            #expect(round.steps.count == (status == 401 ? 1 : 4))
          }
        }
        #expect(data.connections == 0)
      }
    }
  }

  @Test("A registry that redirects a manifest to itself for ever is asked once")
  func endlessRedirects() async throws {
    let (round, report, paths) = try await Self.round { request, _ in
      ScriptedRegistry.reply(302, ["Location": request.path])
    }
    #expect(paths.count == 1 && round.fault == .manifestRedirected)
    #expect(report.refused == ["manifestRedirected": 1] && report.samples.count == 1)
  }

  @Test("A certificate that can't be believed is named, and nothing is sent")
  func certificates() async throws {
    try await TestAuthority.with { authority in
      let year2000 = Timestamp(seconds: 946_684_800)
      let cases: [(name: String, days: Int, isTrusted: Bool, now: Timestamp, ConnectionFault)] = [
        ("registry.example", 30, true, Self.now, .certificateName),
        ("localhost", -1, true, Self.now, .certificateExpired),
        // A certificate that was just made must have begun.
        ("localhost", 30, false, Self.now + .seconds(60), .certificateUntrusted),
        ("localhost", 30, false, year2000, .certificateNotYetValid),
      ]
      for (name, days, isTrusted, now, fault) in cases {
        let identity = try await authority.identity(name: name, days: days)
        try await ScriptedRegistry.run(identity, { _, _ in ScriptedRegistry.reply(200) }) { server in
          let probe = try Self.probe(
            server, authority, roots: isTrusted ? authority.roots : .some(nil), now: { now })
          let round = await probe.round()
          #expect(round.fault == .connection(fault))
          #expect(server.requests.isEmpty)
          #expect(await probe.report.fault?.contains(fault.description) == true)
        }
      }
    }
  }

  @Test("A file of trust roots that is absent or holds none is said, and nothing is sent")
  func trustRoots() async throws {
    try await TestAuthority.with { authority in
      let identity = try await authority.identity()
      try await ScriptedRegistry.run(identity, { _, _ in ScriptedRegistry.reply(200) }) { server in
        for path in ["/nowhere/ca.pem", "/dev/null", identity.key] {
          let probe = try Self.probe(server, authority, roots: path)
          #expect(await probe.round().fault == .connection(.trustRoots))
        }
        #expect(server.connections == 0)
      }
    }
  }

  @Test("No server, and a server that speaks no TLS, are told apart from an answer")
  func noServer() async throws {
    try await TestAuthority.with { authority in
      let identity = try await authority.identity()
      let closed = try await ScriptedRegistry.run(identity, { _, _ in [] }) { $0 }
      let probe = try Self.probe(closed, authority)
      #expect(await probe.round().fault == .connection(.unreachable))
      try await ScriptedRegistry.run(nil, { _, _ in [] }) { server in
        let probe = try Self.probe(server, authority)
        #expect(await probe.round().fault == .connection(.handshake))
      }
    }
  }

  @Test("A server that doesn't answer, or doesn't end, is left in time; other repositories aren't tried")
  func slow() async throws {
    let head = Array(
      "HTTP/1.1 200 OK\r\nContent-Type: \(SampleImage.indexType)\r\nContent-Length: 99\r\n\r\n{".utf8)
    for actions in [[], [Action.send(head)]] {
      let (round, report, paths) = try await Self.round({ _, _ in actions }, ["hello-world", "b", "c"])
      #expect(round.fault == .connection(.timeout) && paths.count == 1)
      #expect(report.refused == ["timeout": 1])
    }
  }

  @Test("A body that comes in drops for ever is left in time, and one without end at 4 MiB")
  func endlessBodies() async throws {
    let head =
      "HTTP/1.1 200 OK\r\nContent-Type: \(SampleImage.indexType)\r\nTransfer-Encoding: chunked\r\n\r\n"
    let (drops, _, _) = try await Self.round { _, _ in
      [.send(Array(head.utf8)), .drip(Array("1\r\n \r\n".utf8))]
    }
    #expect(drops.fault == .connection(.timeout))
    let chunk = "10000\r\n" + String(repeating: " ", count: 0x10000) + "\r\n"
    let (round, _, _) = try await Self.round { _, _ in
      [.send(Array(head.utf8)), .repeatForever(Array(chunk.utf8))]
    }
    #expect(round.fault == .tooLarge)
    let (long, _, _) = try await Self.round { _, _ in
      [.send(Array("HTTP/1.1 200 OK\r\nContent-Length: \((4 << 20) + 1)\r\n\r\n".utf8))]
    }
    #expect(long.fault == .tooLarge)
  }

  @Test("The endless body of a blob isn't read at all")
  func endlessBlob() async throws {
    let (round, _, paths) = try await Self.round { request, _ in
      guard request.path.contains("/blobs/") else { return Self.answer(request.path, location: "/") }
      let head =
        "HTTP/1.1 307 X\r\nLocation: https://eastus.data.mcr.microsoft.com/\r\nTransfer-Encoding: chunked\r\n\r\n"
      return [
        .send(Array(head.utf8)),
        .repeatForever(Array("1000\r\n\(String(repeating: "x", count: 4096))\r\n".utf8)),
      ]
    }
    #expect(round.sightings.map(\.name.text) == ["eastus.data.mcr.microsoft.com"] && paths.count == 4)
  }

  @Test("A header without end, or with too many fields, isn't read to its end")
  func headerBombs() async throws {
    let start = Action.send(Array("HTTP/1.1 200 OK\r\n".utf8))
    for piece in [
      "X-A: 1\r\n", "X-Long-\(String(repeating: "a", count: 4096))",
      "X: \(String(repeating: "b", count: 4096))",
    ] {
      let (round, _, _) = try await Self.round { _, _ in [start, .repeatForever(Array(piece.utf8))] }
      #expect([.connection(.notHTTP), .connection(.timeout)].contains(round.fault), "\(piece.prefix(20))")
    }
    let (interim, _, _) = try await Self.round { _, _ in
      [.repeatForever(Array("HTTP/1.1 103 Early Hints\r\n\r\n".utf8))]
    }
    #expect(interim.finds.isEmpty && interim.fault != nil)
  }

  @Test("What is no HTTP, or ends within a response, is said")
  func torn() async throws {
    let head = "HTTP/1.1 200 OK\r\nContent-Type: \(SampleImage.indexType)\r\n"
    let cases: [([Action], [ConnectionFault])] = [
      ([.close], [.torn]),
      ([.send(Array("\(head)Content-Length: 9\r\n\r\n{".utf8)), .close], [.torn, .notHTTP]),
      ([.send(Array("\(head)Transfer-Encoding: chunked\r\n\r\n5\r\n{".utf8)), .close], [.torn, .notHTTP]),
      ([.send(Array("SSH-2.0-OpenSSH_9.2p1\r\n".utf8))], [.notHTTP]),
      ([.send(Array("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n".utf8))], [.notHTTP]),
      ([.send([UInt8](repeating: 0, count: 4096))], [.notHTTP]),
    ]
    for (actions, faults) in cases {
      let (round, _, _) = try await Self.round { _, _ in actions }
      #expect(faults.map { .connection($0) }.contains(round.fault), "\(String(describing: round.fault))")
    }
  }

  @Test("A body that says it is compressed stays as small as it came")
  func compressed() async throws {
    let (round, _, _) = try await Self.round { _, _ in
      ScriptedRegistry.reply(
        200, ["Content-Type": SampleImage.indexType, "Content-Encoding": "gzip"],
        [0x1f, 0x8b, 8, 0, 0, 0, 0, 0])
    }
    #expect(round.fault == .notManifest)
  }

  @Test("After 429 no repository is asked until the time is over, and then the host is found")
  func throttled() async throws {
    try await TestAuthority.with { authority in
      let clock = Mutex(Self.now)
      let now: @Sendable () -> Timestamp = { clock.withLock { $0 } }
      let location = "https://eastus.data.mcr.microsoft.com/?\(Self.secret)"
      let answer: @Sendable (ScriptedRegistry.Request, Int) -> [Action] = { request, number in
        number == 0
          ? ScriptedRegistry.reply(429, ["Retry-After": "3600"], Array("Ref A: 1 Ref B: 2".utf8))
          : Self.answer(request.path, location: location)
      }
      try await ScriptedRegistry.run(try await authority.identity(), answer) { server in
        let probe = try Self.probe(server, authority, ["hello-world", "b"], now: now)
        #expect(await probe.round().retryAfter == .seconds(3600))
        clock.withLock { $0 = $0 + .seconds(3599) }
        let early = await probe.round()
        #expect(early.fault == .waiting(until: Self.now + .seconds(3600)) && early.retryAfter == .seconds(1))
        #expect(server.requests.count == 1)
        clock.withLock { $0 = $0 + .seconds(1) }
        #expect(await probe.round().finds.map(\.text) == ["eastus.data.mcr.microsoft.com"])
        #expect(server.requests.count > 1)
      }
    }
  }

  @Test("The loop waits as long as the registry wants, never less than the floor, and delivers what it finds")
  func loop() async throws {
    try await TestAuthority.with { authority in
      let answer: @Sendable (ScriptedRegistry.Request, Int) -> [Action] = { request, number in
        number == 0
          ? ScriptedRegistry.reply(503, ["Retry-After": "40000"])
          : Self.answer(request.path, location: "https://eastus.data.mcr.microsoft.com/")
      }
      try await ScriptedRegistry.run(try await authority.identity(), answer) { server in
        let clock = Mutex(Self.now)
        let waits = Mutex([Duration]())
        let delivered = Mutex([[Sighting]]())
        let probe = try Self.probe(
          server, authority, now: { clock.withLock { $0 } },
          sleep: { span in
            clock.withLock { $0 = $0 + span }
            waits.withLock { $0.append(span) }
            // The third wait ends the test, as a service's end would.
            if waits.withLock({ $0.count }) == 3 { withUnsafeCurrentTask { $0?.cancel() } }
          })
        await probe.run { sightings, _ in delivered.withLock { $0.append(sightings) } }
        let spans = waits.withLock { $0 }
        #expect(spans.count == 3)
        #expect((.seconds(3)...(.seconds(8))).contains(spans[0]))
        #expect((.seconds(40_000)...(.seconds(44_000))).contains(spans[1]))
        #expect((.seconds(19_440)...(.seconds(23_760))).contains(spans[2]))
        #expect(delivered.withLock { $0.map { $0.map(\.name.text) } } == [["eastus.data.mcr.microsoft.com"]])
      }
    }
  }

  @Test("A cancelled round ends at once")
  func cancelled() async throws {
    try await TestAuthority.with { authority in
      let (asked, continuation) = AsyncStream<Void>.makeStream()
      let answer: @Sendable (ScriptedRegistry.Request, Int) -> [Action] = { _, _ in
        continuation.yield()
        return []
      }
      try await ScriptedRegistry.run(try await authority.identity(), answer) { server in
        let probe = try Self.probe(server, authority, ["a", "b", "c"])
        let start = ContinuousClock.now
        await withTaskGroup(of: RegistryRound?.self) { group in
          group.addTask { await probe.round() }
          for await _ in asked { break }
          group.cancelAll()
          _ = await group.next()
        }
        #expect(ContinuousClock.now - start < .milliseconds(450))
        #expect(server.requests.count == 1)
      }
    }
  }
}
