import DNS
import Deciding
import FakeNameServer
import Foundation
import Resolving
import TestTools
import Testing

/// DNS over TLS against real servers, and against one that misbehaves.
@Suite(.timeLimit(.minutes(5))) struct DNSOverTLSTests {
  private static let vantage = Vantage("tls")
  private static let loopback = IPAddress(v4: 0x7f00_0001)

  private static func settings(_ change: (inout ResolverSettings) -> Void = { _ in }) -> ResolverSettings {
    DNSResolverTests.settings {
      $0.tries = [.milliseconds(200)]
      ($0.tcpTry, $0.deadline) = (.seconds(10), .seconds(20))
      $0.breaker.failures = 1_000_000
      change(&$0)
    }
  }

  private static func upstream(
    _ port: UInt16, name: String? = "localhost", roots: String?, vantage: Vantage = vantage
  ) throws -> Upstream {
    Upstream(
      vantage: vantage, address: loopback, port: port, transport: .tls,
      identity: TLSIdentity(name: try name.map { try DomainName($0) }, roots: roots))
  }

  private static func resolver(
    _ upstreams: [Upstream], _ settings: ResolverSettings = settings()
  ) throws -> DNSResolver {
    try DNSResolver(upstreams: upstreams, settings: settings, now: { Timestamp(seconds: 1) })
  }

  private static func question(_ label: String) throws -> Question {
    try Question(DomainName("\(label).example.net"), .a)
  }

  /// Asks until the server is there.
  private static func ready(_ resolver: DNSResolver, _ vantage: Vantage = vantage) async throws {
    let deadline = ContinuousClock.now + .seconds(30)
    while true {
      let lookup = await resolver.lookup(try question("start"), at: vantage)
      if lookup.outcome == .answer { return }
      try #require(ContinuousClock.now < deadline, "no answer: \(lookup.detail ?? "")")
      try await Task.sleep(for: .milliseconds(20))
    }
  }

  /// Waits until something listens, without the client that is tested.
  private static func listening(_ port: UInt16) async throws {
    let outcome = try await Tool.shell(
      "for i in $(seq 600); do (exec 3<>/dev/tcp/127.0.0.1/$1) 2> /dev/null && exit 0; sleep 0.05; done; exit 1",
      ["\(port)"])
    try #require(outcome.status == 0, "nothing listens on \(port)")
  }

  private static func ask(_ resolver: DNSResolver, _ count: Int, at vantage: Vantage = vantage) async
    -> [Lookup]
  {
    await withTaskGroup(of: Lookup.self) { group in
      for index in 0..<count {
        let question = Question(DomainName(canonical: "n\(index).example.net"), .a)
        group.addTask { await resolver.lookup(question, at: vantage) }
      }
      return await group.reduce(into: [Lookup]()) { $0.append($1) }
    }
  }

  enum Program: String, CaseIterable {
    case unbound
    case dnsdist
    case kresd
  }

  @Test("a real server over TLS isn't understood", arguments: Program.allCases)
  func realServers(program: Program) async throws {
    let behind = try FakeNameServer(script: FaultScript.react)
    try await Tool.withFolder { folder in
      let made = try await TestCertificates.make(in: folder)
      let port = try RealServer.freePort()
      let server = try Self.start(program, port, behind.port, made)
      let resolver = try Self.resolver([Self.upstream(port, roots: made.path("ca.pem"))])
      try await Self.ready(resolver)
      let before = try #require(resolver.statistics.first)
      let lookups = await Self.ask(resolver, 200)
      #expect(lookups.allSatisfy { $0.outcome == .answer && $0.attempts == 1 })
      #expect(Set(lookups.map(\.question)).count == 200)
      let statistics = try #require(resolver.statistics.first)
      #expect(statistics.sockets == before.sockets, "one connection carries them all")
      #expect(statistics.tcp - before.tcp == 200 && statistics.malformed == 0 && statistics.timeouts == 0)
      if program == .unbound {
        let large = await resolver.lookup(try Self.question("large"), at: Self.vantage)
        #expect(large.chain.addresses.count == 2000, "\(large.detail ?? "")")
      }
      withExtendedLifetime(server) {}
    }
  }

  private static func start(
    _ program: Program, _ port: UInt16, _ behind: UInt16, _ made: TestCertificates
  ) throws -> RealServer {
    let (certificate, key) = (made.path("server.pem"), made.path("server.key"))
    let other = try RealServer.freePort()
    switch program {
    case .unbound:
      return try unbound(port, made, name: "server")
    case .dnsdist:
      let text = """
        setLocal("127.0.0.1:\(other)")
        setACL("127.0.0.0/8")
        setSecurityPollSuffix("")
        addTLSLocal("127.0.0.1:\(port)", "\(certificate)", "\(key)")
        newServer({address="127.0.0.1:\(behind)"}):setUp()
        """
      return try RealServer("dnsdist", files: ["dnsdist.conf": text]) {
        ["--supervised", "--disable-syslog", "-C", $0.appending(path: "dnsdist.conf").path]
      }
    case .kresd:
      let text = """
        net.listen('127.0.0.1', \(port), { kind = 'tls' })
        net.tls('\(certificate)', '\(key)')
        trust_anchors.remove('.')
        modules.unload('ta_update')
        cache.open(10 * MB, 'lmdb://@FOLDER@/cache')
        policy.add(policy.all(policy.STUB({'127.0.0.1@\(behind)'})))
        """
      return try RealServer("kresd", files: ["kresd.conf": text]) {
        ["-n", "-c", $0.appending(path: "kresd.conf").path, $0.path]
      }
    }
  }

  private static func unbound(_ port: UInt16, _ made: TestCertificates, name: String) throws -> RealServer {
    let large = (0..<2000).map {
      "  local-data: \"large.example.net. A 198.51.\(100 + $0 / 250).\($0 % 250)\"\n"
    }
    let text = """
      server:
        interface: 127.0.0.1@\(port)
        tls-port: \(port)
        tls-service-pem: "\(made.path("\(name).pem"))"
        tls-service-key: "\(made.path("\(name).key"))"
        username: ""
        chroot: ""
        directory: "@FOLDER@"
        pidfile: ""
        use-syslog: no
        do-ip6: no
        module-config: "iterator"
        num-threads: 1
        local-zone: "example.net." redirect
        local-data: "example.net. A 192.0.2.1"
        local-zone: "large.example.net." static
      \(large.joined())
      remote-control:
        control-enable: no

      """
    return try RealServer("unbound", files: ["unbound.conf": text]) {
      ["-d", "-c", $0.appending(path: "unbound.conf").path]
    }
  }

  /// Who a server is asked to be, and what is said when it can't prove it.
  struct Identity: Sendable, CustomTestStringConvertible {
    let name: String?
    let roots: String?
    var fault: String?
    var testDescription: String { "\(name ?? "address"), \(roots ?? "the system's roots")" }

    static let all = [
      Identity(name: "localhost", roots: "ca.pem"), Identity(name: nil, roots: "ca.pem"),
      // The authority is another's, the server's own certificate is handed out.
      Identity(name: "localhost", roots: "server.pem"),
      Identity(name: "dns.example.net", roots: "ca.pem", fault: "its certificate is not for dns.example.net"),
      Identity(name: "localhost", roots: "other-ca.pem", fault: "its certificate is by no authority of "),
      Identity(name: "localhost", roots: nil, fault: "its certificate is by no authority of the system's"),
      Identity(name: "localhost", roots: "nowhere.pem", fault: "can't be read: No such file or directory"),
      Identity(name: "localhost", roots: "server.key", fault: "there is no certificate in "),
    ]
  }

  @Test("a server that can't prove who it is, is asked")
  func identities() async throws {
    try await Tool.withFolder { folder in
      let made = try await TestCertificates.make(in: folder)
      let ports = [try RealServer.freePort(), try RealServer.freePort()]
      let servers = [
        try TLSServerScript.start(.answers, port: ports[0], made),
        try TLSServerScript.start(.answers, port: ports[1], made, name: "expired-server"),
      ]
      for port in ports { try await Self.listening(port) }
      let rows =
        Identity.all.map { ($0, ports[0]) } + [
          (Identity(name: "localhost", roots: "ca.pem", fault: "its certificate has expired"), ports[1])
        ]
      let resolver = try Self.resolver(
        rows.enumerated().map { index, row in
          try Self.upstream(
            row.1, name: row.0.name, roots: row.0.roots.map(made.path), vantage: Vantage("\(index)"))
        })
      for (index, row) in rows.enumerated() {
        let lookup = await resolver.lookup(try Self.question("row\(index)"), at: Vantage("\(index)"))
        let detail = lookup.detail ?? ""
        guard let fault = row.0.fault else {
          #expect(lookup.outcome == .answer, "\(row.0.testDescription): \(detail)")
          continue
        }
        #expect(lookup.outcome == .failure(.network) && detail.contains(fault), "\(detail)")
        #expect(detail.contains("127.0.0.1:\(row.1) can't be used: "))
        #expect(lookup.attempts == 2 && lookup.roundTrip < .seconds(5), "told at once")
      }
      // The port check's connection ends without a word of TLS.
      let accepted = try servers.map { try TLSServerScript.log($0).count { $0.hasPrefix("query") } }
      #expect(accepted == [3, 0], "no query goes to a server that isn't trusted")
    }
  }

  @Test(
    "a server that breaks the handshake is waited for, or its fault isn't told",
    arguments: [
      (.dies, "the connection was closed during the TLS handshake"),
      (.clear, "what answers there speaks no TLS"), (.silent, "the TLS handshake is not answered"),
    ] as [(TLSServerScript.Manner, String)])
  func brokenHandshakes(manner: TLSServerScript.Manner, fault: String) async throws {
    try await Tool.withFolder { folder in
      let made = try await TestCertificates.make(in: folder)
      let port = try RealServer.freePort()
      let server = try TLSServerScript.start(manner, port: port, made)
      try await Self.listening(port)
      let resolver = try Self.resolver(
        [Self.upstream(port, roots: made.path("ca.pem"))],
        Self.settings { if manner == .silent { $0.tcpTry = .milliseconds(300) } })
      let lookups = await Self.ask(resolver, 20)
      let kind = manner == .silent ? FailureKind.timeout : .network
      for lookup in lookups {
        #expect(lookup.outcome == .failure(kind) && lookup.detail?.contains(fault) == true, "\(lookup)")
        #expect(lookup.attempts == 2 && lookup.roundTrip < .seconds(5))
      }
      withExtendedLifetime(server) {}
    }
  }

  @Test(
    "a server that closes after each reply, or gives octets in its own way, makes lookups fail",
    arguments: [.answers, .closes, .closesOld, .slow, .crumbs] as [TLSServerScript.Manner])
  func manners(manner: TLSServerScript.Manner) async throws {
    try await Tool.withFolder { folder in
      let made = try await TestCertificates.make(in: folder)
      let port = try RealServer.freePort()
      let server = try TLSServerScript.start(manner, port: port, made)
      let resolver = try Self.resolver([Self.upstream(port, roots: made.path("ca.pem"))])
      try await Self.ready(resolver)
      let before = try #require(resolver.statistics.first)
      for index in 0..<5 {
        let lookup = await resolver.lookup(try Self.question("one\(index)"), at: Self.vantage)
        #expect(lookup.outcome == .answer, "\(lookup.detail ?? "")")
      }
      let after = try #require(resolver.statistics.first)
      #expect(
        after.unreachable == before.unreachable && after.timeouts == before.timeouts, "a close is no failure")
      let lookups = await Self.ask(resolver, 20)
      #expect(lookups.allSatisfy { $0.outcome == .answer }, "\(lookups.compactMap(\.detail))")
      let log = try TLSServerScript.log(server)
      let connections = log.filter { $0.hasPrefix("connection") }
      let version = manner == .closesOld ? "TLSv1.2" : "TLSv1.3"
      #expect(connections.allSatisfy { $0.hasSuffix("\(version) dot") })
      if manner == .closes || manner == .closesOld {
        #expect(connections.count >= 25)
        // Not all: a query that meets the server's goodbye makes it end the session with an alert.
        #expect(connections.contains { $0.hasPrefix("connection resumed") }, "\(connections)")
      } else {
        #expect(connections.count == 1)
      }
      // RFC 8467 §4.1.
      #expect(log.filter { $0.hasPrefix("query") }.allSatisfy { $0 == "query 128" })
    }
  }

  @Test("waiting for a server's words in the handshake costs a whole core")
  func idleHandshake() async throws {
    try await Tool.withFolder { folder in
      let made = try await TestCertificates.make(in: folder)
      let port = try RealServer.freePort()
      let server = try TLSServerScript.start(.slow, port: port, made)
      try await Self.listening(port)
      let others = try Set(Self.engineTicks().keys)
      let resolver = try Self.resolver([Self.upstream(port, roots: made.path("ca.pem"))])
      let lookups = await Self.ask(resolver, 20)
      #expect(lookups.allSatisfy { $0.outcome == .answer && $0.roundTrip >= .milliseconds(400) })
      let ticks = try Self.engineTicks().filter { !others.contains($0.key) }.values
      // Of the fifty in half a second that it waits.
      #expect(!ticks.isEmpty && ticks.allSatisfy { $0 < 20 }, "\(ticks) hundredths of a second")
      withExtendedLifetime((server, resolver)) {}
    }
  }

  /// The processor time of each engine's thread, in hundredths of a second (proc(5)).
  private static func engineTicks() throws -> [String: Int] {
    var ticks = [String: Int]()
    for thread in try FileManager.default.contentsOfDirectory(atPath: "/proc/self/task") {
      let stat = try? String(contentsOfFile: "/proc/self/task/\(thread)/stat", encoding: .utf8)
      guard let fields = stat?.split(separator: " "), fields.count > 14, fields[1] == "(resolver)" else {
        continue
      }
      ticks[thread] = (Int(fields[13]) ?? 0) + (Int(fields[14]) ?? 0)
    }
    return ticks
  }

  @Test("replies that share a TLS record wait for the next octet that the socket announces")
  func sharedRecords() async throws {
    try await Tool.withFolder { folder in
      let made = try await TestCertificates.make(in: folder)
      let port = try RealServer.freePort()
      let server = try TLSServerScript.start(.pairs, port: port, made)
      try await Self.listening(port)
      let resolver = try Self.resolver([Self.upstream(port, roots: made.path("ca.pem"))])
      for _ in 0..<3 {
        let lookups = await Self.ask(resolver, 2)
        #expect(lookups.allSatisfy { $0.outcome == .answer && $0.attempts == 1 })
        #expect(lookups.allSatisfy { $0.roundTrip < .seconds(5) })
      }
      withExtendedLifetime(server) {}
    }
  }

  @Test("authorities or a certificate that were replaced need a restart, or what was trusted stays so")
  func replacements() async throws {
    try await Tool.withFolder { folder in
      let made = try await TestCertificates.make(in: folder)
      let port = try RealServer.freePort()
      let roots = made.path("roots.pem")
      func trust(_ name: String) throws {
        try Data(contentsOf: URL(filePath: made.path(name))).write(to: URL(filePath: roots), options: .atomic)
      }
      var server = try TLSServerScript.start(.closes, port: port, made)
      try await Self.listening(port)
      try trust("other-ca.pem")
      let resolver = try Self.resolver([Self.upstream(port, roots: roots)])
      func ask() async throws -> Lookup { await resolver.lookup(try Self.question("www"), at: Self.vantage) }
      #expect(try await ask().detail?.contains("by no authority of \(roots)") == true)
      try trust("ca.pem")
      #expect(try await ask().outcome == .answer)
      // While it can't be read, what was read counts.
      try Data().write(to: URL(filePath: roots))
      #expect(try await ask().outcome == .answer)
      // Another certificate of the same name, and a server that knows no session of before.
      server.end()
      server = try TLSServerScript.start(.closes, port: port, made, name: "server2")
      try await Self.ready(resolver)
      // A session would be resumed without a look at the certificate.
      try trust("other-ca.pem")
      #expect(try await ask().detail?.contains("by no authority of \(roots)") == true)
      withExtendedLifetime(server) {}
    }
  }
}
