package import DNS

/// How much of what clients may be given a set holds: the estimates of its names, combined.
package struct SetCoverage: Hashable, Sendable {
  /// The share (0...1) of addresses in new answers that the set holds, over the names of which enough is known; nil while
  /// there is none. Names weigh as often as they were seen in use; where nobody was seen, all alike.
  package let coverage: Double?
  /// It isn't below this, but for one case in forty; nil as before.
  package let coverageAtLeast: Double?
  /// The chance that a client behind our upstreams is given an address that the set lacks; nil as before.
  package let clientMissing: Double?
  /// Not above this, but for one case in forty; nil as before.
  package let clientMissingAtMost: Double?
  /// Questions of which enough is known.
  package let known: Int
  /// Questions that have addresses, but too few independent answers since the start.
  package let unknown: Int
  /// The question with the lowest coverage; nil while nothing is known.
  package let worst: QuestionCoverage?
  /// What the policy wants of `coverage`.
  package let target: Double

  /// Combines estimates. `uses` tells how often a name was seen in use.
  package init(_ parts: [QuestionCoverage], target: Double, uses: (DomainName) -> Int64) {
    let known = parts.filter { $0.estimate.confidence != .unknown }
    let weights = known.map { Double(max(1, uses($0.question.name))) }
    let sum = weights.reduce(0, +)
    func mean(_ value: (CoverageEstimate) -> Double) -> Double? {
      guard sum > 0 else { return nil }
      return zip(known, weights).reduce(0) { $0 + value($1.0.estimate) * $1.1 } / sum
    }
    coverage = mean(\.coverage)
    coverageAtLeast = mean { 1 - $0.missingAtMost }
    clientMissing = mean(\.clientMissing)
    clientMissingAtMost = mean(\.clientMissingAtMost)
    self.known = known.count
    unknown = parts.count - known.count
    worst = known.min {
      ($1.estimate.missing, $1.estimate.missingAtMost, $0.question)
        < ($0.estimate.missing, $0.estimate.missingAtMost, $1.question)
    }
    self.target = target
  }

  /// Whether the estimate is below what the policy wants.
  package var isBelowTarget: Bool { coverage.map { $0 < target } ?? false }

  /// A sentence for people while the estimate is below what the policy wants.
  package var warning: String? {
    guard isBelowTarget, let coverage, let worst else { return nil }
    return "holds \(coverage.percentage) of what new answers give, below \(target.percentage); "
      + "the least of \(worst.question): \(worst.estimate.coverage.percentage)"
  }
}

/// The estimate for one question.
package struct QuestionCoverage: Hashable, Sendable {
  /// A tracked name with the type that is asked.
  package let question: Question
  /// As of `at`.
  package let estimate: CoverageEstimate
  /// When it was made.
  package let at: Timestamp
  /// How long addresses of the question stayed away before they were given again.
  package let gaps: ReappearanceGaps

  package init(question: Question, estimate: CoverageEstimate, at: Timestamp, gaps: ReappearanceGaps) {
    self.question = question
    self.estimate = estimate
    self.at = at
    self.gaps = gaps
  }
}

extension Double {
  /// A share as a percentage with three significant digits of what is missing: `99.9 %`, `97.3 %`, `99.9953 %`.
  package var percentage: String {
    let missing = (1 - self) * 100
    var scale = 10.0
    while missing > 0, missing * scale < 100, scale < 1e6 { scale *= 10 }
    let rounded = ((self * 100) * scale).rounded() / scale
    return rounded == rounded.rounded() ? "\(Int(rounded)) %" : "\(rounded) %"
  }
}
