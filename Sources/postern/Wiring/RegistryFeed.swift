import Deciding
import Learning
import Logging
import Refreshing
import ServiceLifecycle

/// Asks a registry now and then for the hosts that it sends clients to.
struct RegistryFeed: SourceFeed {
  let probe: RegistryProbe
  let worker: ResolverWorker

  var report: SourceReport { get async { await probe.report } }

  func run() async throws {
    _ = await cancelWhenGracefulShutdown {
      await probe.run { sightings, related in await worker.observe(sightings, related: related) }
    }
  }
}
