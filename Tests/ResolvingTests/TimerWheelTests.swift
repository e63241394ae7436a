import Testing

@testable import Resolving

@Suite struct TimerWheelTests {
  @Test(arguments: [UInt64(1), 20, 400, 5_000, 10_240, 15_000, 100_000])
  func `A deadline is due after its time, and at most two ticks late`(milliseconds: UInt64) {
    var wheel = TimerWheel(now: 0)
    wheel.add(7, at: milliseconds * 1_000_000)
    var due = [UInt64]()
    var now: UInt64 = 0
    while due.isEmpty, now < 200_000_000_000 {
      now += 10_000_000
      wheel.advance(to: now, due: &due)
    }
    #expect(due == [7])
    #expect(now >= milliseconds * 1_000_000 && now <= milliseconds * 1_000_000 + 2 * TimerWheel.tick)
  }

  @Test func `A long sleep loses nothing`() {
    var wheel = TimerWheel(now: 0)
    for token in 0..<1000 as Range<UInt64> { wheel.add(token, at: token * 10_000_000) }
    var due = [UInt64]()
    wheel.advance(to: 3_600_000_000_000, due: &due)
    #expect(due.sorted() == Array(0..<1000))
  }
}
