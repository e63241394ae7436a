import Crypto
import Deciding
import Foundation
import Learning
import Logging
import Metrics
import Publishing
import Recording
import Refreshing
import Resolving
import ServiceLifecycle
import Serving
import UnixSignals

/// The service: everything concrete is named here and nowhere else.
///
/// names due → `DNSResolver` → `ResolverWorker` (with `Watch`, which decides) → `HistoryStore` → `PublishedSets` →
/// `SetServer`; beside it `SightingFeed`s bring names that clients use.
struct App {
  let services: ServiceGroup
  private let resolver: DNSResolver
  private let history: HistoryStore

  static func build(_ configuration: Configuration, logger: Logger) async throws -> App {
    let clock = SystemClock()
    let metrics = PrometheusRegistry()
    MetricsSystem.bootstrap(metrics)

    try StateFolder.make(configuration.state.value)
    let history = try HistoryStore.open(path: configuration.historyPath, mode: .writer)
    let restored = try await history.restore()

    let choice = UpstreamChoice(configuration)
    for warning in choice.warnings {
      logger.warning("look at the upstreams", metadata: ["reason": "\(warning)"])
    }
    let limits = configuration.limits.limits
    let resolver = try DNSResolver(
      upstreams: choice.upstreams, settings: ResolverSettings(limits), now: { clock.now })

    let watch = Watch(
      policies: configuration.enabledSets.map(\.policy), vantages: choice.upstreams.map(\.vantage),
      limits: limits,
      restored: restored, now: clock.now, seed: .random(in: .min ... .max), digesting: Digest.computing(body:)
    )
    let sets = PublishedSets(configuration.enabledSets.map(\.name))
    let served = ServedSets(sets)
    let worker = ResolverWorker(
      watch: watch, resolver: resolver, recorder: history, publisher: served, clock: clock, logger: logger)

    let site = Site(
      sets: sets, policies: configuration.enabledSets.map(\.policy), history: history, sightings: SubmittedSightings(worker: worker, clock: clock),
      tokens: try configuration.tokens.map(AccessToken.init(reading:)), readiness: { served.readiness },
      metrics: metrics, now: { clock.now })
    let server = SetServer(
      site, listen: configuration.listen.value.map { .init(host: $0.host, port: $0.port) }, logger: logger,
      onListening: { logger.info("listening", metadata: ["http.address": "\($0)"]) })

    var services: [any Service] = [server, worker]
    let names = WatchedNames(configuration.enabledSets.flatMap(\.selectors))
    for source in configuration.sources {
      let position = restored.positions.first { $0.path == source.path.value }
      let follower = FileFollower(
        path: source.path.value, format: .dnsmasq, watching: names, position: position, source: source.label,
        now: { clock.now })
      services.append(
        SightingFeed(follower: follower, path: source.path.value, worker: worker, logger: logger))
    }
    if configuration.upstreams.value == nil {
      services.append(
        SystemResolverFollower(resolver: resolver, worker: worker, logger: logger, started: choice.upstreams))
    }
    return App(
      services: group(services, logger: logger), resolver: resolver, history: history)
  }

  /// Runs until SIGTERM or SIGINT; then what is open is finished and stored.
  func run() async throws {
    defer {
      resolver.stop()
      try? history.close()
    }
    try await services.run()
  }

  private static func group(_ services: [any Service], logger: Logger) -> ServiceGroup {
    var configuration = ServiceGroupConfiguration(
      services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
    // A client that reads slowly must not keep the service from ending.
    configuration.maximumGracefulShutdownDuration = .seconds(5)
    return ServiceGroup(configuration: configuration)
  }
}

extension ResolverSettings {
  /// Bounded as the configuration says; the pace over all upstreams is kept by `Watch`.
  init(_ limits: Limits) {
    self.init()
    outstanding = limits.outstanding
    pacing = nil
  }
}
