import DNS
import Testing

@testable import Deciding

@Suite struct ReplayTests {
  @Test(
    "A day of answers, failures, pauses and decisions gives the same generations again", arguments: 0..<8)
  func same(seed: UInt64) {
    var day = RecordedDay(seed: seed)
    day.run(steps: 2500)
    #expect(day.scenario.stored.flatMap(\.publications).count > 10)
    #expect(day.difference == nil)
  }

  @Test("A replay from a checkpoint goes on as one from the start", arguments: 0..<4)
  func checkpoint(seed: UInt64) throws {
    var day = RecordedDay(seed: 100 + seed)
    day.run(steps: 1500)
    let (number, state) = day.checkpoint()
    let before = day.recorded.count
    day.run(steps: 1500)
    #expect(day.recorded.count > before)
    #expect(day.replayed(from: number, state) == Array(day.recorded.dropFirst(before)))
    #expect(day.difference == nil)
  }

  @Test("A start whose state is not stored beside it is replayed from what the replay knows")
  func restart() {
    var day = RecordedDay(seed: 7)
    day.run(steps: 800)
    day.restart()
    day.run(steps: 800)
    #expect(day.difference == nil)
  }

  @Test("Lookups that tell the same are one step, however often they are asked")
  func runs() {
    var day = RecordedDay(seed: 1, isQuiet: true)
    day.run(steps: 2000)
    #expect(day.entries.count < 40)
    #expect(day.difference == nil)
  }

  @Test("An altered step is a difference")
  func altered() throws {
    var day = RecordedDay(seed: 3)
    day.run(steps: 1000)
    let index = try #require(
      day.entries.firstIndex { entry in
        if case .lookup(_, _, let answer) = entry.content {
          answer.records.contains { $0.address == ip("20.0.0.1") }
        } else {
          false
        }
      })
    let entry = day.entries[index]
    guard case .lookup(let question, let vantage, let answer) = entry.content else { return }
    let forged = answer.records.map {
      ResourceRecord(owner: $0.owner, type: $0.type, ttl: $0.ttl, data: .address(ip("20.9.9.9")))
    }
    day.entries[index] = JournalEntry(
      number: entry.number, at: entry.at, last: entry.last, count: entry.count,
      content: .lookup(question, vantage, JournalAnswer(outcome: answer.outcome, records: forged)))
    #expect(day.difference != nil)
  }

  @Test("A batch that the history refused is replayed as what was stored in the end")
  func refused() {
    var day = RecordedDay(seed: 5)
    day.run(steps: 500, refusing: 3)
    #expect(day.difference == nil)
  }

  @Test("A trial of the recorded policy differs in nothing, and a shorter retention holds less")
  func trial() {
    var day = RecordedDay(seed: 11)
    day.run(steps: 2500, isPrompt: true)
    let same = day.trial(of: day.policy).result
    // It decides at once, where the service lets changes gather, so it may have a generation more.
    #expect(same.averageAddresses(same.recorded) == same.averageAddresses(same.tried))
    #expect(same.recorded.lackingAnswers == same.tried.lackingAnswers)
    #expect(same.mostMore == 0 && same.mostLess == 0)
    let shorter = day.trial(of: RecordedDay.policy(retention: .seconds(300))).result
    #expect(shorter.averageAddresses(shorter.tried) < shorter.averageAddresses(shorter.recorded))
    #expect(shorter.tried.lackingAnswers >= shorter.recorded.lackingAnswers)
    let longer = day.trial(of: RecordedDay.policy(retention: .seconds(36_000))).result
    #expect(longer.averageAddresses(longer.tried) > longer.averageAddresses(longer.recorded))
    #expect(longer.tried.lackingAnswers <= longer.recorded.lackingAnswers)
  }
}

/// A day in which everything happens by chance, with the journal that was kept of it.
private struct RecordedDay {
  var scenario: WatchScenario
  var entries: [JournalEntry] = []
  let policy: SetPolicy
  private var random: SplitMix
  private let isQuiet: Bool
  private var vantages = [WatchScenario.one, WatchScenario.two]
  private var decisions: Int64 = 0

  static let names = ["a.example.com", "b.example.com", "c.example.com"]

  static func policy(retention: Duration) -> SetPolicy {
    DecidingTests.policy(
      names, patterns: ["*.data.example.com"], retention: retention,
      guards: GuardPolicy(shrink: 0.4, growth: 50))
  }

