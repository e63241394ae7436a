import DNS
import Deciding
import Testing

@testable import Recording

@Suite struct RecorderTests {
  @Test func `What is committed is what a restart gets back`() async throws {
    let scratch = try Scratch()
    let store = try scratch.open()
    let set = try setName("mcr")
    var batch = HistoryBatch(at: time(100))
    batch.observations = [
      observation(try key("a.example.com", "20.1.2.3"), first: 1, last: 100, count: 7),
      observation(try key("a.example.com", "b.example.net"), first: 1, last: 100),
      observation(
        try key("a.example.com", "2a01::5", owner: "b.example.net", vantage: "other"), first: 1, last: 90),
    ]
    batch.questions = [
      QuestionStatus(
        question: Question(try name("a.example.com"), .a), vantage: Vantage("upstream"), outcome: .answer,
        askedAt: time(100), succeededAt: time(100), watched: 5),
      QuestionStatus(
        question: Question(try name("a.example.com"), .aaaa), vantage: Vantage("upstream"),
        outcome: .failure(.servFail), askedAt: time(99), succeededAt: nil, watched: 0),
    ]
    batch.learnedNames = [
      LearnedName(
        name: try name("eastus.data.example.com"), state: .quarantined, firstSighted: time(1),
        lastSighted: time(2), sightings: 3, sources: ["a \"file\"\n", "é"], denials: 1, resolvedAt: nil)
    ]
    batch.publications = [
      try publication(of: set, 1, at: 100, [try address("2a01::5"), try address("20.1.2.3")])
    ]
    batch.setStates = [
      SetState(
        set: set, status: .held, heldReasons: ["it shrank"], checkedAt: time(100), maxStale: .seconds(604_800)
      )
    ]
    batch.positions = [
      FollowerPosition(path: "/var/log/dns.log", device: .max, inode: 1 << 63, head: [0, 1, 255], offset: 77)
    ]
    try await store.commit(batch)
    try store.close()

    let restored = try await scratch.open().restore()
    #expect(Set(restored.observations) == Set(batch.observations))
    #expect(restored.questions == batch.questions)
    #expect(restored.learnedNames == batch.learnedNames)
    #expect(restored.snapshots == [set: batch.publications[0].snapshot])
    #expect(restored.setStates == [set: batch.setStates[0]])
    #expect(restored.positions == batch.positions)
  }

  @Test func `A renewal replaces, a closing moves, and both in one batch leave it closed`() async throws {
    let scratch = try Scratch()
    let store = try scratch.open()
    let record = try key("a.example.com", "20.1.2.3")
    try await store.commit(at: 1) { $0.observations = [observation(record, first: 1, last: 1)] }
    try await store.commit(at: 2) { $0.observations = [observation(record, first: 1, last: 2, count: 2)] }
    #expect(try await store.restore().observations == [observation(record, first: 1, last: 2, count: 2)])
    let last = observation(record, first: 1, last: 3, count: 3)
    try await store.commit(at: 9) {
      $0.observations = [last]
      $0.closed = [(last, time(9))]
    }
    #expect(try await store.restore().observations.isEmpty)
    let intervals = try await store.intervals(for: record.name, in: always, limit: 9)
    #expect(intervals == [ObservedInterval(observation: last, until: time(9))])
  }

