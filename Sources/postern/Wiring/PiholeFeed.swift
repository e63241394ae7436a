import Deciding
import Learning
import Logging
import Recording
import Refreshing
import ServiceLifecycle

/// Reads Pi-hole's database as often as FTL writes it, and hands what clients asked for to the worker.
actor PiholeFeed: SourceFeed {
  private let path: String
  private let label: String
  private let names: WatchedNames
  private let worker: ResolverWorker
  private let clock: SystemClock
  private let logger: Logger
  private var lastID: Int64
  private var meter: RateMeter
  private var counts: SourceReport

  /// A database is followed by the number of its last row, which stands where a file's offset does.
  init(
    path: String, label: String, names: WatchedNames, position: FollowerPosition?, worker: ResolverWorker,
    clock: SystemClock, logger: Logger
  ) {
    self.path = path
    self.label = label
    self.names = names
    self.worker = worker
    self.clock = clock
    self.logger = logger
    lastID = position?.offset ?? 0
    meter = RateMeter(at: clock.now)
    counts = SourceReport(label: label, kind: "pihole")
  }

  var report: SourceReport {
    var report = counts
    report.rate = meter.rate(at: clock.now)
    return report
  }

  nonisolated func run() async throws {
    _ = await cancelWhenGracefulShutdown { await self.follow() }
  }

  /// FTL stores once a minute.
  private static let pause = Duration.seconds(15)
  private static let rowsAtOnce: Int64 = 50_000

  private func follow() async {
    while !Task.isCancelled {
      do {
        let page = try PiholeQueries(path: path).next(after: lastID, limit: Self.rowsAtOnce)
        counts.fault = nil
        await take(page)
        if page.rows == Self.rowsAtOnce { continue }
      } catch {
        let fault = "\(error)"
        if counts.fault != fault {
          logger.warning("a source can't be read", metadata: ["source.path": "\(path)", "error": "\(fault)"])
        }
        counts.fault = fault
      }
      try? await Task.sleep(for: Self.pause)
    }
  }

  private func take(_ page: PiholeQueries.Page) async {
    let now = clock.now
    meter.count(page.rows, at: now)
    guard page.rows > 0 || page.lastID != lastID else { return }
    lastID = page.lastID
    let tally = SightingTally(page.uses.map { ($0.domain, $0.evidence, $0.count) }, watching: names)
    counts.items += page.rows
    counts.watched += tally.names.values.reduce(0) { $0 + $1.count }
    counts.others = counts.items - counts.watched
    counts.dropped += tally.overflow
    if page.rows > 0 { counts.lastItemAt = now }
    await worker.observe(
      tally.sightings(source: label, at: now), related: tally.relatedSightings(source: label, at: now),
      position: FollowerPosition(path: path, device: 0, inode: 0, head: [], offset: lastID))
  }
}
