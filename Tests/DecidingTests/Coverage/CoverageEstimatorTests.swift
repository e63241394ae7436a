import DNS
import Testing

@testable import Deciding

@Suite("What independent answers say of the addresses that were not seen")
struct CoverageEstimatorTests {
  private static let one = Vantage("one")
  private static let two = Vantage("two")

  /// One answer of a script: seconds after the start, the last octets of its addresses, TTL, vantage.
  struct Given: Sendable {
    let at: Int64
    let octets: [UInt8]
    let ttl: Int64
    let vantage: Vantage

    init(_ at: Int64, _ octets: [UInt8], ttl: Int64, at vantage: Vantage = CoverageEstimatorTests.one) {
      self.at = at
      self.octets = octets
      self.ttl = ttl
      self.vantage = vantage
    }
  }

  private static func play(_ script: [Given], window: Duration = .seconds(86_400)) -> CoverageEstimator {
    var estimator = CoverageEstimator()
    for given in script {
      estimator.take(
        Set(given.octets.map { IPAddress(v4: 0x1400_0000 + UInt32($0)) }), look(given.at, ttl: given.ttl),
        at: given.vantage, window: window)
    }
    return estimator
  }

  private static func look(_ at: Int64, ttl: Int64) -> CacheLook {
    let moment = WatchScenario.start + .seconds(at)
    return CacheLook(ttl: .seconds(ttl), sent: moment, received: moment)
  }

  private static func estimate(_ script: [Given], window: Duration = .seconds(86_400)) -> CoverageEstimate {
    let end = WatchScenario.start + .seconds(script.map(\.at).max() ?? 0)
    return play(script, window: window).estimate(at: end, window: window)
  }

  @Test(
    "An answer counts once for each cache entry",
    arguments: [
      ("the TTL counts down", [Given(0, [1], ttl: 60), Given(20, [1], ttl: 40), Given(59, [1], ttl: 1)], 1),
      ("rounded by a second", [Given(0, [1], ttl: 60), Given(20, [1], ttl: 41)], 1),
      ("the entry ran out", [Given(0, [1], ttl: 60), Given(61, [1], ttl: 60)], 2),
      ("fetched early", [Given(0, [1], ttl: 60), Given(55, [1], ttl: 60)], 2),
      ("TTL 0 is never cached", [Given(0, [1], ttl: 0), Given(5, [1], ttl: 0), Given(10, [2], ttl: 0)], 3),
      (
        "the same entry in its last second",
        [Given(0, [1], ttl: 60), Given(60, [1], ttl: 0), Given(65, [2], ttl: 56)], 2
      ),
      ("the order rotates", [Given(0, [1, 2], ttl: 60), Given(20, [2, 1], ttl: 40)], 1),
      ("an upstream without a cache", [Given(0, [1], ttl: 60), Given(10, [2], ttl: 60)], 2),
      (
        "an older entry of another machine of the upstream",
        [Given(0, [1], ttl: 60), Given(5, [2], ttl: 30), Given(10, [1], ttl: 50)], 1
      ),
      ("each upstream is a cache", [Given(0, [1], ttl: 60), Given(20, [1], ttl: 60, at: two)], 2),
      ("two upstreams before one cache", [Given(0, [1], ttl: 60), Given(20, [1], ttl: 40, at: two)], 1),
      ("filled in one second, differently", [Given(0, [1], ttl: 60), Given(0, [2], ttl: 60, at: two)], 2),
      ("nothing in it", [Given(0, [], ttl: 60)], 0),
      ("the clock went back", [Given(100, [1], ttl: 60), Given(0, [1], ttl: 60)], 2),
    ] as [(String, [Given], Int)])
  func independence(_ what: String, script: [Given], answers: Int) {
    #expect(Self.estimate(script).answers == answers, "\(what)")
  }

  @Test("A pool that is given whole each time is covered, and the bound falls with the answers")
  func whole() {
    let script = (0..<200).map { Given(Int64($0) * 61, [1, 2, 3], ttl: 60) }
    let estimate = Self.estimate(script)
    #expect(estimate.missing == 0 && estimate.coverage == 1)
    #expect(estimate.confidence == .bounded, "too little was missed to say how much it is")
    #expect(estimate.missingAtMost < Self.estimate(Array(script.prefix(50))).missingAtMost)
    #expect(estimate.missingAtMost < 0.03)
  }

