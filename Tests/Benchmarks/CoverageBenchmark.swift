import Deciding
import Foundation
import MovingPool

/// `benchmarks coverage [SEEDS] [all] [from=SEED]` (or `scarce`, see `SteeringBenchmark`): plays moving pools through `Watch` and prints, for each, what it predicted and
/// what was true in the second hour. Without `all` only one in four of the scenarios is printed; all are counted.
enum CoverageBenchmark {
  static func run(_ arguments: [String]) async {
    if arguments.first == "scarce" {
      return await SteeringBenchmark.run(seeds: arguments.dropFirst().first.flatMap { Int($0) } ?? 4)
    }
    let seeds = arguments.first.flatMap { Int($0) } ?? 20
    let first = arguments.compactMap { $0.hasPrefix("from=") ? Int($0.dropFirst(5)) : nil }.first ?? 1
    let scenarios = PoolScenario.all
    var results = [Int: Result]()
    await withTaskGroup(of: (Int, Result).self) { group in
      for index in scenarios.indices {
        group.addTask { (index, Result(scenarios[index], seeds: first..<(first + max(1, seeds)))) }
      }
      for await (index, result) in group { results[index] = result }
    }
    let ordered = scenarios.indices.compactMap { results[$0] }
    print(
      "# scenario\tclaims\tnew answers: true\testimated\tat most\tclients: true\testimated\tat most\twithin 2x\tquestions a minute"
    )
    for (index, result) in ordered.enumerated() where arguments.contains("all") || index.isMultiple(of: 4) {
      print("# \(result.row)")
    }
    summarize(ordered, seeds: seeds)
  }

  private static func summarize(_ results: [Result], seeds: Int) {
    let (claims, good) = results.reduce((0, 0)) { ($0.0 + $1.claims, $0.1 + $1.good) }
    print(figure("estimates within a factor of two, runs", "\(good) of \(claims)", "all"))
    let claiming = results.filter(\.isClaimed)
    print(
      figure(
        "estimates within a factor of two, scenarios",
        "\(claiming.count(where: \.isRight)) of \(claiming.count)", "all"))
    let unknown = results.count { $0.figures.unknownShare > 0.5 }
    print(
      figure(
        "scenarios estimated, bounded, unknown",
        "\(claiming.count), \(results.count - claiming.count - unknown), \(unknown)", "-"))
    let exceeded = results.reduce(0) { $0 + $1.exceeded }
    print(
      figure("runs above the bound, new answers", "\(exceeded) of \(results.count * seeds)", "one in forty"))
    let above = results.count { $0.figures.trueMissing > $0.figures.predictedAtMost }
    print(figure("scenarios above the bound, new answers", "\(above) of \(results.count)", "0"))
    let clientsAbove = results.count { $0.figures.trueClientMissing > $0.figures.predictedClientAtMost }
    print(figure("scenarios above the bound, clients", "\(clientsAbove) of \(results.count)", "0"))
    let asked = results.reduce(0) { $0 + $1.figures.questionsPerMinute } / Double(max(1, results.count))
    print(figure("questions a minute to an upstream", String(format: "%.3f", asked), "-"))
    for (name, lifetime) in [
      ("that stay", nil), ("each replaced in a day", 24), ("in 6 h", 6), ("in an hour", 1),
    ]
      as [(String, Int?)]
    {
      let part = results.filter { $0.scenario.lifetime == lifetime.map { .seconds($0 * 3600) } }
      let low = part.count { $0.figures.trueClientMissing < 0.001 }
      let worst = part.max { $0.figures.trueClientMissing < $1.figures.trueClientMissing }
      print(
        figure(
          "pools \(name): clients miss below 0.1 %", "\(low) of \(part.count)",
          worst.map { "worst \(percent($0.figures.trueClientMissing)): \($0.scenario)" } ?? ""))
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
  /// Seeds where new answers missed more than what was said to be the most.
  var exceeded = 0

  init(_ scenario: PoolScenario, seeds: Range<Int>) {
    self.scenario = scenario
    for seed in seeds {
      var run = CoverageRun(scenario, seed: UInt64(seed) &* 7919)
      let figures = run.run()
      if figures.estimatedShare > 0.5 {
        claims += 1
        if figures.isRight { good += 1 }
      }
      if figures.unknownShare < 0.5, figures.trueMissing > figures.predictedAtMost { exceeded += 1 }
      self.figures.add(figures)
    }
  }

  /// Whether an estimate was claimed most of the time, over all seeds.
  var isClaimed: Bool { figures.estimatedShare > 0.5 }
  var isRight: Bool { figures.isRight }

  var row: String {
    let claim =
      figures.unknownShare > 0.5 ? "unknown" : figures.estimatedShare > 0.5 ? "estimate" : "bound"
    let columns = [
      figures.trueMissing, figures.predictedMissing, figures.predictedAtMost, figures.trueClientMissing,
      figures.predictedClientMissing, figures.predictedClientAtMost,
    ].map(CoverageBenchmark.percent)
    let asked = String(format: "%.2f", figures.questionsPerMinute)
    return ([scenario.description, claim] + columns + ["\(good)/\(claims)", asked]).joined(separator: "\t")
  }
}

extension CoverageFigures {
  /// Whether what was claimed was right within a factor of two.
  fileprivate var isRight: Bool { (0.5...2).contains(predictedWhereClaimed / trueWhereClaimed) }
}
