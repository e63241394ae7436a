import DNS
import Deciding
import FakeNameServer
import NIOConcurrencyHelpers
import Resolving
import Testing

/// What a hostile server or somebody on the way tries, and what the set may hold afterwards.
struct Attack: Sendable, CustomTestStringConvertible {
  let name: String
  /// The octets that the attacked name is answered with; the honest reply is the writer's.
  let react: @Sendable (FakeNameServer.Query) throws -> FakeNameServer.Reaction
  /// What the set holds after it.
  var after = [Self.honest.description]
  /// Whether only a second opinion keeps it out; the others must be stopped without.
  var needsConfirmation = false
  var testDescription: String { name }

  static let honest = IPAddress(v4: 0x1400_0101)  // 20.0.1.1
  static let evil = IPAddress(v4: 0x4206_0606)  // 66.6.6.6

  static func reply(_ query: FakeNameServer.Query, _ address: IPAddress = honest) throws -> ReplyWriter {
    var writer = query.reply()
    try writer.address(nil, address)
    return writer
  }

  static let all: [Attack] = [
    Attack(name: "a record of another name beside the right one") { query in
      var writer = try reply(query)
      try writer.address(DomainName(canonical: "bank.example"), evil)
      return .send(writer)
    },
    Attack(name: "an address of the name itself beside its alias") { query in
      var writer = query.reply()
      try writer.alias(nil, DomainName(canonical: "edge.example"))
      try writer.address(DomainName(canonical: "edge.example"), honest)
      try writer.address(nil, evil)
      return .send(writer)
    },
    Attack(name: "an address in the additional section") { query in
      var writer = try reply(query)
      try writer.add(nil, .a, data: evil.octets, to: .additional)
      return .send(writer)
    },
    Attack(name: "an alias loop") { query in
      var writer = query.reply()
      try writer.alias(nil, DomainName(canonical: "a.example"))
      try writer.alias(DomainName(canonical: "a.example"), query.question.name)
      try writer.address(nil, evil)
      return .send(writer)
    },
    Attack(name: "a private address") { .send(try reply($0, IPAddress(v4: 0x0a00_0001))) },
    Attack(name: "a loopback address") { .send(try reply($0, IPAddress(v4: 0x7f00_0001))) },
    Attack(name: "the metadata service") { .send(try reply($0, IPAddress(v4: 0xa9fe_a9fe))) },
    Attack(name: "the unspecified address") { .send(try reply($0, IPAddress(v4: 0))) },
    Attack(name: "multicast") { .send(try reply($0, IPAddress(v4: 0xe000_0001))) },
    Attack(name: "a reply from another port or address, before the right one") { query in
      .forge(try reply(query, evil).octets, then: [try reply(query).octets])
    },
    Attack(name: "a reply with another ID, before the right one") { query in
      var forged = try reply(query, evil).octets
      forged[1] ^= 0x2a
      return .send([forged, try reply(query).octets])
    },
    Attack(name: "a reply to another question") { query in
      var forged = try reply(query, evil).octets
      forged[14] ^= 1
      return .send([forged])
    },
    Attack(name: "a reply without a question") { query in
      let octets = try reply(query, evil).octets
      return .send([
        Array(octets.prefix(4)) + [0, 0] + octets[6..<12] + octets.dropFirst(12 + query.questionLength)
      ])
    },
    Attack(name: "a query instead of a reply") { query in
      var forged = try reply(query, evil).octets
      forged[2] &= 0x7f
      return .send([forged])
    },
    Attack(name: "a reply for another client subnet, and a cut one") { query in
      .send([Array(try reply(query, evil).octets.dropLast(3))])
    },
    Attack(name: "a reply that doesn't repeat the case, and the truth over TCP") { query in
      guard query.transport == .udp else { return .send(try reply(query)) }
      return .send([try reply(query, evil).octets.inLowerCase(query.questionLength)])
    },
    Attack(name: "a reply that doesn't repeat the case, and no TCP") { query in
      guard query.transport == .udp else { return .close }
      return .send([try reply(query, evil).octets.inLowerCase(query.questionLength)])
    },
    Attack(name: "NXDOMAIN") { .send($0.reply(code: 3)) },
    Attack(name: "no data") { .send($0.reply()) },
    Attack(name: "REFUSED without a question, before the right reply") { query in
      let header = Array(query.octets.prefix(2)) + [0x81, 0x85] + [UInt8](repeating: 0, count: 8)
      return .send([header, try reply(query).octets])
    },
    Attack(name: "NXDOMAIN without a question") { query in
      .send([Array(query.octets.prefix(2)) + [0x81, 0x83] + [UInt8](repeating: 0, count: 8)])
    },
    Attack(name: "SERVFAIL") { .send($0.reply(code: 2)) },
    Attack(
      name: "a sudden public address that nobody else gives", react: { .send(try reply($0, evil)) },
      needsConfirmation: true),
    Attack(
      name: "a new public address in a network that the name had",
      react: { .send(try reply($0, IPAddress(v4: 0x1400_01fe))) },
      after: [honest.description, "20.0.1.254"], needsConfirmation: true),
  ]
}

