import DNS
import Deciding
import Refreshing
import Serving

/// Hands hostnames that were posted over HTTP to the worker.
struct SubmittedSightings: SightingSink {
  let worker: ResolverWorker
  let clock: SystemClock

  func accept(_ names: [DomainName], from source: String) async throws -> [(name: DomainName, reason: String)]
  {
    let now = clock.now
    let sightings = names.map { Sighting(name: $0, source: "http:\(source)", count: 1, at: now) }
    return await worker.observe(sightings).map { ($0.name, $0.reason.explanation) }
  }
}

extension SightingRefusal {
  /// For people.
  var explanation: String {
    switch self {
    case .noPattern: "no set watches it"
    case .notHostname: "not a hostname"
    case .deniedLately: "upstreams denied it within the last ten minutes"
    case .queueFull: "too many names wait under its pattern"
    case .sourceShare: "its source has too many names waiting"
    case .likeWildcard: "it answers like any made-up name under its pattern"
    case .patternFull: "its pattern has as many names as limits.namesPerPattern allows"
    }
  }
}
