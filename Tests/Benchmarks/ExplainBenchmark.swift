import DNS
import Deciding
import Glibc
import Publishing
import Recording

/// How long it takes to explain an address when the history has ten million intervals. Arguments: the path of a
/// database, which is made when there is none, and how many intervals it shall have.
///
/// A thousand names share 64 addresses, as in front of a large CDN, each behind one of eight aliases, which changes every
/// four hours. Every five minutes each name is answered with another address. So each address was given more than
/// 150,000 times, by all of the names. Every fifty minutes one address enters or leaves the set.
enum ExplainBenchmark {
  private static let names = 1000
  private static let edges = 8
  private static let pool = 64
  private static let round = Duration.seconds(300)
  private static let roundsPerEdge = 48
  private static let roundsPerGeneration = 10
  private static let samples = 400
  private static let begin = Timestamp(seconds: 1_700_000_000)

  static func run(_ arguments: [String]) async throws {
    guard (1...2).contains(arguments.count), let set = SetName("mcr") else {
      print("usage: benchmarks explain PATH [INTERVALS]")
      return
    }
    let rounds = (arguments.dropFirst().first.flatMap { Int($0) } ?? 10_000_000) / names
    if access(arguments[0], F_OK) != 0 {
      let filling = try HistoryStore.open(path: arguments[0], mode: .writer)
      try await fill(filling, set, rounds: rounds)
      try filling.close()
    }

    let end = begin + round * rounds
    let store = try HistoryStore.open(path: arguments[0], mode: .reader)
    var random = HistoryRandom(seed: 3)
    try await measure("explain.now", at: [nil], until: end, from: store, &random)
    let moments = (0..<samples).map { _ in
      begin + .milliseconds(Int64.random(in: 0..<Int64(rounds) * 300_000, using: &random))
    }
    try await measure("explain.past", at: moments, until: end, from: store, &random)
    try store.close()
  }

  private static func fill(_ store: HistoryStore, _ set: SetName, rounds: Int) async throws {
    var random = HistoryRandom(seed: 7)
    let asked = try (0..<names).map { try DomainName("host\($0).data.example.com") }
    let owners = try (0..<edges).map { try DomainName("edge\($0).cdn.example.net") }
    var published = PublishedPool(set: set, names: Array(asked.prefix(2)), addresses: (0..<pool).map(address))
    for number in 0..<rounds {
      let (since, until) = (begin + round * number, begin + round * (number + 1))
      let isLast = number == rounds - 1
      var batch = HistoryBatch(at: until)
      for (index, name) in asked.enumerated() {
        let edge = (index + number / roundsPerEdge) % edges
        let given = observation(
          ObservationKey(
            name: name, vantage: vantage, owner: owners[edge], type: .a,
            data: .address(address(Int(random.next() % UInt64(pool))))), since: since, until: until)
        if isLast { batch.observations.append(given) } else { batch.closed.append((given, until)) }
        let alias = ObservationKey(
          name: name, vantage: vantage, owner: name, type: .cname, data: .name(owners[edge]))
        let start = begin + round * (number / roundsPerEdge * roundsPerEdge)
        let shown = observation(alias, since: start, until: until)
        if isLast {
          batch.observations.append(shown)
          batch.questions.append(
            QuestionStatus(
              question: Question(name, .a), vantage: vantage, outcome: .answer, askedAt: until,
              succeededAt: until, watched: 0))
        } else if (number + 1) % roundsPerEdge == 0 {
          batch.closed.append((shown, until))
        }
      }
      if number % roundsPerGeneration == 0 { batch.publications = [published.next(at: since, &random)] }
      try await store.commit(batch)
    }
    print(
      "# \(rounds * names) intervals of \(names) names with \(pool) addresses behind \(edges) aliases each")
  }

  private static func observation(_ key: ObservationKey, since: Timestamp, until: Timestamp) -> Observation {
    Observation(
      key: key, firstSeen: since, lastSeen: until - .seconds(1), count: 5, ttl: TTL(wire: 60),
      watched: until.milliseconds - since.milliseconds)
  }

  /// Explains addresses in turn, each at one of the moments, as the command does: read, joined and written as JSON.
  private static func measure(
    _ name: String, at moments: [Timestamp?], until end: Timestamp, from store: HistoryStore,
    _ random: inout HistoryRandom
  ) async throws {
    var times: [Duration] = []
    var sources = 0
    for sample in 0..<samples {
      let asked = address(Int(random.next() % UInt64(pool)))
      times.append(
        try await ContinuousClock().measure {
          let explanation = try await Explanation.gather(
            asked, at: moments[sample % moments.count], now: end, from: store)
          guard !explanation.json().isEmpty else { throw Failure() }
          sources += explanation.sources.count
        })
    }
    times.sort()
    print("# \(name): \(sources / samples) names' intervals on average")
    for (label, index) in [("p50", samples / 2), ("p99", samples * 99 / 100), ("max", samples - 1)] {
      let spent = times[index].components
      let milliseconds = Double(spent.seconds) * 1000 + Double(spent.attoseconds) / 1e15
      print("\(name) \(label) ms\t\((milliseconds * 100).rounded() / 100)\t-\t-\t<= 50")
    }
    fflush(nil)
  }

  private static func address(_ number: Int) -> IPAddress { IPAddress(v4: 0x1400_0000 + UInt32(number)) }

  private static let vantage = Vantage("upstream")

  private struct Failure: Error, CustomStringConvertible {
    let description = "an explanation has no text"
  }
}

/// A set that one address enters or leaves with each generation.
private struct PublishedPool {
  let set: SetName
  let names: [DomainName]
  let addresses: [IPAddress]
  private var current = Set<IPAddress>()
  private var number: Int64 = 0

  init(set: SetName, names: [DomainName], addresses: [IPAddress]) {
    (self.set, self.names, self.addresses) = (set, names, addresses)
  }

  mutating func next(at moment: Timestamp, _ random: inout HistoryRandom) -> Publication {
    let before = current
    // The first is whole; an address comes back when it is drawn again.
    if number == 0 {
      current = Set(addresses)
    } else if let drawn = addresses.randomElement(using: &random), current.remove(drawn) == nil {
      current.insert(drawn)
    }
    number += 1
    let elements = current.sorted()
    return Publication(
      snapshot: Snapshot(
        set: set, generation: Generation(number), at: moment,
        elements: elements.map {
          SetElement(address: $0, names: names, firstSeen: moment, lastSeen: moment)
        },
        digest: CheapDigest.of(elements)),
      entered: current.subtracting(before).sorted().map { IPPrefix($0) },
      left: before.subtracting(current).sorted().map { IPPrefix($0) })
  }
}
