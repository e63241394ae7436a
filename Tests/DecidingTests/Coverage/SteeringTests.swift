import Deciding
import MovingPool
import Testing

@Suite("Where questions go when there are fewer than wanted", .timeLimit(.minutes(2)))
struct SteeringTests {
  private static let span = Duration.seconds(1200)

  private static func run(_ scenario: ScarceScenario, seed: UInt64, after warmUp: Duration = span)
    -> ScarceRun
  {
    var run = ScarceRun(scenario, seed: seed)
    run.run(after: warmUp, for: span)
    return run
  }

  @Test(
    "With a third of the questions that all names want, clients miss a fraction of what they would without coverage to steer",
    arguments: [7, 20] as [UInt64])
  func scarce(seed: UInt64) {
    let scenario = ScarceScenario(queriesPerSecond: 1)
    #expect((2.8...3.1).contains(scenario.demand))
    // Ten answers of each name, of which there are so few, and then some to tell which pools move.
    let steered = Self.run(scenario, seed: seed, after: .seconds(2400))
    let even = Self.run(ScarceScenario(queriesPerSecond: 1, target: 0), seed: seed, after: .seconds(2400))
    #expect(
      steered.clientMissing < even.clientMissing / 3, "\(steered.clientMissing), \(even.clientMissing)")
    #expect(steered.longestWait <= .seconds(302), "nobody starves: \(steered.longestWait)")
    #expect(even.questionsPerMinute(moving: true, over: Self.span) < 1.1)
    #expect(steered.questionsPerMinute(moving: true, over: Self.span) > 2.2, "most entries are seen")
  }

  @Test(
    "With enough questions for all, the same go out at the same moments whether coverage would steer or not")
  func ample() {
    func asked(_ target: Double) -> [[Int64]] {
      let scenario = ScarceScenario(queriesPerSecond: 100, target: target, resting: 25, moving: 5)
      return Self.run(scenario, seed: 7, after: .seconds(300)).asked
        .map { [$0.at.milliseconds, Int64($0.name)] }.sorted { $0.lexicographicallyPrecedes($1) }
    }
    let steered = asked(0.999)
    #expect(steered.count > 1500)
    #expect(steered == asked(0))
  }

  @Test(
    "When even the names below their target want more than there is, each name is still asked within its ceiling"
  )
  func veryScarce() {
    let run = Self.run(
      ScarceScenario(queriesPerSecond: 1, resting: 20, moving: 80), seed: 7, after: .seconds(1800))
    #expect(run.longestWait <= .seconds(302), "\(run.longestWait)")
    let (resting, moving) = (
      run.questionsPerMinute(moving: false, over: Self.span),
      run.questionsPerMinute(moving: true, over: Self.span)
    )
    #expect(resting < moving / 2, "\(resting), \(moving)")
  }
}
