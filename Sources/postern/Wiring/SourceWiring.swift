import Deciding
import Learning
import Logging
import Refreshing

/// Makes the feed of each configured source.
struct SourceWiring {
  let names: WatchedNames
  /// Where followed files were read to.
  let positions: [FollowerPosition]
  let worker: ResolverWorker
  let clock: SystemClock
  let logger: Logger

  func feed(_ source: SourceSetting) throws -> any SourceFeed {
    let clock = clock
    switch source.kind {
    case .log(let format): return log(source, LineReader(format))
    case .lines(let format): return log(source, LineReader(format.template))
    case .dnstap(let endpoint, let isTrusted):
      let listener = TapListener(
        endpoint: endpoint, label: source.label, isTrusted: isTrusted, vantage: source.vantage,
        watching: names,
        now: { clock.now })
      return TapFeed(
        listener: listener, names: names, vantage: source.vantage, worker: worker, logger: logger)
    case .pihole:
      return PiholeFeed(
        path: source.place.value, label: source.label, names: names,
        position: position(of: source.place.value), worker: worker, clock: clock, logger: logger)
    case .registry(let registry):
      let probe = RegistryProbe(
        registry: registry.endpoint, repositories: registry.repositories, every: registry.every,
        label: source.label, watching: names, version: Postern.version, roots: registry.roots,
        now: { clock.now })
      return RegistryFeed(probe: probe, worker: worker)
    }
  }

  private func log(_ source: SourceSetting, _ reader: LineReader) -> LogFeed {
    let clock = clock
    let follower = FileFollower(
      path: source.place.value, reader: reader, watching: names, position: position(of: source.place.value),
      source: source.label, now: { clock.now })
    return LogFeed(follower: follower, path: source.place.value, worker: worker, logger: logger)
  }

  private func position(of path: String) -> FollowerPosition? { positions.first { $0.path == path } }
}
