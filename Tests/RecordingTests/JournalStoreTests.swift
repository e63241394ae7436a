import DNS
import Deciding
import Foundation
import GRDB
import Testing

@testable import Recording

@Suite struct JournalStoreTests {
  @Test func `Each kind of step reads back as it was written, over a new opening too`() async throws {
    let scratch = try Scratch()
    let store = try scratch.open()
    let start = try await store.startJournal(try circumstances(), by: "root", at: time(1))
    #expect(start == 2)
    let id = try await store.record(
      Decision(at: time(1), kind: .forget, subject: "20.1.2.3", reason: "moved", by: "anna"))
    let decision = try #require(try await store.decisions(limit: 1).first)
    #expect(decision.id == id)
    let question = Question(try name("a.example.com"), .a)
    let owner = try name("edge.example.net")
    let answer = JournalAnswer(
      outcome: .answer,
      records: [
        ResourceRecord(owner: question.name, type: .cname, ttl: TTL(wire: 30), data: .name(owner)),
        ResourceRecord(owner: owner, type: .a, ttl: TTL(wire: 0), data: .address(try address("20.1.2.3"))),
      ])
    let contents: [JournalContent] = [
      .lookup(question, Vantage("one"), answer),
      .lookup(
        Question(question.name, .aaaa), Vantage("a b"),
        JournalAnswer(outcome: .failure(.timeout), records: [])),
      .decided, .tracked(owner), .untracked(owner), .vantages([Vantage("one"), Vantage("two\n")]),
      .tap(Vantage("tap"), isLive: true), .tap(Vantage("tap"), isLive: false), .swept, .decision(decision),
    ]
    var entries = contents.enumerated().map { index, content in
      JournalEntry(number: Int64(index) + 2, at: time(2), last: time(2), count: 1, content: content)
    }
    let before = entries
    try await store.commit(at: 2) { $0.journal = before }
    // A run that went on replaces what was stored of it.
    entries[0] = JournalEntry(number: 2, at: time(2), last: time(9), count: 4, content: contents[0])
    let longer = entries[0]
    try await store.commit(at: 9) { $0.journal = [longer] }
    try store.close()
    let read = try await scratch.open(.reader).journal(after: 1, limit: 100)
    #expect(read == entries)
    #expect(try await scratch.open(.reader).journal(after: 9, limit: 2).map(\.number) == [10, 11])
  }

