import Deciding
import Refreshing
import ServiceLifecycle

/// Tells the worker every few seconds how the sources do, and the sources where aliases lead.
struct SourceBoard: Service {
  let feeds: [any SourceFeed]
  let worker: ResolverWorker

  func run() async throws {
    _ = await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        let targets = await worker.aliasTargets
        var reports = [SourceReport]()
        for feed in feeds {
          await feed.watch(targets: targets)
          reports.append(await feed.report)
        }
        await worker.note(reports)
        try? await Task.sleep(for: .seconds(5))
      }
    }
  }
}
