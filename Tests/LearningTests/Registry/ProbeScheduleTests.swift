import DNS
import Deciding
import Learning
import Testing

struct ProbeScheduleTests {
  static let now = Timestamp(seconds: 1_795_424_400)

  /// A round in which one request was answered with `fault`, or found a host.
  static func round(_ fault: ProbeFault?) throws -> RegistryRound {
    var path = PullPath(try RegistryRepository("x"), at: .mcr)
    if let fault {
      path.fail(fault)
    } else {
      path.receive(PullPathTests.typed(SampleImage.manifestType, SampleImage().manifest))
      path.receive(PullPathTests.redirect())
    }
    return RegistryRound(path.steps, from: .mcr, watching: WatchedNames([]), source: "x", at: now)
  }

  @Test(
    "A round that found something is followed by one after the configured time, but never within ten minutes",
    arguments: [(0, 600), (1, 600), (600, 600), (21_600, 21_600)])
  func regular(_ every: Int64, _ seconds: Double) throws {
    var random = SplitMix(state: 1)
    var schedule = ProbeSchedule(every: .seconds(every))
    for _ in 0..<200 {
      let wait = schedule.wait(after: try Self.round(nil), using: &random)
      #expect(wait >= .seconds(max(600, seconds * 0.9)) && wait <= .seconds(seconds * 1.1))
    }
  }

  @Test("A registry is never asked earlier than it wants")
  func throttled() throws {
    var random = SplitMix(state: 2)
    for _ in 0..<50 {
      var schedule = ProbeSchedule(every: .seconds(600))
      let wait = schedule.wait(after: try Self.round(.throttled(.seconds(7200))), using: &random)
      #expect(wait >= .seconds(7200) && wait <= .seconds(7920))
      let short = schedule.wait(after: try Self.round(.throttled(.seconds(60))), using: &random)
      #expect(short >= .seconds(600))
    }
  }

  @Test("After failures it asks sooner than usual, but ever later, up to the usual time")
  func failures() throws {
    var random = SplitMix(state: 3)
    var schedule = ProbeSchedule(every: .seconds(21_600))
    let expected: [Double] = [600, 1200, 2400, 4800, 9600, 19_200, 21_600, 21_600, 21_600]
    for seconds in expected {
      let wait = schedule.wait(after: try Self.round(.connection(.timeout)), using: &random)
      #expect(wait >= .seconds(max(600, seconds * 0.9)) && wait <= .seconds(seconds * 1.1))
    }
    _ = schedule.wait(after: try Self.round(nil), using: &random)
    #expect(schedule.wait(after: try Self.round(.forbidden), using: &random) <= .seconds(660))
  }
}
