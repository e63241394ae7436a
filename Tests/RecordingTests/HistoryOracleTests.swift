import DNS
import Deciding
import Testing

@testable import Recording

/// A random stream of observations and publications, told to the history and to lists that are searched from
/// end to end: both must give the same answers.
@Suite struct HistoryOracleTests {
  @Test(.timeLimit(.minutes(2)), arguments: [1, 2, 3, 4] as [UInt64])
  func `The history agrees with a list of all that happened`(seed: UInt64) async throws {
    let scratch = try Scratch()
    var store = try scratch.open()
    var oracle = try HistoryOracle(seed: seed)
    for round in 0..<300 {
      try await store.commit(try oracle.nextBatch())
      if round % 97 == 96 {
        try store.close()
        store = try scratch.open()
      }
    }
    for set in oracle.sets {
      let generations = oracle.generations[set] ?? []
      for (index, generation) in generations.enumerated() {
        let number = Generation(Int64(index) + 1)
        #expect(
          try await store.prefixes(of: set, in: number)?.map(\.address) == generation.addresses.sorted())
        #expect(try await store.generation(of: set, at: generation.at)?.generation == number)
        let other = Int.random(in: 0...generations.count, using: &oracle.random)
        let before = other == 0 ? [] : generations[other - 1].addresses
        let difference = try await store.difference(of: set, from: Generation(Int64(other)), to: number)
        #expect(difference?.entered.map(\.address) == generation.addresses.subtracting(before).sorted())
        #expect(difference?.left.map(\.address) == before.subtracting(generation.addresses).sorted())
      }
      #expect(try await store.currentSnapshot(of: set) == generations.last?.snapshot)
    }
    for address in oracle.addresses {
      #expect(try await Set(store.memberships(of: address)) == oracle.memberships(of: address))
    }
    for _ in 0..<100 {
      let window = Bool.random(using: &oracle.random) ? oracle.randomWindow() : oracle.randomMoment()
      let asked = try #require(oracle.names.randomElement(using: &oracle.random))
      let found = try await store.intervals(for: asked, in: window, limit: .max)
      #expect(Set(found) == oracle.intervals(for: asked, in: window))
      #expect(found.count == Set(found).count)
      let given = try #require(oracle.addresses.randomElement(using: &oracle.random))
      let prefix = try #require(
        IPPrefix(given, length: given.family.bitWidth - Int.random(in: 0...3, using: &oracle.random)))
      let giving = try await store.intervals(giving: prefix, in: window, limit: .max)
      #expect(Set(giving) == oracle.intervals(giving: prefix, in: window))
      let limit = Int.random(in: 1...12, using: &oracle.random)
      #expect(try await store.intervals(for: asked, in: window, limit: limit) == Array(found.prefix(limit)))
      #expect(
        try await store.intervals(giving: prefix, in: window, limit: limit) == Array(giving.prefix(limit)))
    }
    #expect(try await Set(store.restore().observations) == Set(oracle.open.values))
    #expect(try await store.quickCheck(isForced: true).problems.isEmpty)
    try store.close()
  }
}
