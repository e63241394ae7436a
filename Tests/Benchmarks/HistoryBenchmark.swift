import DNS
import Deciding
import Glibc
import Recording

/// How fast the history takes observations in when it already holds ten million, and how fast it then
/// answers. Arguments: the path of a database to make, and the plain rows per second that SQLite itself takes
/// on this machine.
enum HistoryBenchmark {
  static let earlier = 10_000_000
  /// Once with one lookup in twenty that closes an interval, as measured for stable names, once with one in
  /// two.
  static let measured = 2_000_000
  static let generations = 1000
  static let setSize = 5000

  static func run(_ arguments: [String]) async throws {
    guard (2...3).contains(arguments.count), let floor = Double(arguments[1]) else {
      print("usage: benchmarks history PATH FLOOR [EARLIER]")
      return
    }
    var workload = try HistoryWorkload()
    let filling = try HistoryStore.open(path: arguments[0], mode: .writer)
    try await fill(filling, &workload, earlier: arguments.dropFirst(2).first.flatMap { Int($0) } ?? earlier)
    try filling.close()

    // As after a restart: nothing interned, nothing cached.
    let store = try HistoryStore.open(path: arguments[0], mode: .writer)
    workload.changeEvery = 20
    let rate = try await ingest(store, &workload)
    row("history.ingest observations/s", rate, theirs: floor, target: ">= 200000")
    workload.changeEvery = 2
    let churned = try await ingest(store, &workload)
    row("history.ingest.churn observations/s", churned, theirs: floor, target: "-")
    try await query(store)
    try store.close()
  }

  private static func fill(
    _ store: HistoryStore, _ workload: inout HistoryWorkload, earlier: Int
  ) async throws {
    var stored = 0
    var set = try PublishedAddresses()
    let batches = earlier / (HistoryWorkload.batchNames * HistoryWorkload.answered)
    let rejected = try HistoryWorkload.name(0)
    var (closed, spent) = (0, Duration.zero)
    for number in 0..<batches {
      var batch = workload.nextBatch()
      if number * generations / batches != (number + 1) * generations / batches {
        batch.publications = [set.next(at: batch.at)]
      }
      batch.rejections = (0..<4).map { index in
        Rejection(
          key: ObservationKey(
            name: rejected, vantage: Vantage("upstream"), owner: rejected, type: .a,
            data: .address(HistoryWorkload.address((number * 4 + index) % HistoryWorkload.pool))),
          reason: .outOfChain, at: batch.at)
      }
      stored += batch.observations.count
      closed += batch.closed.count
      let work = batch
      spent += try await ContinuousClock().measure { try await store.commit(work) }
    }
    note(
      "filled with \(stored) observations, \(closed) closed intervals, \(generations) generations in \(spent)"
    )
  }

  private static func ingest(_ store: HistoryStore, _ workload: inout HistoryWorkload) async throws -> Double
  {
    var (stored, closed) = (0, 0)
    var spent = Duration.zero
    var slowest = Duration.zero
    var worked = 0.0
    while stored < measured {
      let batch = workload.nextBatch()
      let start = clock()
      let time = try await ContinuousClock().measure { try await store.commit(batch) }
      worked += Double(clock() - start) / 1e6  // CLOCKS_PER_SEC, by POSIX
      spent += time
      slowest = max(slowest, time)
      stored += batch.observations.count
      closed += batch.closed.count
    }
    note(
      "ingested \(stored) observations, closing \(closed), in \(spent), \(worked) s of CPU; "
        + "slowest commit \(slowest)"
    )
    return Double(stored) / seconds(spent)
  }

  private static func query(_ store: HistoryStore) async throws {
    var random = HistoryRandom(seed: 3)
    guard let set = SetName("bench") else { return }
    let records = try await store.generations(of: set, limit: .max)
    guard let first = records.last?.at, let last = records.first?.at else { return }
    func moment() -> Timestamp {
      Timestamp(milliseconds: Int64.random(in: first.milliseconds...last.milliseconds, using: &random))
    }
    try await measure("history.set-at-T", samples: 1000) {
      let record = try await store.generation(of: set, at: moment())
      guard let record, try await store.prefixes(of: set, in: record.generation)?.count == record.size else {
        throw Failure()
      }
    }
    try await measure("history.explain", samples: 1000) {
      let address = HistoryWorkload.address(Int(random.next() % UInt64(HistoryWorkload.pool)))
      _ = try await store.memberships(of: address)
      _ = try await store.intervals(giving: IPPrefix(address), in: always, limit: 1000)
      _ = try await store.rejections(of: address, limit: 100)
    }
    try await measure("history.name-at-T", samples: 1000) {
      let at = moment()
      let name = try HistoryWorkload.name(Int(random.next() % UInt64(HistoryWorkload.names)))
      _ = try await store.intervals(for: name, in: at...at, limit: 1000)
    }
    try await measure("history.difference", samples: 200) {
      let (from, to) = (records[Int(random.next() % UInt64(records.count))], records[0])
      _ = try await store.difference(of: set, from: from.generation, to: to.generation)
    }
  }

  private static func measure(_ name: String, samples: Int, _ body: () async throws -> Void) async throws {
    var times: [Duration] = []
    for _ in 0..<samples { times.append(try await ContinuousClock().measure { try await body() }) }
    times.sort()
    row("\(name) p50 ms", seconds(times[samples / 2]) * 1000, theirs: nil, target: "-")
    row("\(name) p99 ms", seconds(times[samples * 99 / 100]) * 1000, theirs: nil, target: "<= 50")
  }

  private static let always = Timestamp(milliseconds: .min)...Timestamp(milliseconds: .max)

  private static func row(_ name: String, _ ours: Double, theirs: Double?, target: String) {
    func short(_ value: Double) -> String {
      value >= 100 ? "\(Int(value))" : "\((value * 100).rounded() / 100)"
    }
    let other = theirs.map { "\(short($0))\t\(short(ours / $0))" } ?? "-\t-"
    print("\(name)\t\(short(ours))\t\(other)\t\(target)")
    fflush(nil)
  }

  private static func note(_ text: String) {
    print("# \(text)")
    fflush(nil)
  }

  private static func seconds(_ duration: Duration) -> Double {
    Double(duration.components.seconds) + Double(duration.components.attoseconds) / 1e18
  }

  private struct Failure: Error, CustomStringConvertible {
    let description = "a generation has not the size that it was committed with"
  }
}

/// A set of 5,000 addresses of which ten change with each generation.
private struct PublishedAddresses {
  private let set: SetName
  private let names: [DomainName]
  private var start = 0
  private var number: Int64 = 0
  private var before: [IPAddress] = []

  init() throws {
    guard let set = SetName("bench") else { throw DomainNameError.empty }
    self.set = set
    names = [try HistoryWorkload.name(1), try HistoryWorkload.name(2)]
  }

  mutating func next(at moment: Timestamp) -> Publication {
    number += 1
    let numbers = (start..<start + HistoryBenchmark.setSize).map { $0 % HistoryWorkload.pool }
    start += 10
    let addresses = numbers.map(HistoryWorkload.address).sorted()
    let (old, new) = (Set(before), Set(addresses))
    before = addresses
    return Publication(
      snapshot: Snapshot(
        set: set, generation: Generation(number), at: moment,
        elements: addresses.map {
          SetElement(address: $0, names: names, firstSeen: moment, lastSeen: moment)
        },
        digest: CheapDigest.of(addresses)),
      entered: new.subtracting(old).sorted().map { IPPrefix($0) },
      left: old.subtracting(new).sorted().map { IPPrefix($0) })
  }
}
