/// How a follower hears of new generations: server-sent events, else long polls, else polls, each found out by trying.
package struct FollowPlan: Hashable, Sendable {
  /// A way to hear.
  package enum Channel: String, Hashable, Sendable {
    /// `/events`: told within milliseconds.
    case events
    /// `/version?wait=&since=`: the answer comes with the change.
    case longPoll
    /// `/version`, again and again.
    case polling
  }

  /// What came of a try.
  package enum Outcome: Hashable, Sendable {
    /// It worked until it ended, as connections do.
    case ended
    /// The server doesn't know this way.
    case unknown
    /// Nobody answered, or with an error that says nothing about the way.
    case failed
  }

  /// The way to try now.
  package private(set) var channel = Channel.events
  private var failures = 0
  private var rounds = 0

  /// Rounds of polling after which the better ways are tried again: the server may have been replaced by a newer one.
  private static let patience = 60
  private static let first = Duration.milliseconds(500)
  private static let longest = Duration.seconds(60)

  /// Begins with events.
  package init() {}

  /// Notes what came of a try.
  ///
  /// - Parameters:
  ///   - polling: the pause between polls.
  ///   - random: from 0 to 1; spreads followers that lost the same server at the same moment.
  /// - Returns: how long to wait before the next try.
  package mutating func next(after outcome: Outcome, polling: Duration, random: Double) -> Duration {
    switch outcome {
    case .ended:
      failures = 0
      guard channel == .polling else { return .milliseconds(Int64(100 * random)) }
      rounds += 1
      if rounds >= Self.patience { (channel, rounds) = (.events, 0) }
      return polling * (0.9 + 0.2 * random)
    case .unknown:
      failures = 0
      channel = channel == .events ? .longPoll : .polling
      return .zero
    case .failed:
      failures += 1
      rounds = 0
      return Self.pause(after: failures, random: random)
    }
  }

  /// The pause after so many failures in a row: it doubles from half a second to a minute, and a random half of it is
  /// left out.
  package static func pause(after failures: Int, random: Double) -> Duration {
    var pause = first
    for _ in 1..<max(2, min(failures, 10)) where pause < longest && failures > 1 { pause *= 2 }
    return min(pause, longest) * (0.5 + 0.5 * random)
  }
}
