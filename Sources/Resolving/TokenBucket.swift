/// Spreads queries over time. Times are nanoseconds of one monotonic clock.
struct TokenBucket {
  private let pacing: ResolverSettings.Pacing?
  private var tokens: Double
  private var filledAt: UInt64

  /// Without pacing there is always a token.
  init(_ pacing: ResolverSettings.Pacing?, now: UInt64) {
    self.pacing = pacing
    tokens = pacing?.burst ?? 0
    filledAt = now
  }

  /// Whether a query may go out now.
  mutating func hasToken(at now: UInt64) -> Bool {
    guard let pacing else { return true }
    if now > filledAt {
      tokens = min(pacing.burst, tokens + Double(now - filledAt) / 1e9 * pacing.queriesPerSecond)
      filledAt = now
    }
    return tokens >= 1
  }

  /// Counts a query that went out. Repeats don't wait for a token, and leave a debt.
  mutating func take() {
    if pacing != nil { tokens -= 1 }
  }
}
