package import DNS

/// How one question stands at one vantage, with the clock that retention runs on.
///
/// Retention must not run while nobody looks: while the vantage fails, while the service is down, while a virtual
/// machine sleeps, when the wall clock jumps. So it is measured on `watched`, which grows by the time between two
/// lookups only if the first of them succeeded, by at most `longestGap`, and never shrinks.
package struct QuestionClock: Hashable, Sendable {
  /// A or AAAA.
  package let type: RecordType
  /// What came of the last lookup; nil before the first.
  package private(set) var outcome: Outcome?
  /// The last lookup by the wall clock, whatever came of it; nil before the first.
  package private(set) var askedAt: Timestamp?
  /// The last answer or denial; nil when none ever came.
  package private(set) var succeededAt: Timestamp?
  /// The first of the failures in a row that end with the last lookup; nil when that one succeeded.
  package private(set) var failingSince: Timestamp?
  /// Failures in a row.
  package private(set) var failures = 0
  /// Milliseconds for which this question has been watched.
  package private(set) var watched: Int64 = 0

  /// For a pause in which lookups are known to have succeeded: all of it counts.
  static let anyGap = Duration.seconds(1 << 40)

  /// One that was never asked: `watched` is 0 and runs from the first success on.
  package init(_ type: RecordType) { self.type = type }

  /// Goes on from what the history kept.
  package init(restoring status: QuestionStatus) {
    type = status.question.type
    outcome = status.outcome
    askedAt = status.askedAt
    succeededAt = status.succeededAt
    watched = status.watched
    failingSince = status.outcome.isSuccess ? nil : status.askedAt
    failures = status.outcome.isSuccess ? 0 : 1
  }

  /// Goes on from a later moment that is known otherwise.
  mutating func catchUp(to watched: Int64) { self.watched = max(self.watched, watched) }

  /// Takes in a lookup.
  package mutating func advance(to lookup: Lookup, longestGap: Duration) {
    run(to: lookup.at, longestGap: longestGap)
    outcome = lookup.outcome
    askedAt = lookup.at
    if lookup.outcome.isSuccess {
      succeededAt = lookup.at
      failingSince = nil
      failures = 0
    } else {
      failingSince = failingSince ?? lookup.at
      failures += 1
    }
  }

  /// Lets the clock run for a question that is asked no more, so that what it gave leaves in the end.
  ///
  /// - Parameter isWatched: whether another vantage tells of the name meanwhile; else the clock stands still.
  package mutating func retire(at now: Timestamp, longestGap: Duration, isWatched: Bool) {
    outcome = .noData
    failingSince = nil
    if isWatched { run(to: now, longestGap: longestGap) }
    askedAt = now
  }

  /// Lets time pass for what a tap tells: while it is live, a record that it didn't show was given to no client. While it
  /// isn't, nobody looked.
  mutating func pass(to now: Timestamp, longestGap: Duration, isLive: Bool) {
    if isLive { run(to: now, longestGap: longestGap) }
    if askedAt != nil { askedAt = now }
  }

  private mutating func run(to now: Timestamp, longestGap: Duration) {
    guard let askedAt, outcome?.isSuccess == true else { return }
    watched += min(max((now - askedAt).milliseconds, 0), longestGap.milliseconds)
  }
}
