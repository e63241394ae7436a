import DNS
import Deciding
import FakeNameServer
import Resolving
import Testing

/// Upstreams that don't know EDNS (RFC 6891 §7), and networks that lose packets, which must not be taken for them.
@Suite(.timeLimit(.minutes(2))) struct EDNSFallbackTests {
  typealias Base = DNSResolverTests

  @Test func `An upstream that answers only without EDNS is asked so at once from then on`() async throws {
    let server = try FakeNameServer(script: FaultScript.react)
    let resolver = try Base.resolver(server)
    let first = await resolver.lookup(try Base.question("headeronly"), at: Base.fake)
    #expect(first.outcome == .answer && first.attempts == 2, "\(first.detail ?? "")")
    #expect(server.queries.map { $0.message.edns != nil } == [true, false])
    let second = await resolver.lookup(try Base.question("headeronly", .aaaa), at: Base.fake)
    #expect(second.attempts == 1 && server.queries.last?.message.edns == nil)
  }

  @Test func `It is asked with EDNS again when the time without it is over`() async throws {
    let server = try FakeNameServer(script: FaultScript.react)
    let resolver = try Base.resolver(server, Base.settings { $0.plainFor = .zero })
    _ = await resolver.lookup(try Base.question("headeronly"), at: Base.fake)
    _ = await resolver.lookup(try Base.question("plain"), at: Base.fake)
    #expect(server.queries.last?.message.edns != nil)
  }

  @Test func `A lost packet doesn't end EDNS at an upstream that answers it`() async throws {
    let server = try FakeNameServer(script: FaultScript.react)
    let resolver = try Base.resolver(server)
    for label in ["plain", "dropfirst", "next"] {
      #expect(await resolver.lookup(try Base.question(label), at: Base.fake).outcome == .answer)
    }
    #expect(server.queries.map { $0.message.edns != nil } == [true, true, false, true])
  }

  @Test func `A client subnet is never left out because nothing answered`() async throws {
    let server = try FakeNameServer(script: FaultScript.react)
    let subnet = try #require(IPPrefix("203.0.113.0/24"))
    let resolver = try Base.resolver(server, clientSubnet: subnet)
    let lookup = await resolver.lookup(try Base.question("headeronly"), at: Base.fake)
    #expect(lookup.outcome == .failure(.formErr))
    #expect(server.queries.allSatisfy { $0.message.edns?.clientSubnet?.prefix == subnet })
  }

  @Test func `A single try keeps EDNS`() async throws {
    let server = try FakeNameServer(script: FaultScript.react)
    let resolver = try Base.resolver(server, Base.settings { $0.tries = [.milliseconds(60)] })
    #expect(
      await resolver.lookup(try Base.question("drop"), at: Base.fake).outcome == .failure(.timeout))
    #expect(server.queries.map { $0.message.edns != nil } == [true])
  }
}