extension [UInt8] {
  /// With the question's letters in lower case, as a forger writes them who guesses the name alone.
  fileprivate func inLowerCase(_ questionLength: Int) -> [UInt8] {
    var octets = self
    for index in 12..<12 + questionLength - 4 where (0x41...0x5a).contains(octets[index]) {
      octets[index] |= 0x20
    }
    return octets
  }
}

/// A watch with a real resolver at two servers: one is attacked, the other tells the truth.
struct AttackedWatch {
  static let name = DomainName(canonical: "registry.example")
  static let attacked = Vantage("attacked")
  static let other = Vantage("other")

  let resolver: DNSResolver
  var watch: Watch
  var now = Timestamp(seconds: 1_800_000_000)

  init(_ policies: [SetPolicy], _ servers: [(Vantage, FakeNameServer)], _ settings: ResolverSettings) throws {
    let upstreams = servers.map {
      Upstream(vantage: $0.0, address: IPAddress(v4: 0x7f00_0001), port: $0.1.port)
    }
    resolver = try DNSResolver(upstreams: upstreams, settings: settings, now: { Timestamp(seconds: 1) })
    watch = Watch(
      policies: policies, vantages: servers.map(\.0), limits: Limits(), now: now, seed: 7,
      digesting: { Digest(octets: [UInt8](repeating: UInt8($0.count % 256), count: 32)) })
  }

  /// Asks all that is due, a minute after the last time.
  mutating func round() async {
    now = now + .seconds(301)
    while let next = watch.takeDue(at: now) {
      let lookup = await resolver.lookup(next.question, at: next.vantage)
      watch.take(
        Lookup(
          question: lookup.question, vantage: lookup.vantage, at: now, outcome: lookup.outcome,
          responseCode: lookup.responseCode, chain: lookup.chain, roundTrip: lookup.roundTrip,
          attempts: lookup.attempts, detail: lookup.detail))
    }
    watch.sweep(at: now)
    watch.confirm(watch.makeBatch(at: now))
  }

  /// Asks in peace, then three times under attack, then once in peace, and looks at the set each time.
  ///
  /// - Parameter others: who tells the truth all the time.
  static func suffer(
    _ attack: Attack, _ rule: ConfirmationPolicy, beside others: [(Vantage, FakeNameServer)] = [],
    peaceful rounds: Int
  ) async throws {
    let isAttacked = NIOLockedValueBox(false)
    let server = try FakeNameServer { query in
      try isAttacked.withLockedValue { $0 } ? attack.react(query) : .send(try Attack.reply(query))
    }
    var attacked = try AttackedWatch(
      [try HostileAnswerTests.policy(rule)], [(Self.attacked, server)] + others, HostileAnswerTests.settings)
    defer { attacked.resolver.stop() }
    for _ in 0..<rounds { await attacked.round() }
    #expect(attacked.set == [Attack.honest.description])
    isAttacked.withLockedValue { $0 = true }
    for _ in 0..<3 { await attacked.round() }
    #expect(attacked.set == attack.after)
    isAttacked.withLockedValue { $0 = false }
    await attacked.round()
    #expect(attacked.set == attack.after)
  }

