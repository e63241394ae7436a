import Deciding
import Foundation
import MovingPool

/// `benchmarks coverage [SEEDS] [all]`: plays moving pools through `Watch` and prints, for each, what it predicted and
/// what was true in the second hour. Without `all` only one in four of the scenarios is printed; all are counted.
enum CoverageBenchmark {
  static func run(_ arguments: [String]) async {
    let seeds = arguments.first.flatMap { Int($0) } ?? 20
    let scenarios = PoolScenario.all
    var results = [Int: Result]()
    await withTaskGroup(of: (Int, Result).self) { group in
      for index in scenarios.indices {
        group.addTask { (index, Result(scenarios[index], seeds: seeds)) }
      }
      for await (index, result) in group { results[index] = result }
    }
    let ordered = scenarios.indices.compactMap { results[$0] }
    print(
      "# scenario\tclaims\tnew answers: true\testimated\tat most\tclients: true\testimated\tat most\twithin 2x"
    )
    for (index, result) in ordered.enumerated() where arguments.contains("all") || index.isMultiple(of: 4) {
      print("# \(result.row)")
    }
    summarize(ordered, seeds: seeds)
  }

  private static func summarize(_ results: [Result], seeds: Int) {
    let claims = results.reduce(0) { $0 + $1.claims }
    let good = results.reduce(0) { $0 + $1.good }
    let exceeded = results.reduce(0) { $0 + $1.exceeded }
    let runs = results.count * seeds
    print(figure("estimates within a factor of two", "\(good) of \(claims)", "all"))
    print(figure("runs above twice the bound, new answers", "\(exceeded) of \(runs)", "0"))
    for (name, lifetime) in [
      ("that stay", nil), ("each replaced in a day", 24), ("in 6 h", 6), ("in an hour", 1),
    ]
      as [(String, Int?)]
    {
      let part = results.filter { $0.scenario.lifetime == lifetime.map { .seconds($0 * 3600) } }
      let low = part.count { $0.figures.trueClientMissing < 0.001 }
      let worst = part.max { $0.figures.trueClientMissing < $1.figures.trueClientMissing }
      let above = part.count { $0.figures.trueClientMissing > 2 * $0.figures.predictedClientAtMost }
      print(
        figure(
          "pools \(name): clients miss below 0.1 %", "\(low) of \(part.count)",
          worst.map { "worst \(percent($0.figures.trueClientMissing)): \($0.scenario)" } ?? ""))
      print(figure("pools \(name): clients miss more than twice the bound", "\(above) of \(part.count)", "0"))
    }
  }

  private static func figure(_ name: String, _ value: String, _ target: String) -> String {
    "\(name)\t\(value)\t-\t-\t\(target)"
  }

  fileprivate static func percent(_ share: Double) -> String { String(format: "%.4f %%", share * 100) }
}

/// All seeds of a scenario.
private struct Result: Sendable {
  let scenario: PoolScenario
  var figures = CoverageFigures()
  /// Seeds with an estimate for most of the hour, and those of them that were right within a factor of two.
  var (claims, good) = (0, 0)
  /// Seeds where new answers missed more than twice what was said to be the most.
  var exceeded = 0

  init(_ scenario: PoolScenario, seeds: Int) {
    self.scenario = scenario
    for seed in 1...max(1, seeds) {
      var run = CoverageRun(scenario, seed: UInt64(seed) &* 7919)
      let figures = run.run()
      if figures.estimatedShare > 0.5 {
        claims += 1
        let ratio = figures.predictedMissing / figures.trueMissing
        if (0.5...2).contains(ratio) { good += 1 }
      }
      if figures.unknownShare < 0.5, figures.trueMissing > 2 * figures.predictedAtMost { exceeded += 1 }
      self.figures.add(figures)
    }
  }

  var row: String {
    let claim =
      figures.unknownShare > 0.5 ? "unknown" : figures.estimatedShare > 0.5 ? "estimate" : "bound"
    let columns = [
      figures.trueMissing, figures.predictedMissing, figures.predictedAtMost, figures.trueClientMissing,
      figures.predictedClientMissing, figures.predictedClientAtMost,
    ].map(CoverageBenchmark.percent)
    return ([scenario.description, claim] + columns + ["\(good)/\(claims)"]).joined(separator: "\t")
  }
}
