import DNS
import Deciding
import GRDB
import Schema
import Testing

@testable import Recording

@Suite struct SightingStoreTests {
  private static func source(_ source: String, _ count: Int64) -> SourceSighting {
    SourceSighting(source: source, first: time(1), last: time(count), count: count)
  }

  @Test func `Who saw a name, what nobody watches, and how sources do are read back as they were told`()
    async throws
  {
    let scratch = try Scratch()
    let store = try scratch.open()
    let seen = NameSightings(
      name: try name("eastus.data.mcr.microsoft.com"),
      sources: [Self.source("dnsmasq:/l", 3), Self.source("office", 4)])
    let uncovered = [
      UncoveredName(
        name: try name("new.mcr.microsoft.com"), relation: .sameParent, sources: [Self.source("office", 2)]),
      UncoveredName(
        name: try name("other.example"), relation: .sameTarget(try name("mcr-0001.mcr-msedge.net")),
        sources: [Self.source("office", 5)]),
      UncoveredName(
        name: try name("redirected.example"), relation: .redirect(from: try name("mcr.microsoft.com")),
        sources: []),
      UncoveredName(
        name: try name("token.example"), relation: .tokenHost(of: try name("mcr.microsoft.com")),
        sources: []),
    ]
    var report = SourceReport(label: "dnsmasq:/l", kind: "dnsmasq")
    report.items = 7
    report.refused = ["notHostname": 2]
    report.samples = [RefusedSample(fault: "notHostname", text: "a \"quoted\" line")]
    report.rate = 12.5
    report.offset = 4096
    report.lastItemAt = time(3)
    try await store.commit(at: 5) {
      $0.sightings = [seen]
      $0.uncoveredNames = uncovered
      $0.sourceReports = [report]
    }
    #expect(try await store.sightings() == [seen])
    #expect(try await store.uncoveredNames() == uncovered)
    #expect(try await store.sourceReports() == [StoredSourceReport(report: report, at: time(5))])
    let restored = try await store.restore()
    #expect(restored.sightings == [seen] && restored.uncoveredNames == uncovered)
    try await store.commit(at: 6) {
      $0.forgottenNames = [seen.name, try name("never.stored.example")]
      $0.dismissedNames = [try name("other.example")]
    }
    #expect(try await store.sightings().isEmpty)
    #expect(try await store.uncoveredNames().map(\.name.text).first == "new.mcr.microsoft.com")
    #expect(try await store.uncoveredNames().count == 3)
    let rows: Int64? = try await store.value("SELECT count(*) FROM name WHERE fqdn = 'never.stored.example'")
    #expect(rows == 0, "forgetting what was never stored must store nothing")
  }

  @Test func `When a question is asked next is read back`() async throws {
    let scratch = try Scratch()
    let store = try scratch.open()
    var status = QuestionStatus(
      question: Question(try name("a.example.com"), .a), vantage: Vantage("v"), outcome: .answer,
      askedAt: time(1), succeededAt: time(1), watched: 0)
    status.due = time(61)
    try await store.commit(at: 1) { $0.questions = [status] }
    #expect(try await store.questions() == [status])
    status.due = nil
    try await store.commit(at: 2) { $0.questions = [status] }
    #expect(try await store.questions() == [status])
  }

  @Test func `Whatever failed is among the failing questions, and nothing else`() async throws {
    let scratch = try Scratch()
    let store = try scratch.open()
    let outcomes: [Outcome] = [.answer, .noData, .nxDomain] + FailureKind.allCases.map(Outcome.failure)
    let all = try outcomes.enumerated().map { number, outcome in
      QuestionStatus(
        question: Question(try name("n\(number).example.com"), .a), vantage: Vantage("v"), outcome: outcome,
        askedAt: time(1), succeededAt: nil, watched: 0)
    }
    try await store.commit(at: 1) { $0.questions = all }
    let failing = try await store.failingQuestions()
    #expect(Set(failing) == Set(all.filter { !$0.outcome.isSuccess }))
  }

  @Test func `A history of the first version keeps all that it holds when it is brought up to date`()
    async throws
  {
    let scratch = try Scratch()
    let first = try #require(Schema.migrations.first)
    let queue = try DatabaseQueue(path: scratch.path)
    try await queue.writeWithoutTransaction { db in
      try db.execute(sql: "PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL")
      try db.execute(sql: first.sql)
      try db.execute(
        sql: """
          PRAGMA application_id = 0x504F5354; PRAGMA user_version = 1;
          INSERT INTO name (id, fqdn, rkey) VALUES (1, 'a.example.com', 'com.example.a');
          INSERT INTO vantage (id, label) VALUES (1, 'v');
          INSERT INTO question VALUES (1, 1, 1, 'answer', 1007, 1007, 5);
          INSERT INTO event (at, kind, subject, detail) VALUES (1, 'set.held', 'mcr', 'x');
          """)
    }
    try queue.close()
    #expect(throws: HistoryError.older(path: scratch.path, version: 1, supported: Schema.version)) {
      try scratch.open(.reader)
    }
    let store = try scratch.open()
    let statuses = try await store.questions()
    #expect(statuses.map(\.question.name.text) == ["a.example.com"] && statuses.first?.due == nil)
    #expect(try await store.events(kind: "set.held", limit: 5).count == 1)
    #expect(try await store.events(kind: "set.stale", limit: 5).isEmpty)
    #expect(try scratch.value("PRAGMA user_version") == Int64(Schema.version))
  }
}
