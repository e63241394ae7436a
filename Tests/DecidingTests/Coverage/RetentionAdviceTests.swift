import DNS
import Deciding
import Testing

@Suite("How long addresses stay away, and what a retention costs")
struct RetentionAdviceTests {
  private static let now = WatchScenario.start + .seconds(30 * 86_400)

  /// An interval in hours after the start, gone a retention after its last sighting.
  private static func stay(
    _ first: Int64, _ last: Int64, retention: Int64? = 24, at vantage: String = "one"
  ) -> ObservedInterval {
    let key = ObservationKey(
      name: dnsName("a.example"), vantage: Vantage(vantage), owner: dnsName("a.example"), type: .a,
      data: .address(ip("20.0.0.1")))
    let observation = Observation(
      key: key, firstSeen: WatchScenario.start + .seconds(first * 3600),
      lastSeen: WatchScenario.start + .seconds(last * 3600), count: 2, ttl: TTL(wire: 60), watched: 0)
    return ObservedInterval(
      observation: observation,
      until: retention.map { WatchScenario.start + .seconds((last + $0) * 3600) })
  }

  private static func advice(_ stays: [ObservedInterval], short: ReappearanceGaps = ReappearanceGaps())
    -> RetentionAdvice
  {
    RetentionAdvice(
      policy(["a.example"], retention: .seconds(86_400)), stays: [ip("20.0.0.1"): stays], short: short,
      now: now)
  }

  @Test("An address that came back after it had left was missing from the end of its retention on")
  func late() throws {
    let advice = Self.advice([Self.stay(40, 50, retention: nil), Self.stay(0, 10)])
    #expect(advice.returns == 1)
    #expect(advice.late.returns == 1 && advice.late.span == .seconds(6 * 3600))
    let advised = try #require(advice.advised)
    #expect((.seconds(30 * 3600))...(.seconds(38 * 3600)) ~= advised)
    let present = try #require(advice.options.first { $0.retention == .seconds(86_400) })
    #expect(present.lateReturns == 1 && present.lateSpan == .seconds(6 * 3600))
    let better = try #require(advice.options.first { $0.retention == advised })
    #expect(better.lateReturns == 0 && better.addresses > present.addresses)
  }

  @Test("It was never gone while another upstream gave it")
  func union() {
    let advice = Self.advice([
      Self.stay(0, 10), Self.stay(20, 40, at: "two"), Self.stay(50, 60, retention: nil),
    ])
    #expect(advice.returns == 0 && advice.late.returns == 0 && advice.advised == nil)
  }

  @Test("Absences within the retention count as returns in time, and make a shorter one late")
  func short() throws {
    var gaps = ReappearanceGaps()
    for _ in 0..<999 { gaps.note(.seconds(600)) }
    gaps.note(.seconds(5 * 3600))
    let advice = Self.advice([Self.stay(0, 100, retention: nil)], short: gaps)
    #expect(advice.returns == 1000 && advice.late.returns == 0)
    #expect((.seconds(600))...(.seconds(780)) ~= (try #require(advice.advised)))
    #expect(try #require(advice.options.first { $0.retention == .seconds(3600) }).lateReturns == 1)
  }

  @Test("Nothing known is no advice")
  func nothing() {
    let advice = RetentionAdvice(policy(["a.example"]), stays: [:], short: ReappearanceGaps(), now: Self.now)
    #expect(advice.returns == 0 && advice.advised == nil)
    #expect(advice.options.allSatisfy { $0.addresses == 0 && $0.lateReturns == 0 })
  }

  @Test(
    "A retention holds at least the share that was asked for, and is at most a quarter too long",
    arguments: [1, 3, 59, 60, 3600, 86_399, 31_536_000] as [Int64])
  func quantile(seconds: Int64) throws {
    var gaps = ReappearanceGaps()
    gaps.note(.seconds(seconds))
    let retention = try #require(gaps.retention(holding: 0.999))
    #expect(.seconds(seconds) <= retention && retention <= .seconds(seconds) * 1.25)
    #expect(gaps.late(for: retention).returns == 0)
    gaps.note(.seconds(-5))
    gaps.note(.seconds(Int64.max / 4))
    #expect(gaps.total == 3)
  }
}
