import Deciding
import MovingPool
import Testing

/// A small part of `scripts/bench coverage`, with fixed seeds.
@Suite("Predictions against a pool that moves", .timeLimit(.minutes(2)))
struct CoverageSimulationTests {
  private static func figures(_ scenario: PoolScenario, seeds: Int = 1) -> CoverageFigures {
    (1...seeds).reduce(into: CoverageFigures()) { sum, seed in
      var run = CoverageRun(scenario, seed: UInt64(seed) &* 7919)
      sum.add(run.run())
    }
  }

  @Test(
    "Where an estimate is claimed, it is within a factor of two",
    arguments: [
      PoolScenario(pool: 64, weights: .uniform, answer: 1, ttl: 300),
      PoolScenario(pool: 64, weights: .zipf, answer: 1, ttl: 300, lifetime: .seconds(3600)),
      PoolScenario(pool: 64, weights: .uniform, answer: 1, ttl: 60, lifetime: .seconds(3600)),
    ])
  func estimates(scenario: PoolScenario) {
    let figures = Self.figures(scenario, seeds: 2)
    #expect(figures.estimatedShare > 0.5)
    #expect(figures.predictedWhereClaimed < 2 * figures.trueWhereClaimed, "\(scenario)")
    #expect(figures.trueWhereClaimed < 2 * figures.predictedWhereClaimed, "\(scenario)")
  }

  @Test(
    "Nothing is missed more often than the bound says",
    arguments: [
      PoolScenario(pool: 3, answer: 1, ttl: 20, lifetime: .seconds(3600)),
      PoolScenario(pool: 8, answer: 8, ttl: 20, lifetime: .seconds(6 * 3600)),
      PoolScenario(
        pool: 64, weights: .zipf, answer: 2, ttl: 300, lifetime: .seconds(6 * 3600), isRegional: true),
    ])
  func bounds(scenario: PoolScenario) {
    let figures = Self.figures(scenario)
    #expect(figures.trueMissing <= figures.predictedAtMost, "\(scenario)")
    #expect(figures.trueClientMissing <= figures.predictedClientAtMost, "\(scenario)")
  }

  @Test(
    "After an hour clients behind two upstreams miss less than one pick in a thousand",
    arguments: [
      PoolScenario(pool: 64, answer: 1, ttl: 300, lifetime: .seconds(3600)),
      PoolScenario(pool: 64, weights: .zipf, answer: 1, ttl: 60, lifetime: .seconds(3600)),
      PoolScenario(pool: 16, answer: 8, ttl: 5, lifetime: .seconds(3600)),
    ])
  func clients(scenario: PoolScenario) {
    let figures = Self.figures(scenario)
    #expect(figures.trueClientMissing < 0.001, "\(scenario)")
    // A question for each entry, and a few to find where it ends.
    #expect(figures.questionsPerMinute < 60 / Double(scenario.ttl + 1) * 1.5, "\(scenario)")
  }

  @Test("The same seed plays the same hours")
  func repeatable() {
    let scenario = PoolScenario(pool: 8, answer: 1, ttl: 60, lifetime: .seconds(3600))
    let (first, second) = (Self.figures(scenario, seeds: 1), Self.figures(scenario, seeds: 1))
    #expect(first.trueMissing == second.trueMissing && first.predictedMissing == second.predictedMissing)
  }
}
