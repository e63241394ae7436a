import DNS
import Deciding
import FakeNameServer
import NIOConcurrencyHelpers
import Testing

@testable import Resolving

@Suite(.timeLimit(.minutes(2))) struct CaseEchoTests {
  private static let second: UInt64 = 1_000_000_000

  private static func proven(at clock: UInt64 = second) -> CaseEcho {
    var echo = CaseEcho()
    for _ in 0..<CaseEcho.proof { echo.note(isRepeated: true, over: .udp, at: clock) }
    return echo
  }

  @Test func `It is demanded after eight replies that repeat it, and one without begins the count anew`() {
    var echo = CaseEcho()
    for _ in 0..<7 { echo.note(isRepeated: true, over: .udp, at: Self.second) }
    #expect(!echo.isDemanded(at: Self.second))
    echo.note(isRepeated: false, over: .udp, at: Self.second)
    echo.note(isRepeated: true, over: .udp, at: Self.second)
    #expect(!echo.isDemanded(at: Self.second))
    #expect(Self.proven().isDemanded(at: Self.second))
  }

  @Test func `A forged reply over UDP teaches nothing, a reply over TCP without the case does, for an hour`()
  {
    var echo = Self.proven()
    for _ in 0..<1000 { echo.note(isRepeated: false, over: .udp, at: Self.second) }
    #expect(echo.isDemanded(at: Self.second))
    echo.note(isRepeated: false, over: .tcp, at: Self.second)
    #expect(!echo.isDemanded(at: Self.second))
    for _ in 0..<100 { echo.note(isRepeated: true, over: .udp, at: 60 * Self.second) }
    #expect(!echo.isDemanded(at: 60 * Self.second))
    for _ in 0..<8 { echo.note(isRepeated: true, over: .udp, at: 3700 * Self.second) }
    #expect(echo.isDemanded(at: 3700 * Self.second))
  }

  @Test func `Without a right reply for ten minutes it is learned anew`() {
    let echo = Self.proven()
    #expect(echo.isDemanded(at: 599 * Self.second))
    #expect(!echo.isDemanded(at: 602 * Self.second))
  }

  @Test func `An upstream that begins to fold case is asked over TCP once, and then believed without it`()
    async throws
  {
    let folds = NIOLockedValueBox(false)
    let server = try FakeNameServer { query in
      var octets = try Attack.reply(query).octets
      if folds.withLockedValue({ $0 }) {
        for index in 12..<12 + query.questionLength - 4 where (0x41...0x5a).contains(octets[index]) {
          octets[index] |= 0x20
        }
      }
      return .send([octets])
    }
    let resolver = try DNSResolverTests.resolver(server, DNSResolverTests.settings { $0.learnsCase = true })
    for index in 0..<10 {
      #expect(
        await resolver.lookup(try DNSResolverTests.question("n\(index)"), at: DNSResolverTests.fake).outcome
          == .answer)
    }
    folds.withLockedValue { $0 = true }
    for index in 0..<5 {
      #expect(
        await resolver.lookup(try DNSResolverTests.question("m\(index)"), at: DNSResolverTests.fake).outcome
          == .answer)
    }
    let statistics = try #require(resolver.statistics.first)
    #expect(statistics.caseMismatches == 1 && statistics.tcp == 1)
  }
}
