/// Whether a set counts as having fallen below its target, so that it is told once and not at every turn of an estimate.
///
/// Only what was up can fall: while a new set is being discovered its coverage is low, which is no news.
struct CoverageAlarm: Sendable {
  /// How a set stands as far as it was told.
  enum Standing: Sendable {
    /// It has not been at its target for long enough since it is watched.
    case notReached
    case atTarget
    /// It was told that it fell, and not yet that it is back.
    case fallen
  }

  private(set) var standing: Standing
  /// Since when the estimate says the opposite of `standing`.
  private var turnedAt: Timestamp?

  /// A set must be below its target for this long before it is told.
  static let patience = Duration.seconds(900)
  /// It must be at its target for this long before that counts: with `patience`, at most three tellings in an hour.
  static let relief = Duration.seconds(1800)

  init(_ standing: Standing) { self.standing = standing }

  /// Goes on from before a restart.
  ///
  /// - Parameters:
  ///   - stored: how the set stood, from the estimates that the history kept.
  ///   - isFallen: whether the last that was told of it is that it fell.
  init(restoring stored: SetCoverage, isFallen: Bool) {
    let wasAtTarget = stored.coverage != nil && stored.unknown == 0 && !stored.isBelowTarget
    standing = isFallen ? .fallen : wasAtTarget ? .atTarget : .notReached
  }

  /// Takes in how a set stands; gives back whether that is to be told. While nothing is known of its coverage nothing
  /// changes, and a wait begins anew.
  mutating func take(_ coverage: SetCoverage, at now: Timestamp) -> Bool {
    let isUp = standing == .atTarget
    guard coverage.coverage != nil, coverage.isBelowTarget == isUp else {
      turnedAt = nil
      return false
    }
    // A wall clock that went back begins the wait anew.
    let since = turnedAt.map { $0 <= now ? $0 : now } ?? now
    turnedAt = since
    guard now - since >= (isUp ? Self.patience : Self.relief) else { return false }
    let isNews = standing != .notReached
    standing = isUp ? .fallen : .atTarget
    turnedAt = nil
    return isNews
  }
}
