import Deciding
import Foundation
import Serving
import TestTools
import Testing

@testable import struct Serving.ConsumerReport

@Suite(.timeLimit(.minutes(2))) struct ConsumerTests {
  private static let now = Timestamp(seconds: 1_795_424_400)

  private static func report(
    polls: Int64 = 100, interval: Int64 = 60, last: Int64 = 0, generation: Int64? = 42
  ) throws -> ConsumerReport {
    ConsumerReport(
      set: try #require(SetName("mcr")), principal: "192.0.2.7", agent: "curl/8",
      first: now - .seconds(last + 86_400),
      last: now - .seconds(last), generation: generation.map { Generation($0) }, fetchedAt: now, polls: polls,
      interval: .seconds(interval))
  }

  @Test(
    "a consumer is told to have stopped after three of its intervals, and to be behind when it polls and doesn't fetch",
    arguments: [
      (100, 60, 0, 42, ConsumerReport.State.following), (100, 60, 179, 42, .following),
      (100, 60, 181, 42, .stopped),
      (100, 3600, 3 * 3600, 42, .following), (100, 3600, 3 * 3600 + 1, 42, .stopped),
      (100, 1, 59, 42, .following),
      (4, 60, 1000, 42, .unknown), (100, 0, 1000, 42, .unknown), (100, 60, 8 * 86_400, 42, .gone),
      (100, 60, 10, 41, .behind), (100, 7200, 10, 41, .following), (100, 60, 10, 43, .following),
    ] as [(Int64, Int64, Int64, Int64, ConsumerReport.State)])
  func states(polls: Int64, interval: Int64, last: Int64, generation: Int64, state: ConsumerReport.State)
    throws
  {
    let report = try Self.report(polls: polls, interval: interval, last: last, generation: generation)
    let published = Self.now - .seconds(3600)
    #expect(report.state(at: Self.now, current: Generation(42), published: published) == state)
    let warning = report.warning(at: Self.now, current: Generation(42), published: published)
    #expect((warning != nil) == (state == .stopped || state == .behind))
  }

  @Test("each fetch is remembered on either path with who, what and how often; looking is no fetching")
  func remembers() async throws {
    let consumers = ConsumerLog()
    try await TestServer.run(consumers: consumers) { server in
      for _ in 1...3 { _ = try await server.curl("/v1/sets/mcr.txt", ["-A", "fortigate"]) }
      _ = try await server.curl("/v1/sets/mcr.txt", ["-A", "fortigate", "-H", "If-None-Match: *"])
      _ = try await server.curl("/v1/sets/mcr/version", ["-A", "looker"])
      _ = try await server.curl("/v1/sets/mcr.txt", ["-A", "head", "-I"])
      _ = try await server.curl("/v1/sets/mcr.txt.sha256", ["-A", "side"])
      _ = try await server.curl("/v1/sets/mcr.txt?family=5", ["-A", "refused"])
      _ = try await server.curl("/v1/sets/pending.txt", ["-A", "refused"])
      _ = try await server.curl("/v1/sets/mcr/snapshots/42.txt", ["-A", "old"])
      _ = try await server.curl("/v1/sets/mcr/changes?since=42", ["-A", "delta"])
      let rows = try await Tool.run(
        "jq", ["-c", ".consumers[] | [.set,.principal,.agent,.generation,.polls,.lag,.state]"],
        input: Array(try await server.curl("/v1/consumers").body))
      #expect(
        rows.lines == [
          "[\"mcr\",\"127.0.0.1\",\"delta\",42,1,0,\"unknown\"]",
          "[\"mcr\",\"127.0.0.1\",\"fortigate\",42,4,0,\"unknown\"]",
          "[\"mcr\",\"127.0.0.1\",\"looker\",null,1,null,\"unknown\"]",
        ])
      try server.sets.publish(TestServer.published(["20.0.0.9"], generation: 44))
      let text = try await server.curl("/metrics").text
      #expect(text.contains("postern_consumer_generation_lag{set=\"mcr\",principal=\"127.0.0.1\"} "))
      #expect(text.contains("postern_consumer_age_seconds{set=\"mcr\",principal=\"127.0.0.1\"} 0\n"))
      let stored = ConsumerText.json(consumers.reports, nil, at: Self.now)
      #expect(ConsumerText.reports(stored)?.count == 3)
      let restored = ConsumerLog()
      restored.restore(ConsumerText.reports(stored) ?? [])
      #expect(restored.reports.map(\.agent) == ["delta", "fortigate", "looker"])
    }
  }

  @Test("made-up agents push one another out, bounded in number and length, and the text stays JSON")
  func bounded() async throws {
    let consumers = ConsumerLog(most: 20)
    try await TestServer.run(consumers: consumers) { server in
      for number in 0..<60 {
        let agent = "\(number)\"\\<é" + String(repeating: "x", count: 500)
        _ = try await server.curl("/v1/sets/mcr.txt", ["-A", agent])
      }
      let reports = consumers.reports
      #expect((10...20).contains(reports.count))
      #expect(reports.allSatisfy { $0.agent.utf8.count <= 200 })
      let outcome = try await Tool.run(
        "jq", [".consumers | length"], input: Array(try await server.curl("/v1/consumers").body))
      #expect(outcome.lines == ["\(reports.count)"])
    }
  }
}
