import DNS
import Deciding
import Foundation
import TestTools
import Testing

@testable import Serving

@Suite(.timeLimit(.minutes(2))) struct EventPageTests {
  static var history: ScriptedHistory {
    var history = ScriptedHistory()
    history.happened = (1...5).map {
      StoredEvent(
        id: $0,
        event: Event(
          at: Timestamp(seconds: 1_795_424_400 + $0), kind: $0 == 5 ? .setHeld : .nameGone, subject: "n\($0)",
          detail: "it \"quotes\"\nand breaks"))
    }
    var report = VantageReport(label: "10.0.0.53")
    report.fault = .denial
    report.addresses = 4
    report.unique = 1
    history.vantages = [(report, Timestamp(seconds: 1_795_424_400))]
    return history
  }

  private func jq(_ filter: String, _ text: String) async throws -> [String] {
    try await Tool.run("jq", ["-c", filter], input: Array(text.utf8)).lines
  }

  @Test("events are paged, the newest first, and the next page begins where one ended")
  func pages() async throws {
    try await TestServer.run(history: Self.history) { server in
      let first = try await server.curl("/v1/events?limit=3")
      #expect(try await jq("[.events[].id], .next", first.text) == ["[5,4,3]", "3"])
      let second = try await server.curl("/v1/events?limit=3&before=3")
      #expect(try await jq("[.events[].id], .next", second.text) == ["[2,1]", "null"])
      let held = try await server.curl("/v1/events?kind=set.held,set.stale")
      #expect(
        try await jq(".events[]|[.kind,.severity,.subject]", held.text) == [#"["set.held","warning","n5"]"#])
    }
  }

  @Test(
    "what makes no sense is refused",
    arguments: ["limit=0", "limit=x", "after=-1", "before=x", "since=yesterday", "what=1", "after=1&after=2"])
  func refused(query: String) async throws {
    try await TestServer.run(history: Self.history) { server in
      let reply = try await server.curl("/v1/events?\(query)")
      #expect(reply.status == 400)
    }
  }

  @Test("the stream goes on behind the last event that a client has, one event a message")
  func stream() async throws {
    try await TestServer.run(history: Self.history) { server in
      let text = try await Tool.shell(
        "curl -sN -m 2 -H 'Accept: text/event-stream' -H 'Last-Event-ID: 3' 'http://127.0.0.1:\(server.port)/v1/events' || true"
      ).lines
      #expect(text.filter { $0.hasPrefix("id: ") } == ["id: 4", "id: 5"])
      #expect(text.filter { $0.hasPrefix("event: ") } == ["event: name.gone", "event: set.held"])
      #expect(text.filter { $0.hasPrefix("data: ") }.count == 2)
      // Without one it begins now, also when it remembers another history.
      for field in ["Accept: text/event-stream", "Last-Event-ID: 999"] {
        let none = try await Tool.shell(
          "curl -sN -m 2 -H 'Accept: text/event-stream' -H '\(field)' 'http://127.0.0.1:\(server.port)/v1/events' || true"
        ).lines
        #expect(!none.contains { $0.hasPrefix("id: ") })
      }
    }
  }

  @Test("vantages tell why they are set aside, and how much only they give")
  func vantages() async throws {
    try await TestServer.run(history: Self.history) { server in
      let reply = try await server.curl("/v1/vantages")
      #expect(
        try await jq(
          ".vantages[]|[.vantage,.state,.set_aside_for,.unique_addresses,.unique_share]", reply.text)
          == [#"["10.0.0.53","aside","denial",1,0.25]"#])
    }
  }

  @Test("a broken history is ours to repair, and says nothing else")
  func broken() async throws {
    var history = Self.history
    history.isBroken = true
    try await TestServer.run(history: history) { server in
      for path in ["/v1/events", "/v1/vantages"] {
        let reply = try await server.curl(path)
        #expect(reply.status == 503)
      }
    }
  }
}
