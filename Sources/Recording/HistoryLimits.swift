package import Deciding

/// How much of the past is kept.
package struct HistoryLimits: Hashable, Sendable {
  /// How far back moments can be asked.
  package let keep: Duration
  /// How far back lookups can be replayed.
  package let journal: Duration
  /// Octets that the file's used pages may take; beyond, the journal goes first, then the oldest of the rest.
  package let maxSize: Int64

  /// - Parameter maxSize: of the database without its write-ahead log.
  package init(keep: Duration, journal: Duration, maxSize: Int64) {
    self.keep = keep
    self.journal = journal
    self.maxSize = maxSize
  }

  /// The configuration's defaults: 400 days, 35 days and 20 GB.
  package static let standard = HistoryLimits(
    keep: .seconds(400 * 86_400), journal: .seconds(35 * 86_400), maxSize: 20_000_000_000)

  /// However small `maxSize` is, this much of the past stays.
  package static let leastKept = Duration.seconds(86_400)
  /// However old they are, so many generations of each set stay.
  package static let fewestGenerations: Int64 = 100
}

/// How far back the history reaches and what it takes.
package struct HistorySpan: Hashable, Sendable {
  /// Since when every moment can be asked: the first start, or what was kept.
  package let since: Timestamp?
  /// Whether something older was removed.
  package let isShortened: Bool
  /// Since when lookups can be replayed; nil when there is no journal.
  package let replayableSince: Timestamp?
  /// Octets in use.
  package let size: Int64

  /// What was lost since `before` beside what had become too old; nil for nothing. For people.
  package func loss(since before: HistorySpan, within limits: HistoryLimits, at now: Timestamp) -> String? {
    func lost(_ after: Timestamp?, _ before: Timestamp?, _ age: Duration) -> Bool {
      guard let after else { return before != nil }
      return after > now - age && before.map { $0 < after } ?? false
    }
    let journal = min(limits.journal, limits.keep)
    guard lost(since, before.since, limits.keep) || lost(replayableSince, before.replayableSince, journal)
    else { return nil }
    let moments = since.map { "moments can be asked since \($0)" } ?? "no moment can be asked"
    let lookups = replayableSince.map { "lookups replayed since \($0)" } ?? "no lookup replayed"
    return "\(moments) and \(lookups) only, as the file had grown beyond maxSize"
  }

  /// Octets that a day takes, over the whole span; nil for less than an hour.
  package func growthPerDay(at now: Timestamp) -> Int64? {
    guard let since, now - since >= .seconds(3600) else { return nil }
    return Int64(Double(size) / Double((now - since).milliseconds) * 86_400_000)
  }
}