  var set: [String] { watch.publishedSets.first?.snapshot.elements.map(\.address.description) ?? [] }
}

@Suite(.timeLimit(.minutes(3))) struct HostileAnswerTests {
  static func policy(_ rule: ConfirmationPolicy) throws -> SetPolicy {
    SetPolicy(
      name: try #require(SetName("registry")), selectors: [.name(AttackedWatch.name)], families: [.ipv4],
      confirmation: rule)
  }

  static var settings: ResolverSettings {
    DNSResolverTests.settings {
      $0.learnsCase = true
      $0.tries = [.milliseconds(100), .milliseconds(100)]
      $0.breaker.failures = 1000
    }
  }

  @Test(arguments: Attack.all)
  func `An attack leaves the set as it was, and the truth comes through again`(attack: Attack) async throws {
    let honest = try FakeNameServer { .send(try Attack.reply($0)) }
    // So many rounds before that the upstream is known to repeat the case.
    try await AttackedWatch.suffer(
      attack, ConfirmationPolicy(vantages: attack.needsConfirmation ? 2 : 1, afterwards: .refuse),
      beside: [(AttackedWatch.other, honest)], peaceful: 10)
  }

  @Test func `A forged address enters without the rule, so that the rule is what keeps it out`() async throws
  {
    let server = try FakeNameServer {
      .send(try Attack.reply($0, $0.repeats < 1 ? Attack.honest : Attack.evil))
    }
    var attacked = try AttackedWatch(
      [try Self.policy(ConfirmationPolicy())], [(AttackedWatch.attacked, server)], Self.settings)
    for _ in 0..<2 { await attacked.round() }
    #expect(attacked.set == [Attack.honest.description, Attack.evil.description])
    attacked.resolver.stop()
  }

  @Test
  func `Two client subnets at one server are two vantages, each with its own answer, and the set has both`()
    async throws
  {
    let subnets = [try #require(IPPrefix("198.18.1.0/24")), try #require(IPPrefix("198.18.2.0/24"))]
    let server = try FakeNameServer { query in
      let subnet = query.message.edns?.clientSubnet?.prefix
      return .send(try Attack.reply(query, subnet == subnets[0] ? Attack.honest : Attack.evil))
    }
    let upstreams = subnets.map { subnet in
      Upstream(
        vantage: Vantage("near \(subnet)"), address: IPAddress(v4: 0x7f00_0001), port: server.port,
        clientSubnet: subnet)
    }
    let resolver = try DNSResolver(
      upstreams: upstreams, settings: Self.settings, now: { Timestamp(seconds: 1) })
    var watch = Watch(
      policies: [try Self.policy(ConfirmationPolicy())], vantages: upstreams.map(\.vantage), limits: Limits(),
      now: Timestamp(seconds: 1), seed: 7,
      digesting: { _ in Digest(octets: [UInt8](repeating: 0, count: 32)) })
    while let next = watch.takeDue(at: Timestamp(seconds: 2)) {
      watch.take(await resolver.lookup(next.question, at: next.vantage))
    }
    watch.confirm(watch.makeBatch(at: Timestamp(seconds: 2)))
    #expect(watch.publishedSets.first?.snapshot.elements.map(\.address) == [Attack.honest, Attack.evil])
    #expect(watch.vantageReports.map(\.unique) == [1, 1])
    resolver.stop()
  }
}
