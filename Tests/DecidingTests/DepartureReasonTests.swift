import DNS
import Deciding
import Testing

@Suite struct DepartureReasonTests {
  private static let now = Timestamp(seconds: 1_800_000_000)

  @Test(
    "An address that nobody answered for the whole retention expired; any other way out was a decision",
    arguments: [
      ([], nil),
      ([Interval("a.example", seen: 3600, until: 0)], .expired),
      ([Interval("a.example", seen: 3599, until: 0)], .revoked),
      ([Interval("a.example", seen: 10, until: nil)], .revoked),
      // What another set's name gave says nothing of this set's retention.
      (
        [Interval("b.example", seen: 10, until: nil), Interval("a.example", seen: 3700, until: 10)], .expired
      ),
      ([Interval("b.example", seen: 9000, until: 0)], .revoked),
      // The name that gave it last decides.
      (
        [Interval("a.example", seen: 9000, until: 5000), Interval("a.example", seen: 20, until: 0)], .revoked
      ),
    ] as [([Interval], DepartureReason?)])
  func reasons(of intervals: [Interval], reason: DepartureReason?) throws {
    let policy = SetPolicy(
      name: try #require(SetName("pool")), selectors: [.name(DomainName(canonical: "a.example"))],
      retention: .seconds(3600))
    #expect(DepartureReason(intervals.map { $0.observed(at: Self.now) }, of: policy) == reason)
  }

  /// Seconds before now.
  struct Interval {
    let name: String
    let seen: Int
    let until: Int?

    init(_ name: String, seen: Int, until: Int?) {
      self.name = name
      self.seen = seen
      self.until = until
    }

    func observed(at now: Timestamp) -> ObservedInterval {
      let name = DomainName(canonical: name)
      return ObservedInterval(
        observation: Observation(
          key: ObservationKey(
            name: name, vantage: Vantage("one"), owner: name, type: .a,
            data: .address(IPAddress(v4: 0x1400_0001))),
          firstSeen: now - .seconds(20_000), lastSeen: now - .seconds(seen), count: 1, ttl: TTL(wire: 60),
          watched: 0),
        until: until.map { now - .seconds($0) })
    }
  }
}
