import DNS
import Deciding

/// Keeps the figures that `FileFollower.report` tells.
struct FollowAccount: Sendable {
  private var figures: SourceReport
  private var refused = RefusedLines()
  private var meter: RateMeter

  /// - Parameter tellsResolvers: whether lines may tell which resolver clients ask.
  init(label: String, kind: String, tellsResolvers: Bool = false, at now: Timestamp) {
    figures = SourceReport(label: label, kind: kind)
    figures.resolvers = tellsResolvers ? [] : nil
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

  /// Takes note of whom clients asked; a log doesn't tell at which port.
  mutating func note(resolvers: Set<IPAddress>) {
    for address in resolvers.sorted() where (figures.resolvers?.count ?? 0) < SeenResolvers.most {
      let seen = SeenResolver(identity: nil, address: address.description, port: 53)
      if figures.resolvers?.contains(seen) == false { figures.resolvers?.append(seen) }
    }
  }

  mutating func saw(size: Int64) { figures.size = size }

  mutating func failed(_ error: any Error) {
    guard !(error is CancellationError) else { return }
    figures.fault = "\(error)"
  }

  /// A look went well.
  mutating func recovered() { figures.fault = nil }
}
