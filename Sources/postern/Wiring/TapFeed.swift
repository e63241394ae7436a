import DNS
import Deciding
import Learning
import Logging
import Refreshing
import ServiceLifecycle

/// Listens for a tap and hands what it tells to the worker; a socket that can't be opened is tried again.
struct TapFeed: SourceFeed {
  let listener: TapListener
  let names: WatchedNames
  /// As whose vantage its answers count; nil when they don't.
  let vantage: Vantage?
  let worker: ResolverWorker
  let logger: Logger

  var report: SourceReport { listener.report }

  func watch(targets: Set<DomainName>) { listener.watch(names, targets: targets) }

  func run() async throws {
    _ = await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        do {
          try await listen()
        } catch is CancellationError {
          return
        } catch {
          logger.error("a tap can't be listened for", metadata: ["error": "\(error)"])
          try? await Task.sleep(for: .seconds(5))
        }
      }
    }
  }

  private func listen() async throws {
    let (counts, continuation) = AsyncStream.makeStream(of: Int.self, bufferingPolicy: .bufferingNewest(1))
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        for await count in counts {
          if let vantage { await worker.noteTap(vantage, isLive: count > 0) }
        }
        // The listener is gone, and with it every connection.
        if let vantage { await worker.noteTap(vantage, isLive: false) }
      }
      group.addTask {
        defer { continuation.finish() }
        try await listener.run(
          onListening: { _ in
            logger.info("listening for taps", metadata: ["tap.endpoint": "\(listener.endpoint)"])
          },
          onConnections: { continuation.yield($0) },
          { report in await worker.observe(report) })
      }
      try await group.waitForAll()
    }
  }
}
