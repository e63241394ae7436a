import DNS
import Deciding
import Foundation
import Resolving

/// Lookups per second against a server that answers `n0.bench.example` and on. Usage:
/// `benchmarks lookups PORT NAMES SECONDS [WORKERS]`; prints queries per second, resident memory and idle wake-ups.
enum LookupBenchmark {
  static func run(_ arguments: [String]) async throws {
    let numbers = arguments.compactMap { Int($0) }
    guard numbers.count == arguments.count, (3...4).contains(numbers.count),
      let port = UInt16(exactly: numbers[0])
    else {
      throw LookupBenchmarkError.usage
    }
    var settings = ResolverSettings()
    settings.pacing = nil
    settings.desiresRecursion = false
    let vantage = Vantage("bench")
    let upstream = Upstream(vantage: vantage, address: IPAddress(v4: 0x7f00_0001), port: port)
    let names = try (0..<numbers[1]).map { try DomainName("n\($0).bench.example") }
    let resolver = try DNSResolver(upstreams: [upstream], settings: settings) {
      Timestamp(milliseconds: Int64(Date.now.timeIntervalSince1970 * 1000))
    }
    let start = ContinuousClock.now
    let startCPU = clock()
    let workers = numbers.count == 4 ? numbers[3] : 256
    let deadline = start + .seconds(numbers[2])
    let tallies = await withTaskGroup(of: Tally.self, returning: Tally.self) { group in
      for worker in 0..<workers {
        group.addTask {
          await ask(resolver, vantage, names, from: worker, by: workers, until: deadline)
        }
      }
      return await group.reduce(into: Tally()) { $0.add($1) }
    }
    let seconds = Double((ContinuousClock.now - start).milliseconds) / 1000
    let microseconds = Double(clock() - startCPU)  // POSIX counts a million ticks a second
    print("qps \(Int(Double(tallies.lookups) / seconds))")
    print("cpu_us \(microseconds / Double(max(1, tallies.lookups)))")
    print("answers \(tallies.answers) of \(tallies.lookups)")
    print("rss_mib \(try residentMebibytes())")
    let before = try switches()
    try await Task.sleep(for: .seconds(3))
    print("idle_wakeups \(try switches() - before)")
    for statistics in resolver.statistics {
      print("timeouts \(statistics.timeouts) malformed \(statistics.malformed) sockets \(statistics.sockets)")
    }
    resolver.stop()
  }

  private struct Tally {
    var lookups = 0
    var answers = 0

    mutating func add(_ other: Tally) {
      lookups += other.lookups
      answers += other.answers
    }
  }

  /// Asks every `step`th name for both families, again and again.
  private static func ask(
    _ resolver: DNSResolver, _ vantage: Vantage, _ names: [DomainName], from first: Int, by step: Int,
    until deadline: ContinuousClock.Instant
  ) async -> Tally {
    var tally = Tally()
    var index = first
    while ContinuousClock.now < deadline {
      for type in [RecordType.a, .aaaa] {
        let lookup = await resolver.lookup(Question(names[index % names.count], type), at: vantage)
        tally.lookups += 1
        if lookup.outcome == .answer, lookup.chain.links.count == 2 { tally.answers += 1 }
      }
      index += step
    }
    return tally
  }

  private static func residentMebibytes() throws -> Int {
    try field("VmRSS:", of: "/proc/self/status") / 1024
  }

  /// How often the engine's thread went to sleep, and so how often it woke up.
  private static func switches() throws -> Int {
    for task in try FileManager.default.contentsOfDirectory(atPath: "/proc/self/task") {
      let folder = "/proc/self/task/\(task)"
      guard try String(contentsOfFile: "\(folder)/comm", encoding: .utf8) == "resolver\n" else { continue }
      return try field("voluntary_ctxt_switches:", of: "\(folder)/status")
    }
    throw LookupBenchmarkError.noEngine
  }

  private static func field(_ name: String, of path: String) throws -> Int {
    for line in try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n") {
      let words = line.split(whereSeparator: \.isWhitespace)
      if words.count >= 2, words[0] == name, let value = Int(words[1]) { return value }
    }
    throw LookupBenchmarkError.noField(name)
  }
}

enum LookupBenchmarkError: Error, CustomStringConvertible {
  case usage
  case noEngine
  case noField(String)

  var description: String {
    switch self {
    case .usage: "usage: benchmarks lookups PORT NAMES SECONDS [WORKERS]"
    case .noEngine: "no thread is called 'resolver'"
    case .noField(let name): "/proc has no field \(name)"
    }
  }
}
