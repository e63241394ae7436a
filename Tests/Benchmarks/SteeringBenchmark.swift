import Deciding
import Foundation
import MovingPool

/// `benchmarks coverage scarce [SEEDS]`: 300 names, of which 50 move, at budgets from all that they want down to a sixth,
/// with and without coverage to steer, and prints what clients miss in the second half of an hour.
enum SteeringBenchmark {
  static func run(seeds: Int) async {
    print("# budget\tsteered\tclients miss\tquestions a minute: moving\tresting\tlongest wait, s")
    for perSecond in [15, 7, 5, 3, 2] {
      for target in [0.999, 0] {
        let scenario = ScarceScenario(queriesPerSecond: perSecond, target: target, resting: 250, moving: 50)
        let runs = await withTaskGroup(of: ScarceRun.self) { group in
          for seed in 1...max(1, seeds) {
            group.addTask {
              var run = ScarceRun(scenario, seed: UInt64(seed) &* 7919)
              run.run()
              return run
            }
          }
          return await group.reduce(into: [ScarceRun]()) { $0.append($1) }
        }
        print(row(scenario, runs))
      }
    }
  }

  private static func row(_ scenario: ScarceScenario, _ runs: [ScarceRun]) -> String {
    func mean(_ value: (ScarceRun) -> Double) -> Double {
      runs.reduce(0) { $0 + value($1) } / Double(runs.count)
    }
    let span = Duration.seconds(1800)
    let share = Double(scenario.queriesPerSecond) / scenario.demand * 100
    return [
      String(format: "%.0f %% of the demand", share), scenario.target > 0 ? "yes" : "no",
      String(format: "%.4f %%", mean(\.clientMissing) * 100),
      String(format: "%.2f", mean { $0.questionsPerMinute(moving: true, over: span) }),
      String(format: "%.2f", mean { $0.questionsPerMinute(moving: false, over: span) }),
      String(format: "%.0f", mean { $0.longestWait / .seconds(1) }),
    ].joined(separator: "\t")
  }
}
