import DNS
import Deciding
import FakeNameServer
import Resolving
import Testing

/// One fault of a name server and what a lookup must make of it.
struct Fault: Sendable, CustomTestStringConvertible {
  let label: String
  let outcome: Outcome
  var addresses: [String] = []
  /// The fewest and most packets that may be sent.
  var attempts = 1...1
  var testDescription: String { label }
}

@Suite(.timeLimit(.minutes(2))) struct DNSResolverTests {
  static let fake = Vantage("fake")

  static func settings(_ change: (inout ResolverSettings) -> Void = { _ in }) -> ResolverSettings {
    var settings = ResolverSettings()
    settings.tries = [.milliseconds(60), .milliseconds(120)]
    settings.tcpTry = .milliseconds(150)
    settings.deadline = .seconds(2)
    settings.pacing = nil
    change(&settings)
    return settings
  }

  static func resolver(
    _ server: FakeNameServer, _ settings: ResolverSettings = settings(), clientSubnet: IPPrefix? = nil,
    transport: Transport = .udp
  ) throws -> DNSResolver {
    try DNSResolver(
      upstreams: [server.upstream(transport: transport, clientSubnet: clientSubnet)], settings: settings,
      now: { Timestamp(seconds: 1) })
  }

  static func question(_ label: String, _ type: RecordType = .a) throws -> Question {
    try Question(DomainName("\(label).test"), type)
  }

  static let both = ["192.0.2.1", "192.0.2.2"]

  /// Whether this c-ares reads each reply itself and hands back a fault; older ones drop what they can't place.
  static let readsReplies =
    (DNSResolver.libraryVersion.split(separator: ".").dropFirst().first.flatMap { Int($0) } ?? 0) > 20
  /// What comes of a reply that has no question, or no whole header.
  static let unread: Outcome = readsReplies ? .failure(.malformed) : .failure(.timeout)

  @Test(arguments: [
    Fault(label: "plain", outcome: .answer, addresses: both),
    Fault(label: "nodata", outcome: .noData), Fault(label: "nxdomain", outcome: .nxDomain),
    Fault(label: "nxalias", outcome: .nxDomain), Fault(label: "aliasonly", outcome: .noData),
    Fault(label: "rcode2", outcome: .failure(.servFail)),
    Fault(label: "rcode4", outcome: .failure(.servFail)),
    Fault(label: "rcode5", outcome: .failure(.refused)), Fault(label: "rcode7", outcome: .failure(.servFail)),
    Fault(label: "rcode1", outcome: .failure(.formErr), attempts: 2...3),
    Fault(label: "formerralways", outcome: .failure(.formErr), attempts: 1...3),
    Fault(label: "formerr", outcome: .answer, addresses: both, attempts: 1...2),
    Fault(label: "badvers", outcome: .answer, addresses: both, attempts: 2...2),
    Fault(label: "headeronly", outcome: .answer, addresses: both, attempts: 2...2),
    Fault(label: "bare5", outcome: .failure(.refused), attempts: 2...2),
    Fault(label: "bare2", outcome: .failure(.servFail), attempts: 2...2),
    Fault(label: "bare4", outcome: .failure(.servFail), attempts: 2...2),
    Fault(label: "bare3", outcome: unread, attempts: 2...2),
    Fault(label: "bareonce", outcome: .answer, addresses: both, attempts: 2...2),
    Fault(label: "barethenright", outcome: .answer, addresses: both, attempts: 1...2),
    Fault(label: "drop", outcome: .failure(.timeout), attempts: 2...2),
    Fault(label: "dropfirst", outcome: .answer, addresses: both, attempts: 2...2),
    Fault(label: "late", outcome: .answer, addresses: both, attempts: 2...2),
    Fault(label: "wrongid", outcome: .failure(.timeout), attempts: 2...2),
    Fault(label: "wrongidthenright", outcome: .answer, addresses: both),
    Fault(label: "wrongquestion", outcome: .failure(.timeout), attempts: 2...2),
    Fault(label: "noquestion", outcome: unread, attempts: 2...2),
    Fault(label: "short", outcome: unread, attempts: 2...2),
    Fault(label: "counts", outcome: .failure(.malformed), attempts: 2...2),
    Fault(label: "nameloop", outcome: .failure(.malformed), attempts: 2...2),
    Fault(label: "twoopt", outcome: .failure(.malformed), attempts: 2...2),
    Fault(label: "notaresponse", outcome: .failure(.malformed), attempts: 2...2),
    Fault(label: "opcode", outcome: .failure(.malformed), attempts: 2...2),
    Fault(label: "empty", outcome: .answer, addresses: both, attempts: 2...2),
    Fault(label: "trail", outcome: .answer, addresses: both),
    Fault(label: "chain", outcome: .answer, addresses: ["192.0.2.1"]),
    Fault(label: "order", outcome: .answer, addresses: ["192.0.2.1"]),
    Fault(label: "outside", outcome: .answer, addresses: ["192.0.2.1"]),
    Fault(label: "odd", outcome: .answer, addresses: ["192.0.2.1"]),
    Fault(label: "ttls", outcome: .answer, addresses: both),
    Fault(label: "loop", outcome: .failure(.malformed)),
    Fault(label: "tc", outcome: .answer, addresses: both, attempts: 2...2),
    Fault(label: "tcbroken", outcome: .answer, addresses: both, attempts: 2...2),
    Fault(label: "tcclose", outcome: .failure(.truncated), attempts: 3...3),
    Fault(label: "tcsilent", outcome: .failure(.truncated), attempts: 3...3),
  ])
  func `Each fault gives its own outcome`(fault: Fault) async throws {
    let server = try FakeNameServer(script: FaultScript.react)
    let resolver = try Self.resolver(server)
    let lookup = await resolver.lookup(try Self.question(fault.label), at: Self.fake)
    #expect(lookup.outcome == fault.outcome, "\(lookup.detail ?? "")")
    #expect(lookup.chain.addresses.map(\.data.description) == fault.addresses)
    // What c-ares can't read is asked for otherwise as well.
    let most = Self.readsReplies ? 4 : fault.attempts.upperBound
    #expect((fault.attempts.lowerBound...most).contains(lookup.attempts), "\(lookup.attempts) packets")
    #expect((lookup.detail == nil) == lookup.outcome.isSuccess)
    #expect(lookup.at == Timestamp(seconds: 1) && lookup.vantage == Self.fake)
    // The upstream serves the next question whatever it did before.
    #expect(await resolver.lookup(try Self.question("next"), at: Self.fake).outcome == .answer)
    let statistics = try #require(resolver.statistics.first)
    #expect(statistics.completed == 2 && statistics.outstanding == 0 && statistics.queued == 0)
  }

  @Test func `The chain is in order, whatever the order in the reply, and strangers are kept apart`()
    async throws
  {
    let server = try FakeNameServer(script: FaultScript.react)
    let resolver = try Self.resolver(server)
    for label in ["chain", "order"] {
      let chain = await resolver.lookup(try Self.question(label), at: Self.fake).chain
      #expect(chain.links.map(\.target.text) == ["a.test", "b.test"])
      #expect(chain.links.map(\.ttl.seconds) == [10, 20] && chain.smallestTTL?.seconds == 5)
    }
    let outside = await resolver.lookup(try Self.question("outside"), at: Self.fake).chain
    #expect(outside.outOfChain.map(\.owner.text) == ["evil.test", "outside.test"])
    let denial = await resolver.lookup(try Self.question("nxalias"), at: Self.fake)
    #expect(denial.chain.links.map(\.target.text) == ["other.test"] && denial.negativeTTL?.seconds == 30)
    let ttls = await resolver.lookup(try Self.question("ttls"), at: Self.fake).chain.addresses.map(
      \.ttl.seconds)
    #expect(ttls == [0, 0])
  }

  @Test(arguments: [Transport.udp, .tcp])
  func `A refusal without the question is told at once, and not after the time of the tries`(
    transport: Transport
  ) async throws {
    // 1.34 reads TCP in other pieces; there it is a reply that can't be read.
    guard transport == .udp || !Self.readsReplies else { return }
    let server = try FakeNameServer(script: FaultScript.react)
    let resolver = try Self.resolver(
      server,
      Self.settings {
        ($0.tries, $0.tcpTry, $0.deadline) = ([.seconds(20), .seconds(20)], .seconds(20), .seconds(40))
      }, transport: transport)
    let lookups = await withTaskGroup(of: Lookup.self) { group in
      // No more than the server's receive buffer holds.
      for index in 0..<80 {
        let question = Question(DomainName(canonical: "bare5.n\(index).test"), .a)
        group.addTask { await resolver.lookup(question, at: Self.fake) }
      }
      return await group.reduce(into: [Lookup]()) { $0.append($1) }
    }
    #expect(lookups.allSatisfy { $0.outcome == .failure(.refused) && $0.responseCode == .refused })
    #expect(lookups.allSatisfy { $0.roundTrip < .seconds(10) }, "\(lookups.map(\.roundTrip).max() ?? .zero)")
    let statistics = try #require(resolver.statistics.first)
    #expect(statistics.outstanding == 0 && statistics.timeouts == 0 && statistics.malformed == 0)
  }

  @Test func `Refusals from strangers and with other IDs don't end a lookup or cost a try`() async throws {
    let server = try FakeNameServer(script: FaultScript.react)
    let resolver = try Self.resolver(
      server, Self.settings { ($0.tries, $0.deadline) = ([.seconds(20), .seconds(20)], .seconds(40)) })
    for index in 0..<5 {
      let question = Question(DomainName(canonical: "forgedrefusals.n\(index).test"), .a)
      let lookup = await resolver.lookup(question, at: Self.fake)
      #expect(lookup.outcome == .answer, "\(lookup.detail ?? "")")
      #expect(lookup.chain.addresses.map(\.data.description) == Self.both)
      #expect(lookup.attempts == 1 && lookup.roundTrip < .seconds(20), "no try was waited for")
    }
    #expect(server.queries.count == 5)
    let statistics = try #require(resolver.statistics.first)
    #expect(statistics.timeouts == 0 && statistics.malformed == 0)
  }

  @Test func `No address is dropped: 40 over UDP, 2,000 over TCP`() async throws {
    let server = try FakeNameServer(script: FaultScript.react)
    let resolver = try Self.resolver(server, Self.settings { $0.tcpTry = .seconds(2) })
    #expect(await resolver.lookup(try Self.question("many"), at: Self.fake).chain.addresses.count == 40)
    #expect(await resolver.lookup(try Self.question("tclarge"), at: Self.fake).chain.addresses.count == 2000)
    #expect(resolver.statistics.first?.tcp == 1)
  }

  @Test func `An upstream over TCP answers, and a refused connection is told`() async throws {
    let server = try FakeNameServer(script: FaultScript.react)
    let resolver = try Self.resolver(server, transport: .tcp)
    await withTaskGroup(of: Outcome.self) { group in
      for index in 0..<100 {
        group.addTask {
          await resolver.lookup(Question(DomainName(canonical: "n\(index).test"), .a), at: Self.fake).outcome
        }
      }
      for await outcome in group { #expect(outcome == .answer) }
    }
    #expect(server.queries.allSatisfy { $0.transport == .tcp })
  }

  @Test func `After one FORMERR replies over 512 octets are still complete`() async throws {
    let server = try FakeNameServer(script: FaultScript.react)
    let resolver = try Self.resolver(
      server,
      Self.settings {
        $0.plainFor = .zero; $0.lanes = 1
      })
    _ = await resolver.lookup(try Self.question("formerr"), at: Self.fake)
    let big = await resolver.lookup(try Self.question("big"), at: Self.fake)
    #expect(big.outcome == .answer && big.chain.addresses.count == 60, "\(big.detail ?? "")")
  }

  @Test func `TCP that fails for a truncated reply leaves other queries alone`() async throws {
    let server = try FakeNameServer(script: FaultScript.react)
    let resolver = try Self.resolver(server)
    async let late = resolver.lookup(try Self.question("late"), at: Self.fake)
    async let truncated = resolver.lookup(try Self.question("tcclose"), at: Self.fake)
    #expect(try await truncated.outcome == .failure(.truncated))
    #expect(try await late.outcome == .answer)
  }

  @Test func `A client subnet is sent, and a reply for another one is refused`() async throws {
    let server = try FakeNameServer(script: FaultScript.react)
    let subnet = try #require(IPPrefix("203.0.113.0/24"))
    let resolver = try Self.resolver(server, clientSubnet: subnet)
    #expect(await resolver.lookup(try Self.question("plain"), at: Self.fake).outcome == .answer)
    #expect(server.queries.first?.message.edns?.clientSubnet?.prefix == subnet)
    let other = await resolver.lookup(try Self.question("otherscope"), at: Self.fake)
    #expect(other.outcome == .failure(.malformed))
    #expect(await resolver.lookup(try Self.question("formerr"), at: Self.fake).outcome == .answer)
  }

  @Test func `Mixed case must come back, when it is asked for`() async throws {
    let server = try FakeNameServer(script: FaultScript.react)
    let strict = try Self.resolver(server, Self.settings { $0.mixesCase = true })
    #expect(await strict.lookup(try Self.question("plain"), at: Self.fake).outcome == .answer)
    #expect(
      await strict.lookup(try Self.question("lowercase"), at: Self.fake).outcome == .failure(.malformed))
    let asked = try Self.question("lowercase")
    #expect(
      server.queries.contains { $0.question == asked && $0.octets.contains { (0x41...0x5a).contains($0) } })
    let lenient = try Self.resolver(server)
    #expect(await lenient.lookup(asked, at: Self.fake).outcome == .answer)
  }

  @Test func `An unknown vantage is told at once`() async throws {
    let server = try FakeNameServer(script: FaultScript.react)
    let resolver = try Self.resolver(server)
    let lookup = await resolver.lookup(try Self.question("plain"), at: Vantage("nobody"))
    #expect(lookup.outcome == .failure(.network) && lookup.detail?.contains("nobody") == true)
  }

  @Test func `Source ports and ids change`() async throws {
    let server = try FakeNameServer(script: FaultScript.react)
    let resolver = try Self.resolver(server, Self.settings { $0.queriesPerSocket = 20 })
    for index in 0..<200 { _ = await resolver.lookup(try Self.question("n\(index)"), at: Self.fake) }
    let queries = server.queries
    #expect(queries.count == 200)
    #expect(Set(queries.map(\.source)).count >= 8)
    #expect(Set(queries.map(\.message.id)).count > 190)
    #expect(resolver.statistics.first?.answered == 200)
    #expect(resolver.statistics.first?.roundTrip != nil)
  }
}
