import Crypto
import Deciding
import Glibc
import Logging
import Serving

/// `benchmarks http-server PORT ELEMENTS [TOKEN [CERTIFICATE KEY]]`: serves a set `mcr` on loopback until it is ended,
/// for wrk to measure; with a token only to those who send it.
enum HTTPBenchmark {
  static func run(_ arguments: [String]) async throws {
    guard [2, 3, 5].contains(arguments.count), let port = Int(arguments[0]), let count = Int(arguments[1]),
      let set = SetName("mcr")
    else { return print("usage: benchmarks http-server PORT ELEMENTS [TOKEN [CERTIFICATE KEY]]") }
    let sets = PublishedSets([set])
    let snapshot = try SampleSnapshot.make(elements: count, set: set)
    sets.publish(
      PublishedSet(
        snapshot: snapshot, status: .ok, checkedAt: snapshot.at, validUntil: snapshot.at + .seconds(3600)))
    // Ten principals, as a site has them; the one that asks is the last.
    let principals = arguments.dropFirst(2).prefix(1).flatMap { token in
      ((0..<9).map { "someone else \($0)" } + [token]).map {
        Principal(name: $0, digests: [Array(SHA256.hash(data: Array($0.utf8)))], scopes: [.readSet(set)])
      }
    }
    var limits = HTTPLimits()
    (limits.requestsPerSecond, limits.burst) = (10_000_000, 10_000_000)
    let identity =
      arguments.count == 5 ? try TLSIdentity(TLSFiles(certificate: arguments[3], key: arguments[4])) : nil
    let site = Site(
      sets: sets, access: AccessList(principals), identity: identity, limits: limits,
      // Not clock_gettime(): which module `timespec` belongs to depends on what else the compiler saw before.
      now: { Timestamp(seconds: Int64(time(nil))) })
    var logger = Logger(label: "postern.benchmark")
    logger.logLevel = .warning
    let address = ListenAddress(
      host: "127.0.0.1", port: port, isSecure: identity != nil, isRestricted: !principals.isEmpty)
    try await SetServer(site, listen: [address], logger: logger).run()
  }
}
