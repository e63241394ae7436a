/// How many questions may go out: `limits.queriesPerSecond`, with a second's worth at once after a quiet time.
struct QueryBudget: Sendable {
  private let perSecond: Double
  private var tokens: Double
  private var filledAt: Timestamp

  init(perSecond: Int, now: Timestamp) {
    self.perSecond = Double(perSecond)
    tokens = Double(perSecond)
    filledAt = now
  }

  mutating func allows(at now: Timestamp) -> Bool {
    let elapsed = Double((now - filledAt).milliseconds) / 1000
    // A clock that went back fills nothing and starts over from there.
    tokens = min(perSecond, tokens + max(0, elapsed) * perSecond)
    filledAt = now
    return tokens >= 1
  }

  /// Whether half of a second's worth is left: then some of it may go where it is wanted most.
  var isAmple: Bool { tokens >= perSecond / 2 }

  mutating func spend() { tokens -= 1 }

  /// When the next question may go, as the wall clock stands now.
  func readyAt(_ now: Timestamp) -> Timestamp {
    guard tokens < 1 else { return now }
    let wait = Duration.milliseconds(Int64(((1 - tokens) / perSecond * 1000).rounded(.up)))
    // Not from `now` on: who asks often enough would never be allowed.
    return max(now, min(filledAt, now) + wait)
  }
}
