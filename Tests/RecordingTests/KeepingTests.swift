import DNS
import Deciding
import GRDB
import Testing

@testable import Recording

@Suite struct KeepingTests {
  @Test func `What is too old goes: sets, differences and stays after it are answered as before`()
    async throws
  {
    let scratch = try Scratch()
    let store = try scratch.open()
    let set = try setName("mcr")
    var before: [IPAddress] = []
    // More than a checkpoint's worth of steps, one a minute; one address stays all the time.
    for number in 1...900 as ClosedRange<Int64> {
      let addresses = [try address("20.9.9.9"), try address("20.1.\(number / 250).\(number % 250)")]
      let next = try publication(of: set, number, at: number * 60, addresses, after: before)
      before = addresses
      try await store.commit(at: number * 60) { $0.publications = [next] }
    }
    let now = time(901 * 60)
    let moment = time(800 * 60 + 30)
    let was = try await answers(store, set, at: moment)
    let stays = try await store.memberships(of: try address("20.9.9.9"))
    #expect(stays.map(\.entered.generation.number) == [1] && stays.map(\.orBefore) == [false])
    try await store.keep(within: limits(keep: 200 * 60), at: now)
    #expect(try await store.horizon() == now - .seconds(200 * 60))
    #expect(try await answers(store, set, at: moment) == was)
    #expect(try await store.generation(of: set, at: time(60)) == nil)
    let left = try await store.generations(of: set, limit: 1000).count
    #expect((201...700).contains(left), "\(left)")
    let kept = try #require(try await store.memberships(of: try address("20.9.9.9")).first)
    #expect(kept.left == nil && kept.entered.generation.number > 1 && kept.orBefore)
    #expect(try await store.memberships(of: try address("20.1.3.100")).map(\.orBefore) == [false])
    #expect(try await store.memberships(of: try address("20.1.0.5")).isEmpty)
    #expect(try await store.quickCheck().problems.isEmpty)
    // However old they are, the last hundred stay.
    try await store.keep(within: limits(keep: 60), at: time(100_000_000))
    #expect(try await store.generations(of: set, limit: 1000).count >= 100)
    #expect(try await store.currentSnapshot(of: set)?.generation.number == 900)
    let number: Int64 = 901
    let next = try publication(of: set, number, at: number * 60, [try address("20.9.9.9")], after: before)
    try await store.commit(at: number * 60) { $0.publications = [next] }
    #expect(try await store.quickCheck().problems.isEmpty)
  }

  private func answers(_ store: HistoryStore, _ set: SetName, at moment: Timestamp) async throws -> [String] {
    let record = try #require(try await store.generation(of: set, at: moment))
    let step = try await store.difference(of: set, from: record.generation, to: Generation(900))
    return ["\(record)", "\(String(describing: step))"]
      + (try await store.prefixes(of: set, in: record.generation) ?? []).map(\.description)
  }

  @Test
  func `Open intervals and decisions stay; the journal goes up to a state from which a replay can begin`()
    async throws
  {
    let scratch = try Scratch()
    let store = try scratch.open()
    let open = observation(try key("open.example.com", "20.8.8.8"), first: 1, last: 2)
    let circumstances = JournalCircumstances(
      vantages: [Vantage("one")], taps: [:], limits: Limits(),
      policies: [SetPolicy(name: try setName("mcr"), selectors: [.name(try name("open.example.com"))])])
    var next = try await store.startJournal(circumstances, by: "root", at: time(1))
    try await store.commit(at: 2) { $0.observations = [open] }
    for day in 1...50 as ClosedRange<Int64> {
      let at = time(day * 86_400)
      let answer = JournalAnswer(
        outcome: .answer,
        records: [
          ResourceRecord(
            owner: try name("open.example.com"), type: .a, ttl: TTL(wire: 60),
            data: .address(try address("20.8.8.\(day)")))
        ])
      let content: JournalContent =
        day % 7 == 0
        ? .checkpoint(circumstances)
        : .lookup(Question(try name("open.example.com"), .a), Vantage("one"), answer)
      let entry = JournalEntry(number: next, at: at, last: at, count: 1, content: content)
      next += 1
      try await store.commit(at: day * 86_400) { $0.journal = [entry] }
    }
    try await store.keep(within: limits(keep: 400 * 86_400, journal: 10 * 86_400), at: time(51 * 86_400))
    let span = try await store.span()
    #expect(span.replayableSince == time(35 * 86_400))
    #expect(!span.isShortened)
    let entries = try await store.journal(after: 0, limit: 100)
    #expect(entries.first?.at == time(35 * 86_400) && entries.count == 16)
    let number = try #require(entries.first?.number)
    #expect(try await store.journalState(beside: number)?.observations == [open])
    #expect(try await store.value("SELECT count(*) FROM answer") == 13)
    #expect(try await store.restore().observations == [open])
    #expect(try await store.decisions(limit: 9).count == 1)
    try await store.keep(within: limits(keep: 86_400), at: time(500 * 86_400))
    #expect(try await store.restore().observations == [open])
    #expect(try await store.value("SELECT count(*) FROM name") == 1)
  }

