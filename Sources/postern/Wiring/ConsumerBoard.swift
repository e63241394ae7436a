import Deciding
import Foundation
import Logging
import Publishing
import Refreshing
import ServiceLifecycle
import Serving
import Synchronization

/// Keeps who fetched what in a file, which outlives the service and which `postern consumers` reads, and tells of
/// consumers that stopped or are behind.
///
/// A file and not the history: it is a memory of the server, written whole each time, that nobody asks about the past of;
/// and the loop that publishes addresses must not wait for it.
final class ConsumerBoard: Service {
  private let consumers: ConsumerLog
  private let sets: PublishedSets
  private let path: String
  private let now: @Sendable () -> Timestamp
  private let logger: Logger
  private let shown = Mutex<[String]>([])
  private let tell: @Sendable (Event) async -> Void

  /// - Parameter tell: takes an event when a consumer begins to need a look.
  init(
    _ consumers: ConsumerLog, _ sets: PublishedSets, path: String, logger: Logger,
    now: @escaping @Sendable () -> Timestamp, tell: @escaping @Sendable (Event) async -> Void
  ) {
    self.consumers = consumers
    self.sets = sets
    self.path = path
    self.logger = logger
    self.now = now
    self.tell = tell
    if let text = FileManager.default.contents(atPath: path), let known = ConsumerText.reports(Array(text)) {
      consumers.restore(known)
    }
  }

  /// What `/readyz` warns of.
  var warnings: [String] { shown.withLock { $0 } }

  func run() async throws {
    _ = await cancelWhenGracefulShutdown { [self] in
      while !Task.isCancelled {
        await look()
        store()
        try? await Task.sleep(for: .seconds(30))
      }
    }
    store()
  }

  private func look() async {
    let now = now()
    var warnings = [String]()
    var events = [Event]()
    for report in consumers.reports {
      let snapshot = sets.published(report.set)??.snapshot
      guard
        let warning = report.warning(at: now, current: snapshot?.generation, published: snapshot?.at)
      else { continue }
      warnings.append(warning)
      let state = report.state(at: now, current: snapshot?.generation, published: snapshot?.at)
      events.append(
        Event(
          at: now, kind: EventKind(rawValue: "consumer.\(state.rawValue)"), subject: report.label,
          detail: warning))
    }
    let known = shown.withLock { shown in
      defer { shown = warnings }
      return Set(shown)
    }
    for event in events where !known.contains(event.detail) { await tell(event) }
  }

  private func store() {
    do {
      // The time in it is that of the last change, so that an idle service doesn't write.
      let reports = consumers.reports
      guard let at = reports.map(\.last).max() else { return }
      _ = try AtomicFile(path).replace(
        with: ConsumerText.json(reports, nil, at: at), modified: at, mode: 0o640)
    } catch {
      logger.warning("consumers could not be stored", metadata: ["error": "\(error)"])
    }
  }
}
