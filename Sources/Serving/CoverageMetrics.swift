import DNS
import Deciding

/// What sets hold of what clients may be given, as Prometheus text. Of names only the worst of each set is told, so that
/// a pattern with a thousand names makes no thousand series.
enum CoverageMetrics {
  static func text(_ sets: [(name: SetName, coverage: SetCoverage)]) -> String {
    var text = ""
    func family(_ name: String, _ help: String, _ value: (SetCoverage) -> Double?) {
      text += "# HELP \(name) \(help)\n# TYPE \(name) gauge\n"
      for (set, coverage) in sets {
        if let value = value(coverage) { text += "\(name){set=\"\(set)\"} \(value)\n" }
      }
    }
    family("postern_coverage", "The share of addresses in new answers that the set holds.") { $0.coverage }
    family("postern_coverage_at_least", "The lower bound of that share.") { $0.coverageAtLeast }
    family("postern_coverage_target", "What the configuration wants of that share.") { $0.target }
    family("postern_coverage_questions_unknown", "Questions with too few answers for an estimate.") {
      Double($0.unknown)
    }
    family("postern_client_missing", "The chance that a client behind an upstream gets an address not held.")
    {
      $0.clientMissing
    }
    family("postern_client_missing_at_most", "The upper bound of that chance.") { $0.clientMissingAtMost }
    text += "# HELP postern_coverage_worst The lowest share of a name.\n# TYPE postern_coverage_worst gauge\n"
    for (set, coverage) in sets {
      guard let worst = coverage.worst else { continue }
      text +=
        "postern_coverage_worst{set=\"\(set)\",name=\"\(worst.question.name)\","
        + "type=\"\(worst.question.type)\"} \(worst.estimate.coverage)\n"
    }
    return text
  }
}