  @Test func `A file that is too large gives up its journal first, then its oldest, and never the last day`()
    async throws
  {
    let scratch = try Scratch()
    let store = try scratch.open()
    for day in 0..<40 as Range<Int64> {
      try await store.commit(at: day * 86_400) { batch in
        batch.closed = try (0..<500).map { number in
          let record = try key("n\(number).example.com", "20.\(day).\(number / 250).\(number % 250)")
          return (observation(record, first: day * 86_400, last: day * 86_400 + 1), time(day * 86_400 + 2))
        }
      }
    }
    let before = try await store.span()
    try await store.keep(
      within: HistoryLimits(
        keep: .seconds(400 * 86_400), journal: .seconds(86_400), maxSize: before.size / 2),
      at: time(40 * 86_400))
    let after = try await store.span()
    #expect(after.size <= before.size / 2 && after.isShortened)
    #expect(try await store.horizon().map { $0 > time(10 * 86_400) } == true)
    // Too small for anything: the last day stays, and it comes to an end.
    try await store.keep(
      within: HistoryLimits(keep: .seconds(400 * 86_400), journal: .seconds(86_400), maxSize: 1),
      at: time(40 * 86_400))
    let last = try key("n1.example.com", "20.39.0.1").data
    guard case .address(let address) = last else { return }
    #expect(try await store.intervals(giving: IPPrefix(address), in: always, limit: 9).count == 1)
  }

  @Test func `Where nobody looked is told for the window, also before the first and after the last`()
    async throws
  {
    let scratch = try Scratch()
    let store = try scratch.open()
    for moment in [1000, 1060, 5000, 5060] as [Int64] {
      try await store.commit(HistoryBatch(at: time(moment)))
    }
    let gap = BlindSpan(since: time(1060), until: time(5000))
    let (before, after) = (BlindSpan(since: nil, until: time(1000)), BlindSpan(since: time(5060), until: nil))
    #expect(try await store.blindSpans(in: time(0)...time(9000)) == [before, gap, after])
    #expect(try await store.blindSpans(in: time(1010)...time(1020)).isEmpty)
    #expect(try await store.blindSpans(in: time(3000)...time(3000)) == [gap])
    #expect(try await store.blindSpans(in: time(5010)...time(5100)).isEmpty)
    #expect(try await store.blindSpans(in: time(10)...time(20)) == [before])
  }

