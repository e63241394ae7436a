import DNS
import Deciding
import Testing

@testable import Recording

@Suite struct ReaderTests {
  @Test func `A name finds what was asked for it and what it owns, newest first, within the window`()
    async throws
  {
    let scratch = try Scratch()
    let store = try scratch.open()
    let alias = observation(try key("a.example.com", "edge.example.net"), first: 10, last: 90)
    let own = observation(try key("edge.example.net", "20.1.2.3"), first: 20, last: 80)
    let through = observation(
      try key("a.example.com", "20.1.2.3", owner: "edge.example.net"), first: 10, last: 90)
    let old = observation(
      try key("a.example.com", "20.1.2.4", owner: "edge.example.net"), first: 1, last: 5)
    try await store.commit(at: 90) {
      $0.observations = [alias, own, through]
      $0.closed = [(old, time(9))]
    }
    let edge = try await store.intervals(for: try name("edge.example.net"), in: always, limit: 9)
    #expect(edge.map(\.observation) == [through, own, old])
    let asked = try await store.intervals(for: try name("a.example.com"), in: always, limit: 9)
    #expect(Set(asked.map(\.observation)) == [alias, through, old])
    #expect(asked.last?.until == time(9))
    #expect(try await store.intervals(for: try name("edge.example.net"), in: always, limit: 1).count == 1)
    let early = try await store.intervals(for: try name("edge.example.net"), in: time(5)...time(8), limit: 9)
    #expect(early.map(\.observation) == [old])
    // Half-open: at the moment when it ended it no longer counted.
    #expect(
      try await store.intervals(for: try name("edge.example.net"), in: time(9)...time(9), limit: 9).isEmpty)
    #expect(try await store.intervals(for: try name("never.example.net"), in: always, limit: 9).isEmpty)
  }

  @Test(
    arguments: [
      ("20.1.2.3", ["a"]), ("20.1.2.0/24", ["a", "b"]), ("20.0.0.0/8", ["a", "b", "c"]),
      ("0.0.0.0/0", ["a", "b", "c"]),
      ("2a01::/16", ["d"]), ("2a01::5", ["d"]), ("21.0.0.0/8", []),
    ] as [(String, [String])])
  func `A prefix finds what gave an address in it`(prefix: String, labels: [String]) async throws {
    let scratch = try Scratch()
    let store = try scratch.open()
    let given = [("a", "20.1.2.3"), ("b", "20.1.2.255"), ("c", "20.255.255.255"), ("d", "2a01::5")]
    try await store.commit(at: 9) {
      $0.observations = try given.prefix(2).map {
        observation(try key("\($0).example.com", $1), first: 1, last: 9)
      }
      $0.closed = try given.dropFirst(2).map {
        (observation(try key("\($0).example.com", $1), first: 1, last: 2), time(9))
      }
    }
    let found = try await store.intervals(giving: try #require(IPPrefix(prefix)), in: always, limit: 9)
    #expect(found.map(\.observation.key.name).sorted() == (try labels.map { try name("\($0).example.com") }))
  }

  @Test func `A rejection that comes again is told once, with the last time`() async throws {
    let scratch = try Scratch()
    let store = try scratch.open()
    let record = try key("a.example.com", "10.0.0.1")
    for moment in [3, 5] as [Int64] {
      try await store.commit(at: moment) {
        $0.rejections = [Rejection(key: record, reason: .notGlobalUnicast, at: time(moment))]
      }
    }
    try await store.commit(at: 4) {
      $0.rejections = [Rejection(key: record, reason: .outOfChain, at: time(4))]
    }
    #expect(
      try await store.rejections(of: try address("10.0.0.1"), limit: 9) == [
        Rejection(key: record, reason: .notGlobalUnicast, at: time(5)),
        Rejection(key: record, reason: .outOfChain, at: time(4)),
      ])
    #expect(try await store.rejections(of: try address("10.0.0.2"), limit: 9).isEmpty)
  }

  @Test func `A moment finds the generation of then, also when the clock had stepped back`() async throws {
    let scratch = try Scratch()
    let store = try scratch.open()
    let (set, one, two) = (try setName("mcr"), try address("20.1.2.3"), try address("20.1.2.4"))
    let moments: [Int64] = [100, 200, 150, 300]
    for (index, moment) in moments.enumerated() {
      let (now, before) = index.isMultiple(of: 2) ? ([one], [two]) : ([two], [one])
      try await store.commit(at: moment) {
        $0.publications = [
          try publication(of: set, Int64(index) + 1, at: moment, now, after: index == 0 ? [] : before)
        ]
      }
    }
    let expected: [(at: Int64, generation: Int64?)] = [
      (99, nil), (100, 1), (160, 1), (200, 3), (299, 3), (999, 4),
    ]
    for (moment, number) in expected {
      #expect(try await store.generation(of: set, at: time(moment))?.generation.number == number)
    }
    #expect(try await store.generation(Generation(3), of: set)?.at == time(150))
    #expect(try await store.generation(Generation(5), of: set) == nil)
    #expect(try await store.generations(of: set, limit: 2).map(\.generation.number) == [4, 3])
    #expect(try await store.prefixes(of: set, in: Generation(9)) == nil)
    #expect(try await store.generation(of: try setName("other"), at: time(999)) == nil)
  }

  @Test func `A difference leaves out what came and went, and reads backwards too`() async throws {
    let scratch = try Scratch()
    let store = try scratch.open()
    let set = try setName("mcr")
    let (one, two, three) = (try address("20.1.2.3"), try address("20.1.2.4"), try address("2a01::5"))
    let sets = [[one], [one, two], [one, three], [three]]
    for (index, now) in sets.enumerated() {
      try await store.commit(at: Int64(index)) {
        $0.publications = [
          try publication(
            of: set, Int64(index) + 1, at: Int64(index), now, after: index == 0 ? [] : sets[index - 1])
        ]
      }
    }
    func difference(_ from: Int64, _ to: Int64) async throws -> SetDifference? {
      try await store.difference(of: set, from: Generation(from), to: Generation(to))
    }
    func expected(_ from: Int64, _ to: Int64, _ entered: [IPAddress], _ left: [IPAddress]) -> SetDifference {
      SetDifference(
        from: Generation(from), to: Generation(to), entered: entered.map { IPPrefix($0) },
        left: left.map { IPPrefix($0) })
    }
    #expect(try await difference(1, 4) == expected(1, 4, [three], [one]))
    #expect(try await difference(4, 1) == expected(4, 1, [one], [three]))
    #expect(try await difference(0, 3) == expected(0, 3, [one, three], []))
    #expect(try await difference(2, 2) == expected(2, 2, [], []))
    #expect(try await difference(0, 5) == nil)
    #expect(try await difference(5, 5) == nil)
    #expect(try await difference(-1, 2) == nil)
  }

  @Test func `Memberships tell when an address came and went in each set`() async throws {
    let scratch = try Scratch()
    let store = try scratch.open()
    let (one, two) = (try address("20.1.2.3"), try address("20.1.2.4"))
    let (mcr, other) = (try setName("mcr"), try setName("other"))
    let sets = [[one, two], [two], [one, two]]
    for (index, now) in sets.enumerated() {
      try await store.commit(at: Int64(index + 1)) {
        $0.publications = [
          try publication(
            of: mcr, Int64(index) + 1, at: Int64(index + 1), now, after: index == 0 ? [] : sets[index - 1])
        ]
      }
    }
    try await store.commit(at: 9) { $0.publications = [try publication(of: other, 1, at: 9, [one])] }
    let memberships = try await store.memberships(of: one)
    #expect(memberships.map(\.set) == [other, mcr, mcr])
    #expect(memberships.map(\.entered.generation.number) == [1, 3, 1])
    #expect(memberships.map(\.left?.generation.number) == [nil, nil, 2])
    #expect(try await store.memberships(of: try address("20.1.2.5")).isEmpty)
  }

  @Test func `A set without a state counts as checked when it last published, and as stale from then`()
    async throws
  {
    let scratch = try Scratch()
    let store = try scratch.open()
    let (set, never) = (try setName("mcr"), try setName("never"))
    try await store.commit(at: 5) {
      $0.publications = [try publication(of: set, 1, at: 5, [try address("20.1.2.3")])]
      $0.setStates = [
        SetState(set: never, status: .ok, heldReasons: [], checkedAt: time(5), maxStale: .seconds(1))
      ]
    }
    #expect(
      try await store.setStates() == [
        SetState(set: set, status: .ok, heldReasons: [], checkedAt: time(5), maxStale: .zero)
      ])
  }

  @Test func `Events come newest first, and only so many are kept`() async throws {
    let scratch = try Scratch()
    let store = try scratch.open()
    let count = BatchWriter.kept + 50
    try await store.commit(at: 1) {
      $0.events = (0..<count).map { Event(at: time(1), kind: "k", subject: "s", detail: "\($0)") }
    }
    #expect(try await store.events(kind: nil, limit: 2).map(\.detail) == ["\(count - 1)", "\(count - 2)"])
    #expect(try await store.events(kind: nil, limit: .max).count == BatchWriter.kept)
  }
}
