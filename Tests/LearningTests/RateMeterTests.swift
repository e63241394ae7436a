import Deciding
import Testing

@testable import Learning

@Suite struct RateMeterTests {
  @Test("a steady stream must show its rate, and a source that fell silent must fade")
  func followsARate() {
    var now = Timestamp(seconds: 1_000)
    var meter = RateMeter(at: now)
    for _ in 0..<3_000 {
      now = now + .milliseconds(100)
      meter.count(50, at: now)
    }
    #expect(abs(meter.rate(at: now) - 500) < 10)
    #expect(meter.rate(at: now + .seconds(120)) < 70)
    #expect(meter.rate(at: now + .seconds(-60)) <= 500.1)
  }
}
