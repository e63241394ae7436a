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
/// `SetServer`; beside it the feeds of `SourceWiring` bring names that clients use.
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
    let restored = try await history.restore(for: configuration.enabledSets.map(\.policy))

    let choice = UpstreamChoice(configuration)
    for warning in choice.warnings {
      logger.warning("look at the upstreams", metadata: ["reason": "\(warning)"])
    }
    let limits = configuration.limits.limits
    var settings = ResolverSettings(limits)
    settings.learnsCase = true
    settings.marksQueries = !configuration.sources.isEmpty
    let resolver = try DNSResolver(upstreams: choice.upstreams, settings: settings, now: { clock.now })

    let tags = TagShelf(history, restored.tags, sharedRanges: configuration.sharedRanges)
    var watch = Watch(
      policies: configuration.enabledSets.map(\.policy), vantages: choice.upstreams.map(\.vantage),
      taps: configuration.sources.compactMap(\.vantage), limits: limits,
      restored: restored, now: clock.now, seed: .random(in: .min ... .max), digesting: Digest.computing(body:)
    )
    try await watch.keepJournal(in: history, configuration, at: clock.now)
    let signer = try SigningKeyFile(configuration.signingKeyPath).readOrMake()
    let sets = PublishedSets(
      configuration.enabledSets.map(\.name), waiters: configuration.push.waiters.value, signer: signer)
    let served = ServedSets(sets)
    let webhooks = WebhookSender(
      try configuration.webhooks.map(WebhookTarget.init(reading:)), root: configuration.push.url.value ?? "",
      agent: "postern/\(Postern.version)",
      memory: WebhookMemory(configuration.state.value + "/webhooks.json"), logger: logger,
      now: { clock.now })
    sets.observe(webhooks.take)
    let worker = ResolverWorker(
      watch: watch, resolver: resolver, recorder: history, tags: tags, publisher: served, clock: clock,
      logger: logger, tell: webhooks.take)

    let consumers = ConsumerLog()
    let board = ConsumerBoard(
      consumers, sets, path: configuration.consumersPath, logger: logger, now: { clock.now },
      tell: { await worker.note($0) })
    FileDescriptorLimit.raise()

    let identity = try configuration.http.identity()
    let access = AccessList(
      try configuration.tokens.map(Principal.init(reading:)), tokenField: configuration.http.tokenHeader.value
    )
    let site = Site(
      sets: sets, policies: configuration.enabledSets.map(\.policy), history: history,
      sightings: SubmittedSightings(worker: worker, clock: clock),
      access: access, identity: identity, limits: HTTPLimits(configuration.http.limits),
      formats: try configuration.formatCatalog(), consumers: consumers,
      readiness: {
        served.readiness(with: (identity?.warnings(now: clock.now) ?? []) + board.warnings)
      },
      tags: { tags.book },
      metrics: metrics, now: { clock.now })
    let server = SetServer(
      site, listen: configuration.listen.value.map(configuration.http.listener), logger: logger,
      onListening: { logger.info("listening", metadata: ["http.address": "\($0)"]) })

    let wiring = SourceWiring(
      names: WatchedNames(configuration.enabledSets.flatMap(\.selectors)), positions: restored.positions,
      worker: worker, clock: clock, logger: logger)
    let feeds = try configuration.sources.map(wiring.feed)
    let keeper = AccessKeeper(
      keeper: identity.map { TLSKeeper($0, metrics: metrics, logger: logger) }, access: access,
      tokens: configuration.tokens, logger: logger)
    var services: [any Service] = [server, worker, board, webhooks, keeper] + feeds
    services.append(
      HistoryKeeper(
        history: history, limits: configuration.history.limits, clock: clock, logger: logger,
        tell: { await worker.note($0) }))
    if !feeds.isEmpty { services.append(SourceBoard(feeds: feeds, worker: worker)) }
    services +=
      configuration.serviceTags.map {
        TagFeed(setting: $0, archive: history, worker: worker, clock: clock, logger: logger)
      } as [any Service]
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
