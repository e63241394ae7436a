package import Deciding

/// What the server is made of: values and protocols, nothing that knows where they come from.
package struct Site: Sendable {
  /// What is served now; readers never wait for the worker.
  package let sets: PublishedSets
  /// What the sets watch, to tell which names are known.
  package var policies: [SetPolicy]
  /// Nil without a history: then the past answers 503.
  package var history: (any HistoryReader)?
  /// Takes posted hostnames; without it the path answers 404.
  package var sightings: (any SightingSink)?
  /// Who may post; without any, all posts are refused.
  package var tokens: [AccessToken]
  /// Remembers who fetches what; nil to remember nobody.
  package var consumers: ConsumerLog?
  /// Asked for each `/readyz`, so it must be quick.
  package var readiness: @Sendable () async -> Readiness
  /// Shown at `/metrics`.
  package var metrics: PrometheusRegistry
  /// The clock.
  package var now: @Sendable () -> Timestamp

  /// Without history, sightings and tokens it serves sets alone and is always ready.
  package init(
    sets: PublishedSets, policies: [SetPolicy] = [], history: (any HistoryReader)? = nil,
    sightings: (any SightingSink)? = nil,
    tokens: [AccessToken] = [], consumers: ConsumerLog? = nil,
    readiness: @escaping @Sendable () async -> Readiness = { Readiness(faults: [], warnings: []) },
    metrics: PrometheusRegistry = PrometheusRegistry(), now: @escaping @Sendable () -> Timestamp
  ) {
    self.sets = sets
    self.policies = policies
    self.history = history
    self.sightings = sightings
    self.tokens = tokens
    self.consumers = consumers
    self.readiness = readiness
    self.metrics = metrics
    self.now = now
  }
}
