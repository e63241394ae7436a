package import Deciding

/// Tells the time and lets it pass: the one place where the loop meets a clock, so that tests can script it.
package protocol WallClock: Sendable {
  var now: Timestamp { get }
  /// Returns after `span`, or early when the task is cancelled.
  func sleep(for span: Duration) async
}
