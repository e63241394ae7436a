import DNS
import Deciding
import FakeNameServer
import Resolving
import Testing

/// DNS cookies (RFC 7873), which c-ares sends by itself since 1.33: `scripts/test-c-ares` runs this with such a version.
@Suite(.enabled(if: DNSResolver.sendsCookies), .timeLimit(.minutes(1))) struct CookieTests {
  /// The COOKIE option of a query (code 10): the client's eight octets, with the server's behind them.
  private static func option(in query: FakeNameServer.Query) -> [UInt8]? {
    let octets = query.octets
    for place in 12..<max(12, octets.count - 11) {
      for length in [8, 16] where octets[place..<place + 4].elementsEqual([0, 10, 0, UInt8(length)]) {
        guard octets.count >= place + 4 + length else { continue }
        return Array(octets[place + 4..<place + 4 + 8])
      }
    }
    return nil
  }

  @Test func `A reply without the cookie that the upstream gives is forged, and the right one counts`()
    async throws
  {
    let server = try FakeNameServer { query in
      let cookie = Self.option(in: query) ?? []
      var right = try Attack.reply(query)
      try right.opt(options: [0, 10, 0, 16] + cookie + [UInt8](repeating: 7, count: 8))
      guard query.question.name.text.hasPrefix("attacked") else { return .send(right) }
      var forged = try Attack.reply(query, Attack.evil)
      try forged.opt()
      return .send([forged.octets, right.octets])
    }
    let resolver = try DNSResolverTests.resolver(server, DNSResolverTests.settings { $0.lanes = 1 })
    for label in ["first", "second"] {
      let lookup = await resolver.lookup(try DNSResolverTests.question(label), at: DNSResolverTests.fake)
      #expect(lookup.outcome == .answer, "\(lookup.detail ?? "")")
    }
    #expect(server.queries.allSatisfy { Self.option(in: $0) != nil }, "each query has a cookie")
    let attacked = await resolver.lookup(
      try DNSResolverTests.question("attacked"), at: DNSResolverTests.fake)
    #expect(attacked.chain.addresses.map(\.data) == [.address(Attack.honest)])
  }
}
