import DNS
package import Deciding

/// Plays hours of many names at one upstream through a `Watch` that may not ask as often as it would, with clients behind
/// the same cache. Everything follows from the seed.
package struct ScarceRun {
  private let scenario: ScarceScenario
  private var watch: Watch
  private var names: [Name]
  private let numbers: [DomainName: Int]
  private var held = Set<IPAddress>()
  private var now = ScarceRun.start
  /// For the moments at which clients ask.
  private var random: SplitMix
  private var picks = 0
  private var missed = 0
  /// Each question that went out: when, and the number of the name.
  package private(set) var asked: [(at: Timestamp, name: Int)] = []
  /// The longest time between two questions about one name, since the warm-up.
  package private(set) var longestWait = Duration.zero

  private struct Name {
    var pool: MovingPool
    var cache: PoolCache
    var askedAt: Timestamp?

    mutating func answer(ttl: Int64, at now: Timestamp) -> (addresses: Set<IPAddress>, ttl: UInt32) {
      cache.answer(&pool, ttl: ttl, upstream: 0, at: now)
    }
  }

  private static let start = Timestamp(seconds: 1_800_000_000)
  private static let vantage = Vantage("one")
  /// A client of each name comes once in so many seconds.
  private static let pause: Int64 = 10

  /// One that begins with nothing known.
  package init(_ scenario: ScarceScenario, seed: UInt64) {
    self.scenario = scenario
    let all = (0..<scenario.moving + scenario.resting).map { DomainName(canonical: "n\($0).example") }
    numbers = Dictionary(uniqueKeysWithValues: zip(all, all.indices))
    guard let set = SetName("pool") else { preconditionFailure("a literal") }
    let policy = SetPolicy(
      name: set, selectors: all.map { .name($0) }, families: [.ipv4], retention: .seconds(3600),
      coverage: scenario.target)
    watch = Watch(
      policies: [policy], vantages: [Self.vantage],
      limits: Limits(queriesPerSecond: scenario.queriesPerSecond), now: Self.start, seed: seed,
      digesting: { _ in Digest(octets: []) })
    var random = SplitMix(state: seed &+ 1)
    names = all.indices.map { number in
      Name(
        pool: MovingPool(
          scenario.pool(number), seed: seed &+ UInt64(number) &* 7919,
          firstAddress: 0x1400_0000 + UInt32(number) << 16,
          now: Self.start),
        cache: PoolCache(tick: .milliseconds(Int64.random(in: 0..<1000, using: &random))))
    }
    self.random = random
  }

  /// The share of clients' picks that the set lacked, since the warm-up.
  package var clientMissing: Double { picks > 0 ? Double(missed) / Double(picks) : 0 }

  /// How often a name of this kind was asked in a minute, since the warm-up.
  package func questionsPerMinute(moving isMoving: Bool, over span: Duration) -> Double {
    let count = asked.count { ($0.name < scenario.moving) == isMoving }
    return Double(count) / Double(max(1, isMoving ? scenario.moving : scenario.resting))
      / (span / .seconds(60))
  }

  /// Runs for `warmUp`, then for `span` that is measured.
  package mutating func run(after warmUp: Duration = .seconds(1800), for span: Duration = .seconds(1800)) {
    run(until: now + warmUp)
    (picks, missed, longestWait) = (0, 0, .zero)
    asked = []
    run(until: now + span)
  }

  private mutating func run(until end: Timestamp) {
    while now < end {
      let second = now.seconds
      let visitors = names.indices.filter { (Int64($0) + second).isMultiple(of: Self.pause) }
        .map { (at: Int64.random(in: 0..<1000, using: &random), name: $0) }
      for (at, name) in visitors.sorted(by: { $0.at < $1.at }) {
        ask(until: Timestamp(milliseconds: second * 1000 + at))
        let given = names[name].answer(ttl: scenario.ttl, at: now).addresses
        picks += given.count
        missed += given.count { !held.contains($0) }
      }
      ask(until: Timestamp(seconds: second + 1))
      if now.seconds.isMultiple(of: 10) { watch.sweep(at: now) }
    }
  }

  /// Lets Postern ask what is due, up to a moment.
  private mutating func ask(until end: Timestamp) {
    while let wake = watch.nextWake(after: now), wake < end {
      now = max(now, wake)
      ask()
    }
    now = end
  }

  private mutating func ask() {
    while let next = watch.takeDue(at: now) {
      guard let name = numbers[next.question.name] else { continue }
      asked.append((now, name))
      if let before = names[name].askedAt { longestWait = max(longestWait, now - before) }
      names[name].askedAt = now
      let given = names[name].answer(ttl: scenario.ttl, at: now)
      let records = given.addresses.map {
        ResourceRecord(owner: next.question.name, type: .a, ttl: TTL(wire: given.ttl), data: .address($0))
      }
      watch.take(
        Lookup(
          question: next.question, vantage: next.vantage, at: now, outcome: .answer, responseCode: .noError,
          chain: CNAMEChain(next.question, answers: records)))
    }
    guard watch.isChanged else { return }
    watch.confirm(watch.makeBatch(at: now))
    if let published = watch.publishedSets.first { held = Set(published.snapshot.elements.map(\.address)) }
  }
}
