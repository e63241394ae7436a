import Deciding

/// What was predicted and what was true, as means over the measured time of one or several runs.
package struct CoverageFigures: Sendable {
  private var clients = Mean()
  private var newAnswers = Mean()
  private var missing = Mean()
  private var atMost = Mean()
  private var clientMissing = Mean()
  private var clientAtMost = Mean()
  private var estimated = Mean()
  private var unknown = Mean()
  private var claimedTruth = Mean()
  private var claimed = Mean()
  private var questions = Mean()

  /// Nothing measured yet.
  package init() {}

  /// The share of clients' picks that the set lacked.
  package var trueClientMissing: Double { clients.value }
  /// The share of new answers that the set lacked.
  package var trueMissing: Double { newAnswers.value }
  /// What Postern said of new answers.
  package var predictedMissing: Double { missing.value }
  package var predictedAtMost: Double { atMost.value }
  /// What it said of clients behind its upstreams.
  package var predictedClientMissing: Double { clientMissing.value }
  package var predictedClientAtMost: Double { clientAtMost.value }
  /// What was true, and what it said, in the minutes for which it claimed an estimate.
  package var trueWhereClaimed: Double { claimedTruth.value }
  package var predictedWhereClaimed: Double { claimed.value }
  /// Questions a minute to each upstream.
  package var questionsPerMinute: Double { questions.value }
  /// In which share of the time it claimed an estimate.
  package var estimatedShare: Double { estimated.value }
  /// In which share of the time it claimed nothing.
  package var unknownShare: Double { unknown.value }

  mutating func noteClient(missing share: Double) { clients.add(share) }

  mutating func noteNew(missing share: Double) { newAnswers.add(share) }

  mutating func noteQuestions(_ count: Int, upstreams: Int, over span: Duration) {
    questions.add(Double(count) / Double(upstreams) / (span / .seconds(60)))
  }

  /// Takes what was said before the minute whose truth is in here.
  mutating func note(_ estimate: CoverageEstimate) {
    if estimate.confidence == .estimated {
      claimed.add(estimate.missing)
      claimedTruth.add(trueMissing)
    }
    missing.add(estimate.missing)
    atMost.add(estimate.missingAtMost)
    clientMissing.add(estimate.clientMissing)
    clientAtMost.add(estimate.clientMissingAtMost)
    estimated.add(estimate.confidence == .estimated ? 1 : 0)
    unknown.add(estimate.confidence == .unknown ? 1 : 0)
  }

  /// Adds another run.
  package mutating func add(_ other: CoverageFigures) {
    clients.add(other.clients)
    newAnswers.add(other.newAnswers)
    missing.add(other.missing)
    atMost.add(other.atMost)
    clientMissing.add(other.clientMissing)
    clientAtMost.add(other.clientAtMost)
    estimated.add(other.estimated)
    unknown.add(other.unknown)
    claimedTruth.add(other.claimedTruth)
    claimed.add(other.claimed)
    questions.add(other.questions)
  }

  private struct Mean: Sendable {
    private var sum = 0.0
    private var count = 0.0

    var value: Double { count > 0 ? sum / count : 0 }

    mutating func add(_ value: Double) {
      sum += value
      count += 1
    }

    mutating func add(_ other: Mean) {
      sum += other.sum
      count += other.count
    }
  }
}
