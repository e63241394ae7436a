import Testing

@testable import Deciding

@Suite("Where a cache entry ends")
struct EntryEdgeTests {
  /// A resolver with one name, whose clock's seconds begin `tick` milliseconds after ours.
  struct Resolver: Sendable {
    let ttl: Int64
    let tick: Int64
    /// Whether an entry lasts through the second in which its TTL is nothing.
    let outlasts: Bool
    var lastSecond = Int64.min
    var fills = [Timestamp]()

    init(ttl: Int64, tick: Int64, outlasts: Bool) {
      (self.ttl, self.tick, self.outlasts) = (ttl, tick, outlasts)
    }

    mutating func look(at sent: Timestamp, delay: Duration) -> CacheLook {
      let made = sent + delay / 2
      let second = (made - .milliseconds(tick)).seconds
      if second > lastSecond {
        fills.append(made)
        lastSecond = second + ttl - (outlasts ? 0 : 1)
      }
      let left = lastSecond + (outlasts ? 0 : 1) - second
      return CacheLook(ttl: .seconds(left), sent: sent, received: sent + delay)
    }

    /// When the entry is over.
    var end: Timestamp { Timestamp(seconds: lastSecond + 1) + .milliseconds(tick) }
  }

  @Test(
    "Within some entries the next is seen a few hundredths of a second after the last ended, whatever the clocks",
    arguments: [5, 20, 60, 300] as [Int64],
    [(0, true), (333, true), (999, true), (0, false), (640, false)] as [(Int64, Bool)])
  func converges(ttl: Int64, clock: (tick: Int64, outlasts: Bool)) throws {
    for delay in [Duration.zero, .milliseconds(8)] {
      var resolver = Resolver(ttl: ttl, tick: clock.tick, outlasts: clock.outlasts)
      var sent = WatchScenario.start + .milliseconds(123)
      var edge = EntryEdge(resolver.look(at: sent, delay: delay))
      var (asked, late) = ([sent], [Duration]())
      for _ in 0..<200 {
        let end = resolver.end
        let next = try #require(edge.nextLook(floor: .seconds(5)), "the bounds hold")
        sent = max(next, sent + delay)
        asked.append(sent)
        let fills = resolver.fills.count
        edge.take(resolver.look(at: sent, delay: delay))
        if resolver.fills.count > fills { late.append(sent - end) }
      }
      // Where the floor is as long as an entry lasts, no look may come early to find where it ends.
      let most: Duration = ttl == 5 && !clock.outlasts ? .milliseconds(1100) : .milliseconds(100)
      #expect(late.dropFirst(20).allSatisfy { $0 <= most }, "\(late.suffix(5))")
      #expect(late.dropFirst(20).count > 60, "most questions find a new entry")
      for (first, third) in zip(asked, asked.dropFirst(2)) {
        #expect(third - first >= .seconds(5), "three questions within a floor")
      }
    }
  }

  /// How late each of the first new entries is seen by one that begins with nothing known, and how many looks it took.
  private static func first(
    _ ttl: Int64, _ clock: (tick: Int64, outlasts: Bool), mayBeEarly: Bool, looks: Int
  ) throws -> [Duration] {
    var resolver = Resolver(ttl: ttl, tick: clock.tick, outlasts: clock.outlasts)
    let delay = Duration.milliseconds(8)
    var sent = WatchScenario.start + .milliseconds(123)
    var edge = EntryEdge(resolver.look(at: sent, delay: delay))
    var late = [Duration]()
    for _ in 0..<looks {
      let end = resolver.end
      sent = max(try #require(edge.nextLook(floor: .seconds(5), mayBeEarly: mayBeEarly)), sent + delay)
      let fills = resolver.fills.count
      edge.take(resolver.look(at: sent, delay: delay))
      if resolver.fills.count > fills { late.append(sent - end) }
    }
    return late
  }

  @Test(
    "After a start the first new entry is seen within the floor, the next within a second, and after twenty within a tenth",
    arguments: [20, 60, 300] as [Int64],
    [(0, true), (333, true), (999, true), (0, false), (640, false)] as [(Int64, Bool)])
  func start(ttl: Int64, clock: (tick: Int64, outlasts: Bool)) throws {
    let late = try Self.first(ttl, clock, mayBeEarly: true, looks: 60)
    #expect(late.allSatisfy { $0 < .seconds(5) }, "\(late.prefix(20))")
    #expect(late.dropFirst().allSatisfy { $0 <= .milliseconds(1020) }, "\(late.prefix(20))")
    #expect(late.dropFirst(20).allSatisfy { $0 <= .milliseconds(100) }, "\(late)")
  }

  @Test(
    "While no question may be spent on finding the end, each but one finds a new entry, at most a second late",
    arguments: [20, 60, 300] as [Int64],
    [(0, true), (333, true), (999, true), (0, false), (640, false)] as [(Int64, Bool)])
  func thrifty(ttl: Int64, clock: (tick: Int64, outlasts: Bool)) throws {
    let late = try Self.first(ttl, clock, mayBeEarly: false, looks: 60)
    #expect(late.count >= 59)
    #expect(late.allSatisfy { $0 <= .milliseconds(1020) }, "\(late.prefix(20))")
  }

  @Test("An entry that is still there after its end, as behind several caches, leaves the plan to the TTL")
  func contradiction() {
    let start = WatchScenario.start
    var edge = EntryEdge(CacheLook(ttl: .seconds(60), sent: start, received: start))
    let later = start + .seconds(20)
    edge.take(CacheLook(ttl: .seconds(10), sent: later, received: later))
    #expect(edge.nextLook(floor: .seconds(5)).map { $0 > later && $0 <= later + .seconds(11) } == true)
  }
}
