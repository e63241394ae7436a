package import Deciding
package import Publishing

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
  /// Who may do what; without anybody, all posts are refused.
  package var access: AccessList
  /// What TLS listeners prove themselves with; without it they can't be opened.
  package var identity: TLSIdentity?
  /// What one client may take.
  package var limits: HTTPLimits
  /// Remembers who fetches what; nil to remember nobody.
  package var consumers: ConsumerLog?
  /// Asked for each `/readyz`, so it must be quick.
  package var readiness: @Sendable () async -> Readiness
  /// The formats that may be asked for.
  package var formats: FormatCatalog
  /// The service tags that are kept now; asked for each answer, so it must be quick.
  package var tags: @Sendable () -> TagBook
  /// Shown at `/metrics`.
  package var metrics: PrometheusRegistry
  /// The clock.
  package var now: @Sendable () -> Timestamp

  /// Without history, sightings and principals it serves sets alone and is always ready.
  package init(
    sets: PublishedSets, policies: [SetPolicy] = [], history: (any HistoryReader)? = nil,
    sightings: (any SightingSink)? = nil,
    access: AccessList = AccessList(), identity: TLSIdentity? = nil, limits: HTTPLimits = HTTPLimits(),
    formats: FormatCatalog = .builtIn, consumers: ConsumerLog? = nil,
    readiness: @escaping @Sendable () async -> Readiness = { Readiness(faults: [], warnings: []) },
    tags: @escaping @Sendable () -> TagBook = { TagBook() },
    metrics: PrometheusRegistry = PrometheusRegistry(), now: @escaping @Sendable () -> Timestamp
  ) {
    self.sets = sets
    self.policies = policies
    self.history = history
    self.sightings = sightings
    self.access = access
    self.identity = identity
    self.limits = limits
    self.formats = formats
    self.consumers = consumers
    self.readiness = readiness
    self.tags = tags
    self.metrics = metrics
    self.now = now
  }
}