  @Test func `An interval that is closed and opened anew in one batch is both`() async throws {
    let scratch = try Scratch()
    let store = try scratch.open()
    let record = try key("a.example.com", "20.1.2.3")
    let (old, new) = (observation(record, first: 1, last: 2), observation(record, first: 50, last: 50))
    try await store.commit(at: 2) { $0.observations = [old] }
    try await store.commit(at: 50) {
      $0.closed = [(old, time(40))]
      $0.observations = [new]
    }
    let intervals = try await store.intervals(for: record.name, in: always, limit: 9)
    #expect(
      intervals == [
        ObservedInterval(observation: new, until: nil), ObservedInterval(observation: old, until: time(40)),
      ])
  }

  @Test func `The later of two states of an interval in one batch holds`() async throws {
    let scratch = try Scratch()
    let store = try scratch.open()
    let record = try key("a.example.com", "20.1.2.3")
    let last = observation(record, first: 1, last: 3, count: 3)
    try await store.commit(at: 3) { $0.observations = [observation(record, first: 1, last: 2), last] }
    #expect(try await store.restore().observations == [last])
  }

  @Test func `A closing that is told twice is stored once`() async throws {
    let scratch = try Scratch()
    let store = try scratch.open()
    let closed = observation(try key("a.example.com", "20.1.2.3"), first: 1, last: 3)
    for _ in 0..<2 { try await store.commit(at: 5) { $0.closed = [(closed, time(5))] } }
    #expect(try await store.intervals(for: closed.key.name, in: always, limit: 9).count == 1)
  }

  @Test(arguments: [0, 1, 3] as [Int64])
  func `A generation that does not follow the last one is refused`(number: Int64) async throws {
    let scratch = try Scratch()
    let store = try scratch.open()
    let (set, one) = (try setName("mcr"), try address("20.1.2.3"))
    try await store.commit(at: 1) { $0.publications = [try publication(of: set, 1, at: 1, [one])] }
    let error = HistoryError.generationOutOfOrder(
      set: set, expected: Generation(2), given: Generation(number))
    await #expect(throws: error) {
      try await store.commit(at: 2) {
        $0.publications = [try publication(of: set, number, at: 2, [one], after: [one])]
        $0.events = [Event(at: time(2), kind: "set.published", subject: "mcr", detail: "d")]
      }
    }
    #expect(try await store.events(kind: nil, limit: 1).isEmpty)
  }

  @Test func `A step that does not lead to the set is refused`() async throws {
    let scratch = try Scratch()
    let store = try scratch.open()
    let set = try setName("mcr")
    let all = [try address("20.1.2.3"), try address("20.1.2.4"), try address("20.1.2.5")]
    try await store.commit(at: 1) { $0.publications = [try publication(of: set, 1, at: 1, Array(all[..<2]))] }
    let good = try publication(of: set, 2, at: 2, Array(all[1...]), after: Array(all[..<2]))
    let wrong = [
      Publication(snapshot: good.snapshot, entered: [], left: good.left),
      Publication(snapshot: good.snapshot, entered: good.entered, left: []),
      Publication(snapshot: good.snapshot, entered: [IPPrefix(all[1])], left: good.left),
      Publication(snapshot: good.snapshot, entered: good.entered, left: [IPPrefix(all[1])]),
    ]
    for publication in wrong {
      await #expect {
        try await store.commit(at: 2) { $0.publications = [publication] }
      } throws: { error in
        if case .contradictoryPublication = error as? HistoryError { true } else { false }
      }
    }
    try await store.commit(at: 2) { $0.publications = [good] }
    #expect(try await store.currentSnapshot(of: set) == good.snapshot)
  }

  @Test func `A failed commit leaves nothing, and the numbers it gave out go to the right names afterwards`()
    async throws
  {
    let scratch = try Scratch()
    let store = try scratch.open()
    let (set, one) = (try setName("mcr"), try address("20.1.2.3"))
    let lost = observation(try key("lost.example.com", "20.1.2.3"), first: 1, last: 1)
    let kept = observation(try key("kept.example.com", "20.9.9.9"), first: 1, last: 1)
    await #expect(throws: HistoryError.self) {
      try await store.commit(at: 1) {
        $0.observations = [lost]
        $0.publications = [try publication(of: set, 7, at: 1, [one])]
      }
    }
    try await store.commit(at: 2) { $0.observations = [kept] }
    try await store.commit(at: 3) { $0.observations = [lost] }
    #expect(try await Set(store.restore().observations) == [kept, lost])
  }

  @Test func `A record that is neither address nor alias is refused by name`() async throws {
    let scratch = try Scratch()
    let store = try scratch.open()
    let odd = ObservationKey(
      name: try name("a.example.com"), vantage: Vantage("v"), owner: try name("a.example.com"), type: .txt,
      data: .other([1]))
    await #expect(throws: HistoryError.unsupportedRecord("TXT \\# 1 01")) {
      try await store.commit(at: 1) { $0.observations = [observation(odd, first: 1, last: 1)] }
    }
  }

  @Test func `Questions that are asked no more go, as do forgotten names`() async throws {
    let scratch = try Scratch()
    let store = try scratch.open()
    let question = Question(try name("a.example.com"), .a)
    let status = QuestionStatus(
      question: question, vantage: Vantage("v"), outcome: .nxDomain, askedAt: time(1), succeededAt: time(1),
      watched: 0)
    let learned = LearnedName(
      name: question.name, state: .admitted, firstSighted: time(1), lastSighted: time(1), sightings: 1,
      sources: [],
      denials: 0, resolvedAt: time(1))
    try await store.commit(at: 1) {
      $0.questions = [status]
      $0.learnedNames = [learned]
    }
    #expect(try await store.questions() == [status])
    #expect(try await store.learnedNames() == [learned])
    try await store.commit(at: 2) {
      $0.retiredQuestions = [(question, Vantage("v"))]
      $0.forgottenNames = [question.name]
    }
    #expect(try await store.questions().isEmpty)
    #expect(try await store.learnedNames().isEmpty)
  }

  @Test func `A decision of another process waits until the writer takes it up, and stays for ever`()
    async throws
  {
    let scratch = try Scratch()
    let writer = try scratch.open()
    let decider = try scratch.open(.decider)
    let decision = Decision(at: time(1), kind: .forget, subject: "20.1.2.3", reason: "not ours", by: "ops")
    let id = try await decider.record(decision)
    let stored = Decision(
      id: id, at: decision.at, kind: decision.kind, subject: decision.subject, reason: decision.reason,
      by: decision.by)
    #expect(try await writer.pendingDecisions() == [stored])
    try await writer.commit(at: 2) { $0.appliedDecisions = [id] }
    #expect(try await writer.pendingDecisions().isEmpty)
    #expect(try await decider.decisions(limit: 9) == [stored])
    try writer.close()
  }

  @Test func `Every number in the tables stands for something`() async throws {
    let scratch = try Scratch()
    let store = try scratch.open()
    try await store.commit(at: 1) {
      $0.observations = [observation(try key("a.example.com", "20.1.2.3"), first: 1, last: 1)]
      $0.rejections = [
        Rejection(key: try key("a.example.com", "10.0.0.1"), reason: .notGlobalUnicast, at: time(1))
      ]
      $0.publications = [try publication(of: try setName("mcr"), 1, at: 1, [try address("20.1.2.3")])]
    }
    #expect(try await store.value("SELECT count(*) FROM pragma_foreign_key_check") == 0)
  }
}