  init(seed: UInt64, isQuiet: Bool = false) {
    random = SplitMix(state: seed)
    self.isQuiet = isQuiet
    policy = Self.policy(retention: .seconds(3600))
    scenario = WatchScenario([policy], vantages: vantages, taps: isQuiet ? [] : [Self.tap])
    scenario.watch.startJournal(from: 2, at: scenario.now)
    entries = [started(1, at: scenario.now)]
  }

  private static let tap = Vantage("tap")

  private func started(_ number: Int64, at now: Timestamp) -> JournalEntry {
    let circumstances = JournalCircumstances(
      vantages: vantages, taps: [Self.tap: false], limits: Limits(), policies: [policy])
    return JournalEntry(number: number, at: now, last: now, count: 1, content: .started(circumstances))
  }

  /// What was published, in order.
  var recorded: [Snapshot] { Self.plain(scenario.stored.flatMap(\.publications)) }

  /// Without times of sightings, which a replay has only to the run.
  private static func plain(_ publications: [Publication]) -> [Snapshot] {
    publications.map { publication in
      let snapshot = publication.snapshot
      return Snapshot(
        set: snapshot.set, generation: snapshot.generation, at: snapshot.at,
        elements: snapshot.elements.map {
          SetElement(
            address: $0.address, names: $0.names, firstSeen: $0.firstSeen,
            lastSeen: Timestamp(milliseconds: 0))
        }, digest: snapshot.digest)
    }
  }

  /// - Parameter isPrompt: whether all is stored as soon as it happens.
  mutating func run(steps: Int, refusing: Int = 0, isPrompt: Bool = false) {
    for step in 0..<steps {
      scenario.pass(.milliseconds(Int64.random(in: 1...20_000, using: &random)))
      if chance(400), !isQuiet { scenario.pass(.seconds(Int64.random(in: 1000...9000, using: &random))) }
      scenario.ask()
      happen()
      if chance(3) { scenario.watch.sweep(at: scenario.now) }
      if chance(2) || isPrompt { store(isRefused: refusing > 0 && step % refusing == 0) }
      if chance(50) { renew() }
    }
    store(isRefused: false)
    renew()
  }

  private mutating func happen() {
    let name = Self.names.randomElement(using: &random) ?? ""
    let vantage = vantages.randomElement(using: &random) ?? WatchScenario.one
    if isQuiet { return scenario.answer(name, ["20.0.0.1"], at: vantage) }
    switch Int.random(in: 0..<60, using: &random) {
    case 0..<4: scenario.outcome(.failure(.timeout), for: name, at: vantage)
    case 4: scenario.outcome(.nxDomain, for: name, at: vantage)
    case 5: scenario.watch.replaceVantages([WatchScenario.one], at: scenario.now)
    case 6:
      scenario.watch.replaceVantages(vantages, at: scenario.now)
    case 7:
      decide(.forget, chance(2) ? name : addresses(1)[0])
    case 8: decide(.approve, "mcr")
    case 9: scenario.watch.noteTap(Self.tap, isLive: true, at: scenario.now)
    case 10 where chance(4): scenario.watch.noteTap(Self.tap, isLive: false, at: scenario.now)
    case 11..<16: tell(name)
    case 16..<22: learn()
    case 22..<26: scenario.answer(name, addresses(2), at: vantage, via: ["edge\(step(3)).example.net"])
    case 26: scenario.answer(name, ["10.0.0.1"] + addresses(1), at: vantage, ttl: 7200)
    default: scenario.answer(name, addresses(3), at: vantage, ttl: UInt32.random(in: 1...60, using: &random))
    }
  }

  /// A trusted tap tells what a client was given.
  private mutating func tell(_ name: String) {
    let question = Question(dnsName(name), .a)
    let records = addresses(2).map { scenario.record(name, .a, 30, .address(ip($0))) }
    var report = TapReport()
    report.lookups = [
      Lookup(
        question: question, vantage: Self.tap, at: scenario.now, outcome: .answer,
        chain: CNAMEChain(question, answers: records))
    ]
    scenario.watch.take(report)
  }

