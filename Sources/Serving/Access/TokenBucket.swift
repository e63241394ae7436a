import NIOCore

/// Allows a number of things at once, and then so many a second.
struct TokenBucket: Sendable {
  let rate: Double
  let burst: Double
  private var level: Double
  private var at: NIODeadline

  init(rate: Double, burst: Double, now: NIODeadline) {
    self.rate = rate
    self.burst = burst
    level = burst
    at = now
  }

  /// Takes one; nil when there was one, else the whole seconds until there is.
  mutating func take(now: NIODeadline) -> Int? {
    refill(now)
    if level >= 1 {
      level -= 1
      return nil
    }
    return max(1, Int(((1 - level) / rate).rounded(.up)))
  }

  /// The whole seconds until one can be taken; nil when one can.
  mutating func wait(now: NIODeadline) -> Int? {
    refill(now)
    return level >= 1 ? nil : max(1, Int(((1 - level) / rate).rounded(.up)))
  }

  /// Gives one back.
  mutating func giveBack() { level = min(burst, level + 1) }

  /// Whether it is as if it had never been used.
  mutating func isFull(now: NIODeadline) -> Bool {
    refill(now)
    return level >= burst
  }

  private mutating func refill(_ now: NIODeadline) {
    guard now > at else { return }
    level = min(burst, level + Double((now - at).nanoseconds) / 1e9 * rate)
    at = now
  }
}
