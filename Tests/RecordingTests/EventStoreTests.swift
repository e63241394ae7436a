import DNS
import Deciding
import Testing

@testable import Recording

@Suite struct EventStoreTests {
  /// Ten events: odd ones about `one`, the last three of a kind that no version knows.
  private static func store(_ scratch: borrowing Scratch) async throws -> HistoryStore {
    let store = try scratch.open()
    try await store.commit(at: 20) { batch in
      batch.events = (1...10).map {
        Event(
          at: time(Int64($0)), kind: $0 > 7 ? "of.tomorrow" : .setHeld, subject: $0 % 2 == 1 ? "one" : "two",
          detail: "\($0)")
      }
    }
    return store
  }

  @Test func `Events are selected by time, kind and subject, and paged in both directions without a gap`()
    async throws
  {
    let scratch = try Scratch()
    let store = try await Self.store(scratch)
    func details(_ change: (inout EventQuery) -> Void) async throws -> [String] {
      var query = EventQuery(limit: 100)
      change(&query)
      return try await store.events(query).map(\.event.detail)
    }
    #expect(try await details { $0.limit = 2 } == ["10", "9"])
    #expect(try await details { $0.since = time(9) } == ["10", "9"])
    #expect(try await details { $0.kinds = ["of.tomorrow", .setStale] } == ["10", "9", "8"])
    #expect(
      try await details {
        $0.subject = "one"
        $0.kinds = [.setHeld]
      } == ["7", "5", "3", "1"])
    var pages = [String]()
    var before: Int64?
    while true {
      var query = EventQuery(limit: 3)
      query.before = before
      let page = try await store.events(query)
      guard let last = page.last else { break }
      pages += page.map(\.event.detail)
      before = last.id
    }
    #expect(pages == (1...10).reversed().map { "\($0)" })
    let first = try #require(try await store.events(EventQuery(limit: 100)).last?.id)
    #expect(
      try await details {
        $0.after = first
        $0.limit = 3
      } == ["2", "3", "4"])
    // Text that looks like SQL is text.
    #expect(try await details { $0.subject = "' OR 1=1 --" }.isEmpty)
  }

  @Test func `How vantages do is read back as it was told, and a start gets it`() async throws {
    let scratch = try Scratch()
    let store = try scratch.open()
    var lying = VantageReport(label: "10.0.0.53")
    lying.fault = .sameAnswer
    lying.asideSince = time(3)
    lying.only = [VantageReport.Divergence(name: "a.example", addresses: ["20.0.0.1"])]
    try await store.commit(at: 5) { $0.vantageReports = [lying, VantageReport(label: "gone")] }
    try await store.commit(at: 6) { _ in }
    #expect(try await store.vantageReports().map(\.report) == [lying, VantageReport(label: "gone")])
    try await store.commit(at: 7) { $0.vantageReports = [lying] }
    #expect(try await store.restore().vantageReports == [lying])
    #expect(try await store.vantageReports().map(\.at) == [time(7)])
  }

  @Test func `What a name ever had counts what left and not what was rejected`() async throws {
    let scratch = try Scratch()
    let store = try scratch.open()
    func observation(_ address: UInt32) throws -> Observation {
      let owner = try name("a.example")
      return Observation(
        key: ObservationKey(
          name: owner, vantage: Vantage("one"), owner: owner, type: .a, data: .address(IPAddress(v4: address))
        ),
        firstSeen: time(1), lastSeen: time(2), count: 1, ttl: TTL(wire: 60), watched: 0)
    }
    let (open, closed, rejected) = (try observation(1), try observation(2), try observation(3))
    try await store.commit(at: 5) { $0.observations = [open, closed] }
    try await store.commit(at: 6) {
      $0.closed = [(closed, time(6))]
      $0.rejections = [Rejection(key: rejected.key, reason: .unconfirmed, at: time(6))]
    }
    let seen = try await store.seenAddresses(of: [try name("a.example"), try name("b.example")])
    #expect(try seen == [name("a.example"): [IPAddress(v4: 1), IPAddress(v4: 2)]])
  }
}
