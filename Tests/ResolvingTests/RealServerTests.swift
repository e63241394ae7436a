import DNS
import Deciding
import Foundation
import Resolving
import TestTools
import Testing

/// The engine against NSD (authoritative) and unbound (recursive) on loopback.
@Suite(.timeLimit(.minutes(10))) struct RealServerTests {
  private static let nsd = Vantage("nsd")
  private static let unbound = Vantage("unbound")

  @Test func `NSD and unbound give the same chain, denials and large answers`() async throws {
    let (nsdPort, unboundPort) = (try RealServer.freePort(), try RealServer.freePort())
    let authoritative = try RealServer(
      "nsd", files: ["zone": Self.zone, "nsd.conf": Self.nsdConfiguration(nsdPort)]
    ) { ["-d", "-c", $0.appending(path: "nsd.conf").path] }
    let recursive = try RealServer(
      "unbound", files: ["unbound.conf": Self.unboundConfiguration(unboundPort, forwardTo: nsdPort)]
    ) { ["-d", "-c", $0.appending(path: "unbound.conf").path] }
    let loopback = IPAddress(v4: 0x7f00_0001)
    var settings = DNSResolverTests.settings()
    settings.tries = [.milliseconds(500), .seconds(1)]
    settings.tcpTry = .seconds(2)
    settings.deadline = .seconds(5)
    settings.breaker.failures = 1_000_000
    let resolver = try DNSResolver(
      upstreams: [
        Upstream(vantage: Self.nsd, address: loopback, port: nsdPort),
        Upstream(vantage: Self.unbound, address: loopback, port: unboundPort),
      ], settings: settings, now: { Timestamp(seconds: 1) })
    for vantage in [Self.nsd, Self.unbound] {
      try await ready(resolver, vantage)
      for type in [RecordType.a, .aaaa] {
        let lookup = await resolver.lookup(try question("www", type), at: vantage)
        #expect(lookup.outcome == .answer, "\(vantage): \(lookup.detail ?? "")")
        #expect(lookup.chain.links.map(\.target.text) == ["edge.example.net", "pool.example.net"])
        #expect(lookup.chain.addresses.count == 2)
      }
      let denial = await resolver.lookup(try question("missing"), at: vantage)
      #expect(denial.outcome == .nxDomain && denial.negativeTTL?.seconds ?? 0 > 0)
      let noData = await resolver.lookup(try question("four", .aaaa), at: vantage)
      #expect(noData.outcome == .noData && noData.negativeTTL?.seconds ?? 0 > 0)
      let aliasOfNothing = await resolver.lookup(try question("dangling"), at: vantage)
      #expect(aliasOfNothing.outcome == .nxDomain && aliasOfNothing.chain.links.count == 1)
      let large = await resolver.lookup(try question("large"), at: vantage)
      #expect(large.outcome == .answer && large.chain.addresses.count == 500, "\(large.detail ?? "")")
    }
    #expect(resolver.statistics.allSatisfy { $0.tcp >= 1 && $0.malformed == 0 })
    let refused = await resolver.lookup(try Question(DomainName("www.example.org"), .a), at: Self.nsd)
    #expect(refused.outcome == .failure(.refused))
    withExtendedLifetime((authoritative, recursive)) {}
  }

  @Test func `A client that unbound's access-control refuses is told so, from the header alone that it gets`()
    async throws
  {
    let port = try RealServer.freePort()
    let configuration = Self.unboundConfiguration(port, forwardTo: 1).replacing(
      "server:\n", with: "server:\n  access-control: 127.0.0.0/8 refuse\n", maxReplacements: 1)
    let server = try RealServer("unbound", files: ["unbound.conf": configuration]) {
      ["-d", "-c", $0.appending(path: "unbound.conf").path]
    }
    var settings = DNSResolverTests.settings()
    settings.tries = [.seconds(5), .seconds(5)]
    settings.deadline = .seconds(20)
    settings.breaker.failures = 1_000_000
    let resolver = try DNSResolver(
      upstreams: [Upstream(vantage: Self.unbound, address: IPAddress(v4: 0x7f00_0001), port: port)],
      settings: settings, now: { Timestamp(seconds: 1) })
    let deadline = ContinuousClock.now + .seconds(20)
    var lookup = await resolver.lookup(try question("www"), at: Self.unbound)
    while lookup.outcome == .failure(.network), ContinuousClock.now < deadline {
      try await Task.sleep(for: .milliseconds(20))
      lookup = await resolver.lookup(try question("www"), at: Self.unbound)
    }
    #expect(lookup.outcome == .failure(.refused), "\(lookup.detail ?? "")")
    #expect(lookup.attempts == 2 && lookup.roundTrip < .seconds(5))
    withExtendedLifetime(server) {}
  }

  private func question(_ label: String, _ type: RecordType = .a) throws -> Question {
    try Question(DomainName("\(label).example.net"), type)
  }

  private func ready(_ resolver: DNSResolver, _ vantage: Vantage) async throws {
    let deadline = ContinuousClock.now + .seconds(20)
    while await resolver.lookup(try question("four"), at: vantage).outcome != .answer {
      try #require(ContinuousClock.now < deadline, "\(vantage) did not start")
      try await Task.sleep(for: .milliseconds(20))
    }
  }

  /// RFC 2606 names and RFC 5737 and RFC 3849 addresses.
  private static let zone =
    """
    $ORIGIN example.net.
    $TTL 300
    @ SOA ns hostmaster 1 3600 600 86400 60
    @ NS ns
    ns A 192.0.2.53
    www CNAME edge
    edge 20 CNAME pool
    pool 5 A 192.0.2.1
    pool 5 A 192.0.2.2
    pool 5 AAAA 2001:db8::1
    pool 5 AAAA 2001:db8::2
    four A 192.0.2.4
    dangling CNAME nowhere

    """ + (0..<500).map { "large A 198.51.\(100 + $0 / 250).\($0 % 250)\n" }.joined()

  private static func nsdConfiguration(_ port: UInt16) -> String {
    """
    server:
      ip-address: 127.0.0.1@\(port)
      server-count: 1
      username: ""
      chroot: ""
      zonesdir: "@FOLDER@"
      database: ""
      pidfile: "@FOLDER@/nsd.pid"
      xfrdfile: "@FOLDER@/xfrd.state"
      zonelistfile: "@FOLDER@/zone.list"
      xfrdir: "@FOLDER@"
      rrl-ratelimit: 0
    remote-control:
      control-enable: no
    zone:
      name: example.net
      zonefile: zone

    """
  }

  private static func unboundConfiguration(_ port: UInt16, forwardTo nsdPort: UInt16) -> String {
    """
    server:
      interface: 127.0.0.1
      port: \(port)
      username: ""
      chroot: ""
      directory: "@FOLDER@"
      pidfile: ""
      use-syslog: no
      do-not-query-localhost: no
      do-ip6: no
      module-config: "iterator"
      num-threads: 1
    remote-control:
      control-enable: no
    stub-zone:
      name: example.net
      stub-addr: 127.0.0.1@\(nsdPort)

    """
  }
}