  @Test func `What is under way at a checkpoint, and the service tags of then, read back as they were`()
    async throws
  {
    let scratch = try Scratch()
    let store = try scratch.open()
    let tag = ServiceTag(
      name: try #require(TagName("A")), change: 10, prefixes: [try #require(IPPrefix("20.0.0.0/16"))])
    let file = ServiceTagFile(cloud: .publicCloud, change: 1, tags: [tag])
    _ = try await store.importTags(
      file, TagOrigin(source: "file", asOf: time(1), at: time(1), by: "ops"), isForced: false)
    let book = try await store.currentTags()
    var circumstances = try circumstances()
    let number = try await store.startJournal(circumstances, by: "root", at: time(1))
    let asked = try name("a.example.com")
    circumstances.tags = book
    circumstances.networks = [
      asked: [try #require(IPPrefix("20.0.1.0/24")), try #require(IPPrefix("2603::/48"))]
    ]
    var standing = JournalStanding()
    standing.waiting = [
      WaitingAddress(
        name: asked, address: try address("66.6.6.6"), since: time(3), vantages: [Vantage("one")],
        isLetIn: true)
    ]
    standing.forgotten = [try setName("mcr"): [try address("20.1.2.3")]]
    standing.unasked = [
      try setName("mcr"): [UnaskedQuestion(question: Question(asked, .aaaa), vantage: Vantage("two"))]
    ]
    circumstances.standing = standing
    let contents: [JournalContent] = [.tags(book), .undecided, .checkpoint(circumstances)]
    let entries = contents.enumerated().map { index, content in
      JournalEntry(number: number + Int64(index), at: time(4), last: time(4), count: 1, content: content)
    }
    try await store.commit(at: 4) { $0.journal = entries }
    // That the file is still the current one, as was found later, was not known then.
    _ = try await store.importTags(
      file, TagOrigin(source: "file", asOf: time(9), at: time(9), by: "ops"), isForced: false)
    let read = try await store.journal(after: number - 1, limit: 9)
    #expect(read == entries)
  }

  @Test func `The limits of a start read back, and one of before the probation was noted has the default`()
    async throws
  {
    let scratch = try Scratch()
    let store = try scratch.open()
    let limits = Limits(
      queriesPerSecond: 1, outstanding: 2, namesPerPattern: 3, addressesPerName: 4, probation: .seconds(5))
    _ = try await store.startJournal(try circumstances(limits: limits), by: "root", at: time(1))
    #expect(try await started(store) == limits)
    try await store.write { db in
      try db.execute(sql: "UPDATE journal SET detail = json_remove(detail, '$.probation')")
    }
    let old = Limits(queriesPerSecond: 1, outstanding: 2, namesPerPattern: 3, addressesPerName: 4)
    #expect(try await started(store) == old)
  }

  private func started(_ store: HistoryStore) async throws -> Limits? {
    guard case .started(let circumstances) = try await store.journal(after: 0, limit: 1).first?.content else {
      return nil
    }
    return circumstances.limits
  }

  @Test func `A step that was refused once is not lost when later ones were stored before it`() async throws {
    let scratch = try Scratch()
    let store = try scratch.open()
    let number = try await store.startJournal(try circumstances(), by: "root", at: time(1))
    let entries = (0..<2).map { index in
      JournalEntry(number: number + index, at: time(2), last: time(2), count: 1, content: .swept)
    }
    try await store.commit(at: 2) { $0.journal = [entries[1]] }
    try await store.commit(at: 3) { $0.journal = [entries[0]] }
    #expect(try await store.journal(after: number - 1, limit: 9) == entries)
  }

  @Test func `A start has all that is known beside it, and a policy is noted when it is another`()
    async throws
  {
    let scratch = try Scratch()
    let store = try scratch.open()
    let set = try setName("mcr")
    let seen = observation(try key("a.example.com", "20.1.2.3"), first: 1, last: 4)
    let first = try publication(of: set, 1, at: 3, [try address("20.1.2.3")])
    let status = QuestionStatus(
      question: Question(try name("a.example.com"), .a), vantage: Vantage("upstream"), outcome: .answer,
      askedAt: time(4), succeededAt: time(4), watched: 3000)
    try await store.commit(at: 4) { batch in
      batch.observations = [seen]
      batch.questions = [status]
      batch.publications = [first]
    }
    _ = try await store.startJournal(try circumstances(), by: "root", at: time(5))
    let state = try #require(try await store.journalState(beside: 1))
    #expect(state.observations == [seen])
    #expect(state.questions == [status])
    #expect(state.snapshots == [set: first.snapshot])
    let entry = try #require(try await store.journal(after: 0, limit: 1).first)
    #expect(entry.content == .started(try circumstances()))
    // A start that nothing followed makes room for the next: a service that crashes again and again fills no disk.
    for moment in 6..<20 {
      _ = try await store.startJournal(try circumstances(), by: "root", at: time(Int64(moment)))
    }
    #expect(try await store.value("SELECT count(*) FROM journal") == 1)
    #expect(try await store.value("SELECT count(*) FROM state_interval") == 1)
    let decisions = try await store.decisions(limit: 9)
    #expect(decisions.map(\.kind) == [.configure])
    #expect(decisions[0].by == "root" && decisions[0].subject == "mcr" && decisions[0].policy != nil)
    _ = try await store.startJournal(try circumstances(retention: 60), by: "anna", at: time(30))
    #expect(try await store.decisions(limit: 9).map(\.by) == ["anna", "root"])
    #expect(try await store.pendingDecisions().isEmpty)
  }

  @Test func `A set that left the configuration, was disabled or came back is noted once, with who and why`()
    async throws
  {
    let scratch = try Scratch()
    let store = try scratch.open()
    let (mcr, other) = (try policy("mcr"), try policy("other"))
    let starts: [(policies: [SetPolicy], disabled: [SetName], by: String)] = [
      ([mcr, other], [], "root"), ([mcr], [], "anna"), ([mcr], [], "anna"), ([mcr, other], [], "ben"),
      ([mcr], [other.name], "anna"), ([mcr], [], "root"),
      ([mcr, try policy("other", retention: 60)], [], "ben"),
      ([try policy("mcr", retention: 60)], [], "root"),
    ]
    for (index, start) in starts.enumerated() {
      let told = JournalCircumstances(
        vantages: [Vantage("one")], taps: [:], limits: Limits(), policies: start.policies)
      let at = time(Int64(index) * 60)
      let number = try await store.startJournal(told, disabled: start.disabled, by: start.by, at: at)
      let entry = try #require(try await store.journal(after: number - 2, limit: 1).first)
      #expect(entry.content == .started(told), "start \(index) reads back otherwise")
    }
    let noted = try await store.decisions(limit: 99).reversed().map {
      "\($0.at.seconds / 60) \($0.kind) \($0.subject) \($0.reason) \($0.by) \($0.policy != nil)"
    }
    #expect(
      noted == [
        "0 configure mcr configuration: set added root true",
        "0 configure other configuration: set added root true",
        "1 configure other configuration: set removed anna false",
        "3 configure other configuration: set added ben true",
        "4 configure other configuration: set disabled anna false",
        "6 configure other configuration: set added ben true",
        "7 configure mcr configuration: set changed root true",
        "7 configure other configuration: set removed root false",
      ])
    #expect(try await store.pendingDecisions().isEmpty)
  }

  @Test func `Of many starts the newest keep their state, and a replay can begin at each that does`()
    async throws
  {
    let scratch = try Scratch()
    let store = try scratch.open()
    var number: Int64 = 0
    for moment in 1...40 as ClosedRange<Int64> {
      number = try await store.startJournal(try circumstances(), by: "root", at: time(moment * 60))
      let step = JournalEntry(
        number: number, at: time(moment * 60), last: time(moment * 60), count: 1, content: .swept)
      try await store.commit(at: moment * 60) { $0.journal = [step] }
    }
    #expect(try await store.value("SELECT count(*) FROM journal WHERE mark = 'restart'") == 23)
    #expect(try await store.replayStart(at: nil)?.number == 1)
    #expect(try await store.replayStart(at: time(30 * 60))?.number == 59)
    let hasState = try await store.journalState(beside: 3) != nil
    #expect(!hasState)
    let entries = try await store.journal(after: 0, limit: 1000)
    #expect(entries.count { if case .started = $0.content { true } else { false } } == 40)
  }

  @Test
  func `A policy reads back as it was written, and tells since when and by whom an address is excluded`()
    async throws
  {
    let scratch = try Scratch()
    let store = try scratch.open()
    func begin(_ excluded: [String], at moment: Int64, by user: String) async throws -> SetPolicy {
      let policy = SetPolicy(
        name: try setName("mcr"), selectors: [.name(try name("a.example.com"))],
        guards: GuardPolicy(widestIPv4: 12, widestIPv6: 28),
        exclusions: try excluded.map { Exclusion(try #require(IPPrefix($0)), reason: "ticket \"7\"") })
      _ = try await store.startJournal(
        JournalCircumstances(vantages: [], taps: [:], limits: Limits(), policies: [policy]), by: user,
        at: time(moment))
      return policy
    }
    _ = try await begin(["20.0.0.0/24"], at: 1, by: "anna")
    _ = try await begin([], at: 2, by: "berta")
    _ = try await begin(["20.0.0.5"], at: 3, by: "cora")
    let policy = try await begin(["20.0.0.0/16", "21.0.0.0/8"], at: 4, by: "dora")
    let json = try #require(try await store.decisions(limit: 1).first?.policy)
    #expect(try JSONDecoder().decode(StoredPolicy.self, from: Data(json.utf8)).policy == policy)

    func told(_ text: String, _ moment: Int64? = nil) async throws -> [String] {
      try await store.exclusions(of: try address(text), at: moment.map(time)).map {
        "\($0.set) \($0.exclusion.prefix) \($0.since == time(3) ? "3" : $0.since == time(4) ? "4" : "1") \($0.by)"
      }
    }
    #expect(try await told("20.0.0.5") == ["mcr 20.0.0.0/16 3 cora"], "cut out since the narrower one")
    #expect(try await told("20.0.0.6") == ["mcr 20.0.0.0/16 4 dora"])
    #expect(try await told("22.0.0.6") == [])
    #expect(try await told("20.0.0.6", 1) == ["mcr 20.0.0.0/24 1 anna"])
    #expect(try await told("20.0.0.6", 2) == [])
    #expect(try await told("20.0.0.6", 3) == [])
    #expect(try await told("20.0.0.5", 0) == [])
  }

  private func circumstances(retention: Int64 = 3600, limits: Limits = Limits()) throws
    -> JournalCircumstances
  {
    JournalCircumstances(
      vantages: [Vantage("one")], taps: [Vantage("tap"): true], limits: limits,
      policies: [try policy("mcr", retention: retention)])
  }

  private func policy(_ set: String, retention: Int64 = 3600) throws -> SetPolicy {
    SetPolicy(
      name: try setName(set),
      selectors: [.name(try name("a.example.com")), .pattern(try NamePattern("*.data.example.com"))],
      seeds: [try name("x.data.example.com")], families: [.ipv4], retention: .seconds(retention),
      guards: GuardPolicy(shrink: 0.25, allowSpecial: [try #require(IPPrefix("10.0.0.0/8"))]),
      expectedAliasSuffixes: [try name("example.net")],
      tagRules: TagRules(expected: [try #require(TagName("AzureFrontDoor.FirstParty"))]))
  }
}