  @Test("A handful of answers claims nothing")
  func handful() {
    let script = (0..<9).map { Given(Int64($0) * 61, [UInt8($0)], ttl: 60) }
    #expect(Self.estimate(script).confidence == .unknown)
    #expect(Self.estimate(script + [Given(1000, [9], ttl: 60)]).confidence != .unknown)
  }

  @Test("Addresses that came once and twice give the coverage of Chao and Jost")
  func formula() {
    var incidences = Incidences()
    incidences.answers = 20
    incidences.total = 40
    incidences.once = 4
    incidences.twice = 3
    // Q1/U · (n − 1)Q1 / ((n − 1)Q1 + 2·Q2) = 0.1 · 76 / 82
    #expect(abs(incidences.unseenShare - 0.1 * 76 / 82) < 1e-12)
    incidences.once = 0
    #expect(incidences.unseenShare == 0)
    #expect(Incidences().unseenShare == 0)
  }

  @Test("What was seen only before the window counts no more, so that it is a discovery when it comes back")
  func window() {
    let old = (0..<20).map { Given(Int64($0) * 61, [UInt8($0)], ttl: 60) }
    let new = (0..<20).map { Given(90_000 + Int64($0) * 61, [200], ttl: 60) }
    #expect(Self.estimate(old + new).answers == 20)
    #expect(Self.estimate(old + new).missing < 0.2)
    #expect(Self.play(old + new).gaps.total == 0)
  }

  @Test("What is held from before a restart is no discovery")
  func restored() {
    var estimator = CoverageEstimator()
    let addresses = (0..<30).map { IPAddress(v4: 0x1400_0000 + UInt32($0)) }
    for address in addresses { estimator.restore(address, lastSeen: WatchScenario.start) }
    var now = WatchScenario.start
    for address in addresses {
      now = now + .seconds(61)
      let look = CacheLook(ttl: .seconds(60), sent: now, received: now)
      estimator.take([address], look, at: Self.one, window: .seconds(86_400))
    }
    let estimate = estimator.estimate(at: now, window: .seconds(86_400))
    #expect(estimate.missing == 0)
    #expect(estimate.missingAtMost < 0.2)
  }

  @Test("Clients are exposed for as long as an entry stood in the cache before it was seen here")
  func exposure() {
    // Each entry is ten of its sixty seconds old when it is seen.
    let late = (0..<100).map { Given(Int64($0) * 60, [1], ttl: $0 == 0 ? 60 : 50) }
    #expect(abs(Self.estimate(late).exposure - 10.0 / 60) < 0.02)
    let prompt = (0..<100).map { Given(Int64($0) * 61, [1], ttl: 60) }
    #expect(Self.estimate(prompt).exposure < 0.02)
    let uncached = (0..<100).map { Given(Int64($0) * 5, [1], ttl: 0) }
    #expect(Self.estimate(uncached).exposure > 0.99, "without a cache every client gets an answer of its own")
  }

  @Test(
    "Addresses that are replaced are missed at the rate at which they come, though each is soon given often")
  func drift() {
    // One of four is replaced every twenty answers.
    let script = (0..<2000).map { index in
      Given(Int64(index) * 6, (0..<4).map { UInt8((index / 20 + $0) % 250) }, ttl: 5)
    }
    let estimate = Self.estimate(script)
    #expect(estimate.confidence == .estimated)
    #expect((0.25 / 20 / 2)...(0.25 / 20 * 2) ~= estimate.missing)
  }

  @Test("A thousand addresses cost no more than their memory")
  func many() {
    var random = SplitMix(state: 7)
    let script = (0..<300).map { index in
      Given(Int64(index) * 6, (0..<8).map { _ in UInt8.random(in: 0...255, using: &random) }, ttl: 5)
    }
    let estimate = Self.estimate(script)
    #expect(0...1 ~= estimate.missing && estimate.missing <= estimate.missingAtMost)
  }
}