  private mutating func learn() {
    let name = "n\(step(4)).data.example.com"
    let sighting = Sighting(name: dnsName(name), source: "log", count: 1, at: scenario.now)
    scenario.watch.take([sighting])
    scenario.ask()
    if chance(3) { scenario.outcome(.nxDomain, for: name) } else { scenario.answer(name, addresses(1)) }
  }

  private mutating func decide(_ kind: DecisionKind, _ subject: String) {
    guard chance(5) else { return }
    decisions += 1
    let decision = Decision(
      id: decisions, at: scenario.now, kind: kind, subject: subject, reason: "", by: "test")
    scenario.watch.take([decision], at: scenario.now)
  }

  private mutating func store(isRefused: Bool) {
    let batch = scenario.watch.makeBatch(at: scenario.now)
    if isRefused { return scenario.watch.putBack(batch) }
    scenario.watch.confirm(batch)
    scenario.stored.append(batch)
    keep(batch.journal)
  }

  private mutating func renew() { keep(scenario.watch.makeRenewals(at: scenario.now).journal) }

  private mutating func keep(_ journal: [JournalEntry]) {
    for entry in journal {
      guard entry.number <= entries.last?.number ?? 0 else {
        entries.append(entry)
        continue
      }
      if let known = entries.lastIndex(where: { $0.number == entry.number }) { entries[known] = entry }
    }
  }

  /// Stores all that is known beside the journal.
  mutating func checkpoint() -> (number: Int64, state: RestoredState) {
    let batch = scenario.watch.makeCheckpoint(at: scenario.now)
    scenario.watch.confirm(batch)
    scenario.stored.append(batch)
    keep(batch.journal)
    let state = scenario.watch.restorable
    return (entries.last?.number ?? 0, state)
  }

  /// The service ends and starts again, and finds all that it knew.
  mutating func restart() {
    store(isRefused: false)
    keep(scenario.watch.makeRenewals(at: scenario.now).journal)
    let state = scenario.watch.restorable
    vantages = scenario.watch.vantages
    scenario.pass(.seconds(60))
    scenario.watch = Watch(
      policies: [policy], vantages: vantages, taps: [Self.tap], limits: Limits(), restored: state,
      now: scenario.now, seed: 9, digesting: WatchScenario.digest)
    let number = (entries.last?.number ?? 0) + 1
    entries.append(started(number, at: scenario.now))
    scenario.watch.startJournal(from: number + 1, at: scenario.now)
  }

  /// The first generation that comes out otherwise, for people; nil when none does.
  var difference: String? {
    let (was, now) = (recorded, replayed())
    guard
      let index = (0..<max(was.count, now.count)).first(where: {
        $0 >= was.count || $0 >= now.count || was[$0] != now[$0]
      })
    else { return nil }
    func text(_ snapshots: [Snapshot]) -> String {
      guard index < snapshots.count else { return "none" }
      let snapshot = snapshots[index]
      return "\(snapshot.at.milliseconds - WatchScenario.start.milliseconds) "
        + snapshot.elements.map { "\($0.address) \($0.names.count) \($0.firstSeen.seconds % 10_000)" }.joined(
          separator: ", ")
    }
    return "generation \(index + 1) of \(was.count): \(text(was)) came out as \(text(now))"
  }

  /// What the journal leads to.
  func replayed(from number: Int64 = 1, _ state: RestoredState = RestoredState()) -> [Snapshot] {
    var replay = Replay(digesting: WatchScenario.digest)
    var publications = [Publication]()
    for entry in entries where entry.number >= number {
      publications += replay.take(entry, state: entry.number == number ? state : nil)
    }
    return Self.plain(publications)
  }

  func trial(of policy: SetPolicy) -> PolicyTrial {
    var trial = PolicyTrial(policy, digesting: WatchScenario.digest)
    for entry in entries { trial.take(entry, state: entry.number == 1 ? RestoredState() : nil) }
    return trial
  }

  private mutating func addresses(_ count: Int) -> [String] {
    // The pool moves on with time.
    let pool = (scenario.now - WatchScenario.start).components.seconds / 4000
    return Array(Set((0..<count).map { _ in "20.0.\(pool).\(Int.random(in: 1...8, using: &random))" }))
      .sorted()
  }

  private mutating func step(_ count: Int) -> Int { Int.random(in: 0..<count, using: &random) }

  private mutating func chance(_ count: Int) -> Bool { Int.random(in: 0..<count, using: &random) == 0 }
}
