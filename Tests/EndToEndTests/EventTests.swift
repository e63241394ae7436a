import Foundation
import TestTools
import Testing

extension EndToEnd {
  /// What happened, told in each way that there is.
  @Suite struct EventTests {
    private struct Told: Decodable {
      let id: Int
      let kind: String
      let subject: String
    }

    private struct Page: Decodable {
      let events: [Told]
      let next: Int?
    }

    @Test(
      "what happens is listed, followed, paged, streamed and posted, once each, and summed up in a digest")
    func tells() async throws {
      try await World.run { world in
        try await Tool.withFolder { folder in
          func file(_ name: String) -> String { folder.appending(path: name).path }
          func lines(_ name: String) -> [String] {
            let text = try? String(contentsOfFile: file(name), encoding: .utf8)
            return text?.split(separator: "\n").map(String.init) ?? []
          }
          let receiver = try await WebhookReceiver(in: folder)
          let hook = receiver.configuration(events: ["addresses.replaced", "upstream.failing"])
          try await Service.run(
            upstream: world.upstream, set: "retention: 3s, families: [ipv4]", rest: hook
          ) { service in
            try await service.startAndPublish()
            let follower = try ChildProgram(
              try Service.program(), ["events", "--follow", "--json", "--config", service.configuration],
              ChildProgram.Streams(output: file("followed"), errors: file("errors")))
            let stream = try ChildProgram(
              try ChildProgram.path("curl"),
              ["-sN", "-H", "Accept: text/event-stream", "http://127.0.0.1:\(service.port)/v1/events"],
              ChildProgram.Streams(output: file("streamed")))
            try await eventually("the stream's head") { lines("streamed").contains("retry: 5000") }

            try await service.awaitAnswers(60)
            try await world.move(to: ["150.171.74.1"])
            try await eventually("replaced addresses") {
              lines("followed").contains { $0.contains("addresses.replaced") }
            }
            try await world.fail()
            try await eventually("a failing upstream") {
              lines("followed").contains { $0.contains("upstream.failing") }
            }
            try await world.mend()
            try await eventually("a recovered upstream") {
              lines("followed").contains { $0.contains("upstream.recovered") }
            }
            try await eventually("the same on the stream") {
              lines("streamed").contains("event: upstream.recovered")
            }
            try await eventually("posted events") {
              receiver.posts.contains { $0.hasSuffix("upstream.failing world") }
                && receiver.posts.contains { $0.contains("addresses.replaced") }
            }

            // A stream that is open doesn't keep the service from stopping.
            let start = ContinuousClock.now
            #expect(await service.end() == 0)
            #expect(ContinuousClock.now - start < .seconds(5))
            #expect(try await stream.ended() == 0, "the stream ends as a whole response does")
            #expect(!follower.hasEnded)

            try await service.start()
            let all = try await Self.pages(service)
            try await eventually("the follower has all of them") {
              Self.decode(lines("followed")).count >= all.count
            }
            follower.signal(SIGTERM)
            try await follower.ended()
            let followed = Self.decode(lines("followed")).map(\.id)
            #expect(
              followed == followed.sorted() && Set(followed).count == followed.count, "each once, in order")
            let listed = try await service.postern("events", "--json", "--limit", "1000")
            #expect(Self.decode(listed.lines).map(\.id).starts(with: all.reversed()))
            let streamed = lines("streamed").compactMap { line in
              line.hasPrefix("id: ") ? Int(line.dropFirst("id: ".count)) : nil
            }
            #expect(streamed == streamed.sorted() && Set(streamed).isSubset(of: all))

            let posts = receiver.posts
            #expect(posts.allSatisfy { $0.hasPrefix("True ") }, "signatures: \(posts)")
            #expect(Set(posts).count == posts.count, "each once")
            #expect(
              posts.allSatisfy { $0.contains(" addresses.replaced ") || $0.contains(" upstream.failing ") })
            try await Self.expectDigest(service)
          }
        }
      }
    }

    @Test("what isn't an event is refused with what to try, and nothing found is told apart from an error")
    func refuses() async throws {
      try await World.run { world in
        try await Service.run(upstream: world.upstream) { service in
          try await service.startAndPublish()
          let wrong = try await service.postern("events", "--kind", "set.hold")
          #expect(wrong.status == 2 && wrong.errors.contains("Try: set.held"), "\(wrong.errors)")
          #expect(try await service.postern("events", "--limit", "0").status == 2)
          #expect(try await service.postern("events", "--kind", "set.stale").status == 5)
          #expect(try await service.postern("digest", "--since", "2099-01-01T00:00:00Z").status == 2)
          for query in ["limit=0", "limit=x", "after=-1", "before=x", "since=soon", "nonsense=1"] {
            #expect(try await service.get("/v1/events?\(query)").status == 400, "\(query)")
          }
        }
      }
    }

    /// The ids of all events, the newest first, read in small pages.
    private static func pages(_ service: Service) async throws -> [Int] {
      var ids = [Int]()
      var path = "/v1/events?limit=3"
      while true {
        let page = try JSONDecoder().decode(Page.self, from: try await service.get(path).body)
        ids += page.events.map(\.id)
        guard let next = page.next else { break }
        path = "/v1/events?limit=3&before=\(next)"
      }
      #expect(ids.count > 3 && ids == ids.sorted(by: >) && Set(ids).count == ids.count)
      let oldest = try #require(ids.last)
      let forwards = try JSONDecoder().decode(
        Page.self, from: try await service.get("/v1/events?limit=1000&after=\(oldest)").body)
      #expect(forwards.events.map(\.id).starts(with: ids.dropLast().reversed()))
      return ids
    }

    private static func decode(_ lines: [String]) -> [Told] {
      lines.compactMap { try? JSONDecoder().decode(Told.self, from: Data($0.utf8)) }
    }

    private static func expectDigest(_ service: Service) async throws {
      let digest = try await service.postern("digest", "--since", "1h")
      #expect(digest.status == 0, "\(digest.errors)")
      let parts = digest.text.split(separator: "\n\n")
      #expect(parts.count == 4, "\(digest.text)")
      for (part, heading) in zip(parts.dropFirst(), ["What changed", "What is at risk", "What to do"]) {
        #expect(part.hasPrefix(heading), "\(digest.text)")
      }
      #expect(digest.text.contains("set mcr: "), "\(digest.text)")
      #expect(
        digest.text.contains("a name gives none of the addresses any more that it had"), "\(digest.text)")
      #expect(digest.text.contains("world: "), "the upstream that failed is a risk: \(digest.text)")
    }
  }
}
