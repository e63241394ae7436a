import DNS
import Deciding

/// Plays hours of one name at two upstreams through a `Watch`, with clients behind both, and compares what it predicts
/// with what the clients miss. Everything follows from the seed.
package struct CoverageRun {
  private let scenario: PoolScenario
  private var watch: Watch
  private var pool: MovingPool
  private var caches = [PoolCache(), PoolCache()]
  private var held = Set<IPAddress>()
  private var now = CoverageRun.start
  /// For the moments at which clients ask.
  private var random: SplitMix
  private var questions = 0
  private let question: Question

  private static let start = Timestamp(seconds: 1_800_000_000)
  private static let vantages = [Vantage("one"), Vantage("two")]

  /// One that begins with nothing known.
  package init(_ scenario: PoolScenario, seed: UInt64, retention: Duration = SetPolicy.defaultRetention) {
    self.scenario = scenario
    let name = DomainName(canonical: "pool.example")
    question = Question(name, .a)
    guard let set = SetName("pool") else { preconditionFailure("a literal") }
    let policy = SetPolicy(name: set, selectors: [.name(name)], families: [.ipv4], retention: retention)
    watch = Watch(
      policies: [policy], vantages: Self.vantages, limits: Limits(), now: Self.start, seed: seed,
      digesting: { _ in Digest(octets: []) })
    pool = MovingPool(scenario, seed: ~seed, now: Self.start)
    random = SplitMix(state: seed &+ 1)
    caches = caches.map { _ in PoolCache(tick: .milliseconds(Int64.random(in: 0..<1000, using: &random))) }
  }

  /// Runs an hour to warm up, then `span` that is measured.
  package mutating func run(for span: Duration = .seconds(3600)) -> CoverageFigures {
    var figures = CoverageFigures()
    run(until: now + .seconds(3600), into: &figures)
    figures = CoverageFigures()
    let end = now + span
    questions = 0
    while now < end {
      guard let estimate = watch.questionCoverages(at: now).first?.estimate else { break }
      var minute = CoverageFigures()
      run(until: now + .seconds(60), into: &minute)
      minute.note(estimate)
      figures.add(minute)
    }
    figures.noteQuestions(questions, upstreams: caches.count, over: span)
    return figures
  }

  private mutating func run(until end: Timestamp, into figures: inout CoverageFigures) {
    while now < end {
      let tick = Timestamp(seconds: now.seconds + 1)
      // Clients come at any moment: one a second behind each upstream.
      let visits = caches.indices.map { (at: Int64.random(in: 0..<1000, using: &random), upstream: $0) }
      for (at, upstream) in visits.sorted(by: { $0.at < $1.at }) {
        ask(until: Timestamp(milliseconds: tick.milliseconds - 1000 + at))
        let given = caches[upstream].answer(&pool, ttl: scenario.ttl, upstream: upstream, at: now).addresses
        figures.noteClient(missing: share(of: given))
      }
      ask(until: tick)
      // As often as the service lets time pass.
      if now.seconds.isMultiple(of: 10) { watch.sweep(at: now) }
      guard now.seconds.isMultiple(of: 5) else { continue }
      pool.move(to: now)
      for upstream in caches.indices {
        figures.noteNew(missing: share(of: pool.draw(for: upstream)))
      }
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
      questions += 1
      let index = Self.vantages.firstIndex(of: next.vantage) ?? 0
      let given = caches[index].answer(&pool, ttl: scenario.ttl, upstream: index, at: now)
      let records = given.addresses.map {
        ResourceRecord(owner: question.name, type: .a, ttl: TTL(wire: given.ttl), data: .address($0))
      }
      watch.take(
        Lookup(
          question: question, vantage: next.vantage, at: now, outcome: .answer, responseCode: .noError,
          chain: CNAMEChain(question, answers: records)))
    }
    guard watch.isChanged else { return }
    let batch = watch.makeBatch(at: now)
    watch.confirm(batch)
    if let published = watch.publishedSets.first { held = Set(published.snapshot.elements.map(\.address)) }
  }

  private func share(of addresses: Set<IPAddress>) -> Double {
    Double(addresses.count { !held.contains($0) }) / Double(addresses.count)
  }
}
