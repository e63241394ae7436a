import Deciding

/// Keeps the figures that `FileFollower.report` tells.
struct FollowAccount: Sendable {
  private var figures: SourceReport
  private var refused = RefusedLines()
  private var meter: RateMeter

  init(label: String, kind: String, at now: Timestamp) {
    figures = SourceReport(label: label, kind: kind)
    meter = RateMeter(at: now)
  }

  func report(at now: Timestamp, offset: Int64?) -> SourceReport {
    var report = figures
    report.rate = meter.rate(at: now)
    report.samples = refused.samples
    report.offset = offset
    return report
  }

  /// Hands out the refused lines, to be given back with `count`.
  mutating func takeRefused() -> RefusedLines {
    var taken = RefusedLines()
    swap(&taken, &refused)
    taken.beginBatch()
    return taken
  }

  mutating func count(_ tally: SightingTally, _ refused: RefusedLines, at now: Timestamp) {
    self.refused = refused
    let watched = tally.watched
    let malformed = tally.malformed.values.reduce(0, +)
    figures.items += tally.lines
    figures.watched += watched
    figures.others += tally.lines - watched - malformed
    for (fault, count) in tally.malformed { figures.refused[fault.rawValue, default: 0] += count }
    figures.dropped += tally.overflow
    meter.count(tally.lines, at: now)
    if tally.lines > 0 { figures.lastItemAt = now }
  }

  mutating func saw(size: Int64) { figures.size = size }

  mutating func failed(_ error: any Error) {
    guard !(error is CancellationError) else { return }
    figures.fault = "\(error)"
  }

  /// A look went well.
  mutating func recovered() { figures.fault = nil }
}
