import DNS
import Deciding
import Publishing
import Recording

/// Makes a history of a month of 1,000 names that `postern replay` then plays. Arguments: the database to make, and how
/// many days it has.
///
/// Each name is asked for both types at two upstreams every five minutes, and one lookup in twenty tells something else
/// than the one before. Ten names share a pool of eight addresses, of which an answer holds up to four; every five days
/// or so one of the pool makes way for a new one.
enum ReplayBenchmark {
  private static let names = 1000
  private static let changeEvery: UInt64 = 20
  private static let round = Duration.seconds(300)
  private static let roundsPerDay = 288

  static func run(_ arguments: [String]) async throws {
    guard (1...2).contains(arguments.count), let set = SetName("mcr") else {
      print("usage: benchmarks replay PATH [DAYS]")
      return
    }
    let days = arguments.dropFirst().first.flatMap { Int($0) } ?? 30
    let vantages = [Vantage("one"), Vantage("two")]
    let asked = try (0..<names).map { try DomainName("host\($0).data.example.com") }
    let policy = SetPolicy(name: set, selectors: asked.map { .name($0) })
    let circumstances = JournalCircumstances(
      vantages: vantages, taps: [:], limits: Limits(), policies: [policy])
    var now = Timestamp(seconds: 1_700_000_000)
    let store = try HistoryStore.open(path: arguments[0], mode: .writer)
    var watch = Watch(
      policies: [policy], vantages: vantages, limits: Limits(), now: now, seed: 1,
      digesting: Digest.computing(body:))
    watch.startJournal(from: try await store.startJournal(circumstances, by: "bench", at: now), at: now)
    var world = World(asked, vantages)
    var (steps, generations) = (0, 0)
    for _ in 0..<days * roundsPerDay {
      now = now + round
      steps += world.pass(to: now, telling: &watch)
      let batch = watch.makeBatch(at: now + .milliseconds(10))
      generations += batch.publications.count
      try await store.commit(batch)
      watch.confirm(batch)
    }
    watch.endJournalRuns()
    try await store.commit(watch.makeBatch(at: now + .milliseconds(10)))
    try store.close()
    let lookups = days * roundsPerDay * world.slotCount
    print(
      "# \(names) names, 2 types, 2 upstreams, \(days) days: \(lookups) lookups, \(steps) told something else"
    )
    print("# \(generations) generations were published")
  }

  /// What answers hold, by chance.
  private struct World {
    private var random = HistoryRandom(seed: 5)
    private var pools: [[UInt64]]
    private var fresh: UInt64 = 0
    private var slots: [Slot] = []

    private struct Slot {
      let question: Question
      let vantage: Vantage
      let pool: Int
      var answer: [UInt64] = []
      /// The last lookup that `Watch` knows of.
      var toldAt = Timestamp(milliseconds: 0)
    }

    init(_ names: [DomainName], _ vantages: [Vantage]) {
      pools = (0..<names.count / 10).map { pool in (0..<8).map { UInt64(pool * 8 + $0) } }
      fresh = UInt64(pools.count * 8)
      for (index, name) in names.enumerated() {
        for type in [RecordType.a, .aaaa] {
          for vantage in vantages {
            slots.append(Slot(question: Question(name, type), vantage: vantage, pool: index / 10))
          }
        }
      }
    }

    var slotCount: Int { slots.count }

    /// One round of lookups, of which `Watch` is told the first and last of each run, as it would journal them.
    mutating func pass(to now: Timestamp, telling watch: inout Watch) -> Int {
      for pool in pools.indices where random.next() % (5 * 288) == 0 {
        pools[pool][Int(random.next() % 8)] = fresh
        fresh += 1
      }
      var changes = 0
      for index in slots.indices {
        let isNew = slots[index].answer.isEmpty
        // Within a run, `Watch` must hear of it before the pause is longer than what counts as watched.
        let isLong = now - slots[index].toldAt >= .seconds(4 * 3600)
        guard isNew || random.next() % ReplayBenchmark.changeEvery == 0 else {
          if isLong { tell(index, at: now, &watch) }
          continue
        }
        if !isNew, slots[index].toldAt < now - ReplayBenchmark.round {
          tell(index, at: now - ReplayBenchmark.round, &watch)
        }
        let start = Int(random.next() % 8)
        let count = Int(random.next() % 3) + 2
        slots[index].answer = (0..<count).map { pools[slots[index].pool][(start + $0) % 8] }
        tell(index, at: now, &watch)
        changes += 1
      }
      return changes
    }

    private mutating func tell(_ index: Int, at moment: Timestamp, _ watch: inout Watch) {
      slots[index].toldAt = moment
      let slot = slots[index]
      let records = slot.answer.map { number in
        let address =
          slot.question.type == .a
          ? IPAddress(v4: 0x1400_0000 + UInt32(number))
          : IPAddress(v6: UInt128(0x2603) << 112 | UInt128(number))
        return ResourceRecord(
          owner: slot.question.name, type: slot.question.type, ttl: TTL(wire: 300), data: .address(address))
      }
      watch.take(
        Lookup(
          question: slot.question, vantage: slot.vantage, at: moment, outcome: .answer,
          chain: CNAMEChain(slot.question, answers: records)))
    }
  }
}
