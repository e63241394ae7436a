import Deciding
import Learning
import Logging
import Refreshing
import ServiceLifecycle

/// Follows a log and hands what it says to the worker; a file that can't be read is tried again.
struct LogFeed: SourceFeed {
  let follower: FileFollower
  let path: String
  let worker: ResolverWorker
  let logger: Logger

  var report: SourceReport { get async { await follower.report } }

  func run() async throws {
    _ = await cancelWhenGracefulShutdown {
      var lastFault: String?
      while !Task.isCancelled {
        do {
          let batch = try await follower.next()
          lastFault = nil
          for note in batch.notes {
            logger.info(
              "the followed file changed", metadata: ["source.path": "\(path)", "source.change": "\(note)"])
          }
          await worker.observe(batch.sightings, related: batch.related, position: batch.position)
        } catch is CancellationError {
          return
        } catch {
          let fault = "\(error)"
          if fault != lastFault {
            logger.warning(
              "a source can't be read", metadata: ["source.path": "\(path)", "error": "\(fault)"])
          }
          lastFault = fault
          try? await Task.sleep(for: .seconds(5))
        }
      }
    }
  }
}
