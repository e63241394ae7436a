import DNS
import Deciding
import GRDB
import Testing

@testable import Recording

/// Sets of prefixes, as service tags give them.
@Suite struct PrefixStoreTests {
  private func prefixes(_ texts: [String]) throws -> [IPPrefix] {
    try texts.map { try #require(IPPrefix($0)) }
  }

  private let steps = [
    ["20.0.0.0/24", "20.1.2.3", "2603::/32"], ["20.0.0.0/23", "20.1.2.3", "2603::/32", "20.1.2.0/31"],
    ["20.1.2.3", "2603::/32", "20.1.2.0/31"],
  ]

  private func filled(_ store: HistoryStore) async throws -> SetName {
    let set = try setName("tags")
    for (index, now) in steps.enumerated() {
      try await store.commit(at: Int64(index)) {
        $0.publications = [
          try publication(
            of: set, Int64(index) + 1, at: Int64(index), prefixes: try prefixes(now),
            after: index == 0 ? [] : try prefixes(steps[index - 1]))
        ]
      }
    }
    return set
  }

  @Test func `Every generation of prefixes reads back as it was, with its steps, also after a restart`()
    async throws
  {
    let scratch = try Scratch()
    let set = try await filled(try scratch.open())
    let store = try scratch.open(.reader)
    for (index, step) in steps.enumerated() {
      #expect(try await store.prefixes(of: set, in: Generation(Int64(index) + 1)) == prefixes(step).sorted())
    }
    #expect(
      try await store.difference(of: set, from: Generation(1), to: Generation(3))
        == SetDifference(
          from: Generation(1), to: Generation(3), entered: prefixes(["20.1.2.0/31"]),
          left: prefixes(["20.0.0.0/24"])))
    let current = try #require(try await store.currentSnapshot(of: set))
    #expect(current.elements.map(\.prefix) == (try prefixes(steps[2])).sorted())
    #expect(try await store.quickCheck(isForced: true).problems.isEmpty)
  }

  @Test func `An address is explained by the prefix around it; a prefix that only grew is one stay`()
    async throws
  {
    let scratch = try Scratch()
    let store = try scratch.open()
    let set = try await filled(store)
    func stays(_ text: String) async throws -> [String] {
      try await store.memberships(of: try address(text)).map {
        "\($0.entered.generation)-\($0.left.map { "\($0.generation)" } ?? "")"
      }
    }
    #expect(try await stays("20.0.0.9") == ["1-3"])
    #expect(try await stays("20.0.1.9") == ["2-3"])
    #expect(try await stays("20.1.2.3") == ["1-"])
    #expect(try await stays("20.1.2.1") == ["2-"])
    #expect(try await stays("2603:0:1::") == ["1-"])
    #expect(try await stays("20.2.0.0").isEmpty)
    let exact = try await store.stays(of: try #require(IPPrefix("20.0.0.0/23")))
    #expect(exact.map(\.entered.generation.number) == [2] && exact.map(\.left?.generation.number) == [3])
    let difference = try #require(try await store.difference(of: set, from: Generation(1), to: Generation(3)))
    let changes = try await SetChanges.gather(
      difference, to: try #require(try await store.currentSnapshot(of: set)),
      SetPolicy(name: set, selectors: [], tagRules: TagRules(given: [try #require(TagName("A"))])),
      from: store)
    #expect(changes.entered.map(\.generation?.generation.number) == [2])
    #expect(
      changes.left.map(\.prefix.description) == ["20.0.0.0/24"] && changes.left.map(\.reason) == [.untagged])
    #expect(changes.left.map(\.generation?.generation.number) == [2])
  }

  @Test func `Many steps of prefixes need no packed whole, and single addresses after them get one again`()
    async throws
  {
    let scratch = try Scratch()
    let store = try scratch.open()
    let set = try setName("tags")
    var before = [IPPrefix]()
    for number in Int64(1)...6 {
      let now = try (0..<100).map {
        try #require(
          IPPrefix(IPAddress(v4: 0x1400_0000 + UInt32(number * 1000 + $0) << 4), length: number < 5 ? 28 : 32)
        )
      }
      try await store.commit(at: number) {
        $0.publications = [
          try publication(of: set, number, at: number, prefixes: now, after: before)
        ]
      }
      before = now
      #expect(try await store.prefixes(of: set, in: Generation(number)) == now)
    }
    let packed: Int? = try await store.value("SELECT min(serial) FROM checkpoint")
    #expect(packed == 5)
    #expect(try await store.prefixes(of: set, in: Generation(4))?.first?.length == 28)
  }

  @Test func `What no writer of ours wrote is refused, not guessed`() async throws {
    let scratch = try Scratch()
    let store = try scratch.open()
    let set = try await filled(store)
    try await store.withoutTransaction { db in
      try db.execute(sql: "UPDATE element SET addr = x'14000000ff' WHERE addr = x'140102001f'")
    }
    await #expect(throws: HistoryError.self) { try await store.currentSnapshot(of: set) }
  }
}
