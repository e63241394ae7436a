import DNS
import Testing

@testable import Deciding

/// A day in which everything happens by chance, with the journal that was kept of it.
struct RecordedDay {
  var scenario: WatchScenario
  var entries: [JournalEntry] = []
  private(set) var policy: SetPolicy
  private var book = TagBook()
  private var random: SplitMix
  private let isQuiet: Bool
  /// Whether sudden addresses wait, service tags bound the set, vantages lie, and batches are under way for a while.
  private let isStrict: Bool
  /// Whether each new configuration excludes others of the pool's addresses.
  private let isExcluding: Bool
  private var vantages = [WatchScenario.one, WatchScenario.two]
  private var decisions: Int64 = 0

  static let names = ["a.example.com", "b.example.com", "c.example.com"]

  /// One that lets in what service tags hold, and waits for a second vantage.
  private static func strictPolicy(
    _ names: [String] = names, retention: Duration = .seconds(3600), excluding prefixes: [String] = []
  ) -> SetPolicy {
    let base = DecidingTests.policy(names, patterns: ["*.data.example.com"], retention: retention)
    return SetPolicy(
      name: base.name, selectors: base.selectors, families: base.families, retention: retention,
      maxStale: base.maxStale, guards: GuardPolicy(shrink: 0.3, growth: 2),
      confirmation: ConfirmationPolicy(vantages: 2, atMost: .seconds(900)),
      tagRules: TagRules(bound: [TagSamples.registry]),
      exclusions: prefixes.compactMap { IPPrefix($0) }.map { Exclusion($0) })
  }

  /// Service tags that hold these networks of the pool. They are near their end, so they lapse during the day.
  private static func tags(_ id: Int64, _ prefixes: [String], age: Duration, at now: Timestamp) -> TagBook {
    let tag = ServiceTag(
      name: TagSamples.registry, change: id, prefixes: prefixes.compactMap { IPPrefix($0) })
    let file = ServiceTagFile(cloud: .publicCloud, change: id, tags: [tag])
    return TagBook([
      TagEdition(
        id: id, file: file, importedAt: now, asOf: now - (TagEdition.enforcedFor - age), source: "test")
    ])
  }

  static func policy(retention: Duration) -> SetPolicy {
    DecidingTests.policy(
      names, patterns: ["*.data.example.com"], retention: retention,
      guards: GuardPolicy(shrink: 0.4, growth: 50))
  }

  /// The day's policy with another retention.
  func policy(retention: Duration) -> SetPolicy {
    isStrict ? Self.strictPolicy(retention: retention) : Self.policy(retention: retention)
  }

  init(
    seed: UInt64, isQuiet: Bool = false, isStrict: Bool = false, isExcluding: Bool = false
  ) {
    random = SplitMix(state: seed)
    self.isQuiet = isQuiet
    self.isStrict = isStrict
    self.isExcluding = isExcluding
    policy = isStrict ? Self.strictPolicy() : Self.policy(retention: .seconds(3600))
    scenario = WatchScenario(policy.beside(isStrict), vantages: vantages, taps: isQuiet ? [] : [Self.tap])
    entries = [started(1)]
    scenario.watch.startJournal(from: 2, at: scenario.now)
  }

  private static let tap = Vantage("tap")

  private func started(_ number: Int64) -> JournalEntry {
    JournalEntry(
      number: number, at: scenario.now, last: scenario.now, count: 1,
      content: .started(scenario.watch.circumstances))
  }

  /// What was published, in order.
  var recorded: [Snapshot] { Self.plain(scenario.stored.flatMap(\.publications)) }

  /// The same as the history would tell it.
  var generations: [SetName: [RecordedGeneration]] {
    var generations: [SetName: [RecordedGeneration]] = [:]
    for publication in scenario.stored.flatMap(\.publications) {
      let snapshot = publication.snapshot
      generations[snapshot.set, default: []].append(
        RecordedGeneration(
          record: GenerationRecord(
            generation: snapshot.generation, at: snapshot.at, digest: snapshot.digest,
            size: snapshot.elements.count),
          entered: publication.entered, left: publication.left))
    }
    return generations
  }

