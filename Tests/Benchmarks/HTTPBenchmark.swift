import Deciding
import Glibc
import Logging
import Serving

/// `benchmarks http-server PORT ELEMENTS`: serves a set `mcr` on loopback until it is ended, for wrk to measure.
enum HTTPBenchmark {
  static func run(_ arguments: [String]) async throws {
    guard arguments.count == 2, let port = Int(arguments[0]), let count = Int(arguments[1]),
      let set = SetName("mcr")
    else { return print("usage: benchmarks http-server PORT ELEMENTS") }
    let sets = PublishedSets([set])
    let snapshot = try SampleSnapshot.make(elements: count, set: set)
    sets.publish(
      PublishedSet(
        snapshot: snapshot, status: .ok, checkedAt: snapshot.at, validUntil: snapshot.at + .seconds(3600)))
    let site = Site(
      sets: sets,
      // Not clock_gettime(): which module `timespec` belongs to depends on what else the compiler saw before.
      now: { Timestamp(seconds: Int64(time(nil))) })
    var logger = Logger(label: "postern.benchmark")
    logger.logLevel = .warning
    try await SetServer(site, listen: [ListenAddress(host: "127.0.0.1", port: port)], logger: logger).run()
  }
}
