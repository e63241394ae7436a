import DNS
import Deciding
import Testing

@testable import Recording

@Suite struct CrashReplayTests {
  @Test(arguments: [1, 2])
  func `A service that crashes again and again in a day is replayed over starts whose state was removed`(
    seed: UInt64
  ) async throws {
    let scratch = try Scratch()
    let store = try scratch.open()
    var day = try CrashedDay(store, seed: seed)
    for _ in 0..<34 { try await day.live() }
    let thinned = try await store.value("SELECT count(*) FROM journal WHERE mark = 'restart'") ?? 0
    #expect(thinned > 14)
    let report = try await day.compared()
    #expect(report.difference == nil)
    #expect(report.gaps.isEmpty && report.generations == day.published && day.published > 20)
  }

  @Test func `A removed state that told how long a tap was watched leaves a span that isn't compared`()
    async throws
  {
    let scratch = try Scratch()
    let store = try scratch.open()
    var day = try CrashedDay(store, seed: 9, tap: Vantage("tap"))
    for _ in 0..<20 { try await day.live() }
    let broken = try await store.journal(after: 0, limit: 100_000).filter { entry in
      if case .started(let circumstances) = entry.content { circumstances.isBroken } else { false }
    }
    #expect(!broken.isEmpty)
    let report = try await day.compared()
    #expect(report.difference == nil)
    #expect(report.gaps.first?.since == broken.first?.at && report.gaps.last?.until != nil)
    #expect(report.generations < day.published)
  }
}

/// A service that is killed again and again, at any moment between its commits.
private struct CrashedDay {
  private let store: HistoryStore
  private let policy: SetPolicy
  private let tap: Vantage?
  private let vantages = [Vantage("one"), Vantage("two")]
  private var now = time(1_700_000_000)
  private var random: SplitMix
  /// Generations that the history has.
  private(set) var published = 0

  init(_ store: HistoryStore, seed: UInt64, tap: Vantage? = nil) throws {
    self.store = store
    self.tap = tap
    random = SplitMix(state: seed)
    policy = SetPolicy(
      name: try setName("mcr"),
      selectors: [.name(try name("a.example.com")), .name(try name("b.example.com"))], families: [.ipv4],
      retention: .seconds(400), guards: GuardPolicy(shrink: 1, growth: 100))
  }

  /// A start, a while of answers, some of which are stored, and a crash.
  mutating func live() async throws {
    var watch = Watch(
      policies: [policy], vantages: vantages, taps: tap.map { [$0] } ?? [], limits: Limits(),
      restored: try await store.restore(), now: now, seed: 1, digesting: Self.digest)
    let number = try await store.startJournal(watch.circumstances, by: "root", at: now)
    watch.startJournal(from: number, at: now)
    if let tap { watch.noteTap(tap, isLive: true, at: now) }
    for _ in 0..<chance(10...60) {
      now = now + .milliseconds(Int64(chance(1...30_000)))
      try ask(&watch)
      if chance(0...3) == 0 { watch.sweep(at: now) }
      if chance(0...1) == 0 { try await storeChanges(of: &watch) }
      if chance(0...4) == 0 {
        if watch.isChanged { try await storeChanges(of: &watch) }
        try await store.commit(watch.makeRenewals(at: now, namesUpTo: 1))
      }
    }
    now = now + .milliseconds(Int64(chance(1...60_000)))
  }

  private mutating func storeChanges(of watch: inout Watch) async throws {
    let batch = watch.makeBatch(at: now)
    try await store.commit(batch)
    watch.confirm(batch)
    published += batch.publications.count
  }

  private mutating func ask(_ watch: inout Watch) throws {
    let question = Question(try name(chance(0...1) == 0 ? "a.example.com" : "b.example.com"), .a)
    let pool = (now - time(1_700_000_000)).components.seconds / 900
    // Mostly the same, so that runs go on over many lookups.
    let addresses = try (0..<3).filter { _ in chance(0...9) > 0 }.map { try address("20.0.\(pool).\($0)") }
    let records = addresses.map {
      ResourceRecord(owner: question.name, type: .a, ttl: TTL(wire: 30), data: .address($0))
    }
    if let tap, chance(0...2) == 0 {
      var report = TapReport()
      report.lookups = [
        Lookup(
          question: question, vantage: tap, at: now, outcome: .answer,
          chain: CNAMEChain(question, answers: records))
      ]
      return watch.take(report)
    }
    let vantage = vantages[chance(0...1)]
    switch chance(0...14) {
    case 0: watch.take(Lookup(question: question, vantage: vantage, at: now, outcome: .failure(.timeout)))
    case 1: watch.take(Lookup(question: question, vantage: vantage, at: now, outcome: .noData))
    default:
      watch.take(
        Lookup(
          question: question, vantage: vantage, at: now, outcome: records.isEmpty ? .noData : .answer,
          chain: CNAMEChain(question, answers: records)))
    }
  }

  /// What a replay of the whole makes of it.
  func compared() async throws -> ReplayReport {
    let recorded = try await store.generations(of: policy.name, from: Generation(0), until: now)
    var comparison = ReplayComparison(
      with: [policy.name: recorded], since: time(1_700_000_000), digesting: Self.digest)
    for entry in try await store.journal(after: 0, limit: 1_000_000) {
      guard comparison.take(entry, state: try await store.journalState(beside: entry.number)) else { break }
    }
    comparison.finish()
    return comparison.result
  }

  private mutating func chance(_ range: ClosedRange<Int>) -> Int {
    Int.random(in: range, using: &random)
  }

  private static let digest: @Sendable ([UInt8]) -> Digest = { octets in
    var sum: UInt64 = 14_695_981_039_346_656_037
    for octet in octets { sum = (sum ^ UInt64(octet)) &* 1_099_511_628_211 }
    return Digest(octets: (0..<32).map { UInt8(truncatingIfNeeded: sum >> UInt64($0 % 8 * 8)) })
  }
}