  @Test func `The alias of a moment is found however often the name moved since`() async throws {
    let scratch = try Scratch()
    let store = try scratch.open()
    try await store.commit(at: 9) { batch in
      batch.closed = try (0..<3000).map { number in
        let alias = try key("www.example.com", "edge\(number % 500).example.net")
        return (
          observation(alias, first: Int64(number) * 10, last: Int64(number) * 10 + 5),
          time(Int64(number) * 10 + 9)
        )
      }
    }
    let found = try await store.aliases(of: [NameAtMoment(try name("www.example.com"), at: time(4 * 10 + 5))])
    #expect(found.map(\.observation.key.data) == [.name(try name("edge4.example.net"))])
    let address = try key("www.example.com", "20.0.0.4", owner: "edge4.example.net")
    try await store.commit(at: 10) { $0.closed = [(observation(address, first: 40, last: 45), time(49))] }
    for at in [time(45), nil] {
      let explanation = try await Explanation.gather(
        try #require(IPAddress("20.0.0.4")), at: at, now: time(40_000), from: store)
      #expect(explanation.sources.first?.chain.map(\.target.text) == ["edge4.example.net"])
    }
  }

  @Test func `Of what is no longer kept nobody says that nobody looked, or that nothing was published`()
    async throws
  {
    let scratch = try Scratch()
    let store = try scratch.open()
    let set = try setName("mcr")
    var before: [IPAddress] = []
    // Watched on days 0, 2, 4 and so on, for ten minutes each.
    for number in 1...700 as ClosedRange<Int64> {
      let addresses = [try address("20.1.\(number / 250).\(number % 250)")]
      let at = (number - 1) * 2 * 86_400
      let next = try publication(of: set, number, at: at, addresses, after: before)
      before = addresses
      try await store.commit(at: at) { $0.publications = [next] }
      try await store.commit(HistoryBatch(at: time(at + 600)))
    }
    let now = time(700 * 2 * 86_400)
    try await store.keep(within: limits(keep: 101 * 86_400), at: now)
    let horizon = try #require(try await store.horizon())
    let first = try #require(try await store.blindSpans(in: time(0)...now).first)
    #expect(first == BlindSpan(since: horizon, until: horizon + .seconds(86_400)))
    #expect(try await store.blindSpans(in: time(0)...time(86_400)).isEmpty)
    // A generation, a moment, and both ends of a difference: what went is said to be gone, since when it isn't is told.
    let gone = PastError.momentNotKept(time(86_400), horizon: horizon)
    await #expect(throws: gone) { try await store.requireKept(time(86_400)) }
    await #expect(throws: gone) { try await store.keptGeneration(of: set, at: time(86_400)) }
    await #expect(throws: gone) {
      try await SetDifference.gather(of: set, from: .moment(time(86_400)), to: nil, from: store)
    }
    await #expect(throws: PastError.generationNotKept(Generation(7), horizon: horizon)) {
      try await SetDifference.gather(of: set, from: nil, to: .generation(Generation(8)), from: store)
    }
    await #expect(throws: PastError.noSuchGeneration(Generation(701), newest: Generation(700))) {
      try await SetDifference.gather(of: set, from: .generation(Generation(701)), to: nil, from: store)
    }
    try await store.requireKept(horizon)
    #expect(try await store.keptGeneration(of: set, at: horizon)?.generation == Generation(650))
    let step = try await SetDifference.gather(of: set, from: .moment(horizon), to: nil, from: store)
    #expect(step.from == Generation(650) && step.to == Generation(700))
    // A set that began while something was kept had nothing before, which is known.
    let young = try setName("young")
    let only = try publication(of: young, 1, at: now.seconds, before)
    try await store.commit(at: now.seconds) { $0.publications = [only] }
    #expect(try await store.keptGeneration(of: young, at: time(86_400)) == nil)
    await #expect(throws: PastError.neverPublished(try setName("none"))) {
      try await SetDifference.gather(of: try setName("none"), from: nil, to: nil, from: store)
    }
    let explained = try await Explanation.gather(try address("20.1.0.5"), at: nil, now: now, from: store)
    #expect(explained.summary == "20.1.0.5 was not seen since \(horizon), and nothing older is kept")
  }

  @Test(
    "What went by its size alone is not told, or what went by its age is",
    arguments: [
      (30, 30, nil, nil, false), (10, 30, nil, nil, true), (30, 30, 5, 6, false), (30, 30, 2, 6, true),
      (30, 30, nil, 6, true), (30, 40, 7, 9, false),
    ] as [(Int64, Int64, Int64?, Int64?, Bool)])
  func losses(_ since: Int64, _ before: Int64, _ replay: Int64?, _ replayBefore: Int64?, _ isTold: Bool) {
    let now = time(1000 * 86_400)
    func span(_ since: Int64, _ replay: Int64?) -> HistorySpan {
      HistorySpan(
        since: now - .seconds(since * 86_400), isShortened: true,
        replayableSince: replay.map { now - .seconds($0 * 86_400) }, size: 1)
    }
    let limits = HistoryLimits(
      keep: .seconds(30 * 86_400), journal: .seconds(5 * 86_400), maxSize: 1)
    let loss = span(since, replay).loss(since: span(before, replayBefore), within: limits, at: now)
    #expect((loss != nil) == isTold, "\(loss ?? "nothing")")
  }

  private func limits(keep: Int64, journal: Int64 = 86_400) -> HistoryLimits {
    HistoryLimits(keep: .seconds(keep), journal: .seconds(journal), maxSize: .max)
  }
}
