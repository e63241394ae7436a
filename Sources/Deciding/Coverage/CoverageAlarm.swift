/// Whether a set counts as having fallen below its target, so that it is told once and not at every turn of an estimate.
struct CoverageAlarm: Sendable {
  /// Whether it was told that the coverage fell, and not yet that it is back.
  private(set) var isFallen: Bool
  /// Since when the estimate says the opposite of what was told.
  private var turnedAt: Timestamp?

  /// A set must be below its target for this long before it is told.
  static let patience = Duration.seconds(900)
  /// It must be at its target for this long before that is told: with `patience`, at most three tellings in an hour.
  static let relief = Duration.seconds(1800)

  /// One that goes on from what was told last.
  init(isFallen: Bool = false) { self.isFallen = isFallen }

  /// Takes in how a set stands; gives back whether that is to be told. While nothing is known of its coverage nothing
  /// changes, and a wait begins anew.
  mutating func take(_ coverage: SetCoverage, at now: Timestamp) -> Bool {
    guard coverage.coverage != nil, coverage.isBelowTarget != isFallen else {
      turnedAt = nil
      return false
    }
    // A wall clock that went back begins the wait anew.
    let since = turnedAt.map { $0 <= now ? $0 : now } ?? now
    turnedAt = since
    guard now - since >= (isFallen ? Self.relief : Self.patience) else { return false }
    isFallen.toggle()
    turnedAt = nil
    return true
  }
}
