import Deciding
import Logging
import Recording
import Refreshing
import ServiceLifecycle

/// Keeps the history within its age and size: once a day, and as soon as it has grown too large.
struct HistoryKeeper: Service {
  let history: HistoryStore
  let limits: HistoryLimits
  let clock: SystemClock
  let logger: Logger
  /// Where it is told that more went than was too old.
  let tell: @Sendable (Event) async -> Void

  /// A start has better things to do; later than that, a service that restarts daily would never come to it.
  private static let pause = Duration.seconds(600)
  /// How many pauses make a day.
  private static let pausesPerDay = 144

  func run() async throws {
    _ = await cancelWhenGracefulShutdown {
      for round in 1... {
        await clock.sleep(for: Self.pause)
        if Task.isCancelled { return }
        await keep(isDue: round % Self.pausesPerDay == 1)
      }
    }
  }

  private func keep(isDue: Bool) async {
    do {
      let before = try await history.span()
      guard isDue || before.size > limits.maxSize else { return }
      try await history.keep(within: limits, at: clock.now)
      let after = try await history.span()
      guard after != before else { return }
      logger.notice(
        "old history was removed",
        metadata: [
          "history.since": "\(after.since.map { "\($0)" } ?? "-")",
          "history.replayable.since": "\(after.replayableSince.map { "\($0)" } ?? "-")",
          "history.octets": "\(after.size)",
        ])
      let now = clock.now
      if let loss = after.loss(since: before, within: limits, at: now) {
        await tell(Event(at: now, kind: .historyShortened, subject: "history", detail: loss))
      }
    } catch is CancellationError {
    } catch {
      logger.error("old history could not be removed", metadata: ["error": "\(error)"])
    }
  }
}
