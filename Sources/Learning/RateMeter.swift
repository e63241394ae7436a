package import Deciding
internal import Glibc

/// How many items a second came, averaged over about the last minute: what was counted fades by half every 40 s or so.
package struct RateMeter: Sendable, Hashable {
  /// The time in which an earlier rate falls to 1/e.
  private static let fading = 60.0

  private var rate = 0.0
  private var since: Timestamp

  /// Counts from `now` on.
  package init(at now: Timestamp) { since = now }

  /// Counts items that came between the last call and `now`. A clock that went back counts as no time.
  package mutating func count(_ items: Int64, at now: Timestamp) {
    rate = self.rate(at: now) + Double(items) / Self.fading
    since = now
  }

  /// Items a second as of `now`.
  package func rate(at now: Timestamp) -> Double {
    let elapsed = max(0, Double((now - since).milliseconds) / 1000)
    return rate * exp(-elapsed / Self.fading)
  }
}