  /// Without times of sightings, which a replay has only to the run.
  private static func plain(_ publications: [Publication]) -> [Snapshot] {
    publications.map { publication in
      let snapshot = publication.snapshot
      return Snapshot(
        set: snapshot.set, generation: snapshot.generation, at: snapshot.at,
        elements: snapshot.elements.map {
          SetElement(
            prefix: $0.prefix, names: $0.names, firstSeen: $0.firstSeen,
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
    if isStrict, chance(8) { return happenStrictly(name) }
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

  private mutating func happenStrictly(_ name: String) {
    switch Int.random(in: 0..<12, using: &random) {
    case 0..<3:
      // Lies, until the vantage is set aside; later it tells the truth for long enough.
      for _ in 0..<4 {
        for name in Self.names { scenario.answer(name, ["10.0.0.1"], at: WatchScenario.two) }
      }
    case 3: importTags()
    case 4..<9: scenario.answer(name, ["20.\(step(4)).9.\(step(3))"], at: WatchScenario.one)
    case 9: decide(.approve, chance(2) ? "mcr" : "tags", always: true)
    default: scenario.answer(name, addresses(3), at: WatchScenario.two)
    }
  }

  private mutating func importTags() {
    decisions += 1
    let networks = ["20.0.0.0/16", "20.1.0.0/16", "20.2.0.0/16", "20.3.0.0/16"].filter { _ in !chance(4) }
    book = Self.tags(decisions, networks, age: .seconds(Int64(step(20_000))), at: scenario.now)
    scenario.watch.replaceTags(book, at: scenario.now)
    decide(.importTags, "", always: true)
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

  private mutating func decide(_ kind: DecisionKind, _ subject: String, always: Bool = false) {
    guard always || chance(5) else { return }
    decisions += 1
    let decision = Decision(
      id: decisions, at: scenario.now, kind: kind, subject: subject, reason: "", by: "test")
    scenario.watch.take([decision], at: scenario.now)
  }

  private mutating func store(isRefused: Bool) {
    let batch = scenario.watch.makeBatch(at: scenario.now)
    // The history takes a while, and things go on meanwhile.
    if isStrict { for _ in 0..<step(3) { happen() } }
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
  mutating func restart(probation: Duration = Limits.defaultProbation) {
    end()
    begin(with: policy, probation: probation)
  }

  private mutating func end() {
    scenario.watch.endJournalRuns()
    store(isRefused: false)
    keep(scenario.watch.makeRenewals(at: scenario.now).journal)
  }

  private static let excludable = [
    "20.0.0.3", "20.0.1.0/30", "20.2.9.0/24", "20.3.128.0/17",
  ]

  /// The same with another configuration.
  mutating func reconfigure() {
    end()
    begin(
      with: Self.strictPolicy(
        chance(2) ? Self.names : Array(Self.names.dropLast()), retention: .seconds(Int64(step(3) + 1) * 1800),
        excluding: isExcluding ? Self.excludable.filter { _ in chance(2) } : [])
    )
  }

  private mutating func begin(with policy: SetPolicy, probation: Duration = Limits.defaultProbation) {
    self.policy = policy
    var state = scenario.watch.restorable
    state.seenAddresses = seenAddresses
    vantages = [WatchScenario.one, WatchScenario.two]
    scenario.pass(.seconds(60))
    scenario.watch = Watch(
      policies: policy.beside(isStrict), vantages: vantages, taps: isQuiet ? [] : [Self.tap],
      limits: Limits(probation: probation),
      restored: state,
      now: scenario.now, seed: 9, digesting: WatchScenario.digest)
    let number = (entries.last?.number ?? 0) + 1
    entries.append(started(number))
    scenario.watch.startJournal(from: number + 1, at: scenario.now)
  }

  /// As the history has them: of names that were forgotten, too.
  private var seenAddresses: [DomainName: Set<IPAddress>] {
    var seen = [DomainName: Set<IPAddress>]()
    for observation in scenario.stored.flatMap(\.observations) {
      if case .address(let address) = observation.key.data {
        seen[observation.key.name, default: []].insert(address)
      }
    }
    return seen
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
        + snapshot.elements.map { "\($0.prefix) \($0.names.count) \($0.firstSeen.seconds % 10_000)" }.joined(
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

  /// - Parameter isRecordedReplayed: whether the trial isn't told the recorded generations.
  func trial(of policy: SetPolicy, isRecordedReplayed: Bool = false) -> PolicyTrial {
    var trial = PolicyTrial(policy, against: isRecordedReplayed ? nil : generations[policy.name] ?? [])
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

extension SetPolicy {
  /// The set, on a strict day with another that service tags give.
  fileprivate func beside(_ isStrict: Bool) -> [SetPolicy] {
    guard isStrict, let name = SetName("tags") else { return [self] }
    return [
      self,
      SetPolicy(
        name: name, selectors: [], tagRules: TagRules(given: [TagSamples.registry]), exclusions: exclusions),
    ]
  }
}
