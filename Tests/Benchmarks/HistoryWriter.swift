import DNS
import Deciding
import Glibc
import Recording

/// Commits generations for ever and says each one's number once it is committed: `scripts/crash-history`
/// kills it at any moment and looks at what is left. Arguments: the database's path and a seed.
enum HistoryWriter {
  static func run(_ arguments: [String]) async throws {
    guard arguments.count == 2, let seed = UInt64(arguments[1]), let set = SetName("crash") else {
      print("usage: benchmarks history-writer PATH SEED")
      return
    }
    var random = HistoryRandom(seed: seed)
    let store = try HistoryStore.open(path: arguments[0], mode: .writer)
    let last = try await store.currentSnapshot(of: set)
    var addresses = last?.elements.map(\.address) ?? []
    var number = last?.generation.number ?? 0
    let name = try DomainName("crash.example.com")
    while true {
      number += 1
      let now = Timestamp(seconds: 1_700_000_000 + number)
      let before = Set(addresses)
      addresses = next(addresses, &random)
      let entered = Set(addresses).subtracting(before).sorted()
      var batch = HistoryBatch(at: now)
      batch.observations = addresses.map { observation(of: $0, name: name, at: now) }
      batch.publications = [
        Publication(
          snapshot: Snapshot(
            set: set, generation: Generation(number), at: now,
            elements: addresses.map { SetElement(address: $0, names: [name], firstSeen: now, lastSeen: now) },
            digest: CheapDigest.of(addresses)),
          entered: entered.map { IPPrefix($0) },
          left: before.subtracting(addresses).sorted().map { IPPrefix($0) })
      ]
      try await store.commit(batch)
      print(number)
      fflush(nil)
    }
  }

  /// Takes some away and adds some, up to a few hundred.
  private static func next(_ addresses: [IPAddress], _ random: inout HistoryRandom) -> [IPAddress] {
    var kept = Set(addresses.filter { _ in random.next() % 8 != 0 })
    for _ in 0..<Int(random.next() % 40 + 1) {
      kept.insert(IPAddress(v4: 0x0800_0000 | UInt32(truncatingIfNeeded: random.next() % 100_000)))
    }
    return kept.sorted()
  }

  private static func observation(of address: IPAddress, name: DomainName, at now: Timestamp) -> Observation {
    Observation(
      key: ObservationKey(
        name: name, vantage: Vantage("crash"), owner: name, type: .a, data: .address(address)),
      firstSeen: now, lastSeen: now, count: 1, ttl: TTL(wire: 60), watched: 0)
  }
}
