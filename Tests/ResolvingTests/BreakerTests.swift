import Testing

@testable import Resolving

@Suite struct BreakerTests {
  private static let second: UInt64 = 1_000_000_000

  /// Asks outside of `#expect`, which takes no mutating call.
  private func expect(
    _ breaker: inout Breaker, admits: Bool, at now: UInt64, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let admitted = breaker.admits(at: now)
    #expect(admitted == admits, sourceLocation: sourceLocation)
  }

  @Test func `It opens after five failures in a row and not before`() {
    var breaker = Breaker(BreakerSettings())
    for _ in 0..<4 { breaker.recordFailure(at: 0) }
    expect(&breaker, admits: true, at: 0)
    breaker.recordReply()
    for _ in 0..<4 { breaker.recordFailure(at: 0) }
    #expect(breaker.state == .closed)
    breaker.recordFailure(at: 0)
    #expect(breaker.state == .open)
    expect(&breaker, admits: false, at: 0)
  }

  @Test func `One probe at a time, later and later up to 30 seconds, and a reply closes it`() {
    var breaker = Breaker(BreakerSettings())
    var now: UInt64 = 0
    for _ in 0..<5 { breaker.recordFailure(at: now) }
    for wait in [1, 2, 4, 8, 16, 30, 30] as [UInt64] {
      expect(&breaker, admits: false, at: now + wait * Self.second - 1)
      now += wait * Self.second
      #expect(breaker.untilProbe(at: now) == .zero)
      expect(&breaker, admits: true, at: now)
      #expect(breaker.state == .probing)
      expect(&breaker, admits: false, at: now)
      breaker.recordFailure(at: now)
    }
    now += 30 * Self.second
    expect(&breaker, admits: true, at: now)
    breaker.recordReply()
    #expect(breaker.state == .closed && breaker.consecutiveFailures == 0)
    expect(&breaker, admits: true, at: now)
  }

  @Test func `A cancelled probe leaves its place to the next lookup`() {
    var breaker = Breaker(BreakerSettings())
    for _ in 0..<5 { breaker.recordFailure(at: 0) }
    expect(&breaker, admits: true, at: Self.second)
    breaker.recordCancelledProbe()
    expect(&breaker, admits: true, at: Self.second)
  }
}
