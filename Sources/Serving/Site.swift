package import Deciding

/// What the server is made of: values and protocols, nothing that knows where they come from.
package struct Site: Sendable {
  package let sets: PublishedSets
  /// Nil without a history: then the past answers 503.
  package var history: (any HistoryReader)?
  package var sightings: (any SightingSink)?
  package var tokens: [AccessToken]
  package var readiness: @Sendable () async -> Readiness
  /// Shown at `/metrics`.
  package var metrics: PrometheusRegistry
  /// The clock.
  package var now: @Sendable () -> Timestamp

  package init(
    sets: PublishedSets, history: (any HistoryReader)? = nil, sightings: (any SightingSink)? = nil,
    tokens: [AccessToken] = [], readiness: @escaping @Sendable () async -> Readiness = { Readiness() },
    metrics: PrometheusRegistry = PrometheusRegistry(), now: @escaping @Sendable () -> Timestamp
  ) {
    self.sets = sets
    self.history = history
    self.sightings = sightings
    self.tokens = tokens
    self.readiness = readiness
    self.metrics = metrics
    self.now = now
  }
}

/// Whether traffic should rely on this service now.
package struct Readiness: Hashable, Sendable {
  /// What is wrong, one sentence each; empty when it is ready. These may name upstreams: `/readyz` is for operators,
  /// never for firewalls.
  package let reasons: [String]

  package init(reasons: [String] = []) { self.reasons = reasons }

  package var isReady: Bool { reasons.isEmpty }
}
