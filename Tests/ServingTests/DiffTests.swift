import Deciding
import Serving
import TestTools
import Testing

@Suite(.timeLimit(.minutes(10))) struct DiffTests {
  private static let before = (TestServer.at - .seconds(60)).seconds

  @Test("a difference between generations or moments is another than what was published then")
  func points() async throws {
    let (forth, back) = (
      "{\"set\":\"mcr\",\"from\":41,\"to\":42,\"entered\":[\"20.0.0.3\"],\"left\":[\"20.0.0.1\"]}\n",
      "{\"set\":\"mcr\",\"from\":42,\"to\":41,\"entered\":[\"20.0.0.1\"],\"left\":[\"20.0.0.3\"]}\n"
    )
    let whole = "{\"set\":\"mcr\",\"from\":0,\"to\":41,\"entered\":[\"20.0.0.1\",\"20.0.0.2\"],\"left\":[]}\n"
    let none = "{\"set\":\"mcr\",\"from\":42,\"to\":42,\"entered\":[],\"left\":[]}\n"
    let rows: [(String, String)] = [
      ("", forth), ("?from=41&to=42", forth), ("?from=41", forth), ("?to=42", forth),
      ("?from=\(Self.before)&to=42", forth), ("?from=1m", forth), ("?from=1m%20ago&to=0s", forth),
      ("?from=2026-11-23T08:59:00Z", forth), ("?from=42&to=41", back), ("?from=0&to=41", whole),
      // Before the first generation that the history has there was none.
      ("?from=2026-11-20&to=41", whole), ("?from=42&to=42", none), ("?from=41&format=json", forth),
    ]
    try await TestServer.run(["20.0.0.2", "20.0.0.3"], history: try PastTests.history()) { server in
      for (query, body) in rows {
        let reply = try await server.curl("/v1/sets/mcr/diff\(query)")
        #expect(reply.status == 200 && reply.text == body, "\(query): \(reply.text)")
      }
      let text = try await server.curl("/v1/sets/mcr/diff?from=41&format=text")
      #expect(text.text == "mcr: generation 41 to 42\n+ 20.0.0.3\n- 20.0.0.1\n")
      #expect(text.fields["content-type"] == "text/plain; charset=utf-8")
      let same = try await server.curl("/v1/sets/mcr/diff?from=42&format=text")
      #expect(same.text == "mcr: generation 42 to 42\nno difference\n")
    }
  }

  @Test("who holds the same difference is sent it again, or a HEAD has a body")
  func cached() async throws {
    try await TestServer.run(["20.0.0.2", "20.0.0.3"], history: try PastTests.history()) { server in
      let path = "/v1/sets/mcr/diff?from=41&to=42"
      let whole = try await server.curl(path)
      let tag = try #require(whole.fields["etag"])
      #expect(whole.fields["cache-control"] == "no-cache" && whole.fields["x-postern-generation"] == "42")
      let again = try await server.curl(path, ["-H", "If-None-Match: \(tag)"])
      #expect(again.status == 304 && again.body.isEmpty && again.fields["etag"] == tag)
      let head = try await server.curl(path, ["--head"])
      #expect(head.status == 200 && head.fields["etag"] == tag)
      #expect(head.fields["content-length"] == "\(whole.body.count)")
      let other = try await server.curl("/v1/sets/mcr/diff?from=42&to=41", ["-H", "If-None-Match: \(tag)"])
      #expect(other.status == 200 && other.fields["etag"] != tag)
      #expect(try await server.curl(path, ["-X", "POST"]).status == 405)
    }
  }

  @Test("what can't be told is answered with an empty difference, or without what to try")
  func refused() async throws {
    var history = try PastTests.history()
    history.keptSince = TestServer.at - .seconds(3600)
    let rows: [(path: String, status: Int, text: String)] = [
      ("mcr/diff?from=soon", 400, "from is no point in the past. Try: the number of a generation, or 2026-"),
      ("mcr/diff?to=-1", 400, "to is no point in the past. Try: "),
      ("mcr/diff?to=007", 400, "to is no point in the past. Try: "),
      ("mcr/diff?from=", 400, "from is no point in the past. Try: "),
      ("mcr/diff?since=41", 400, "a parameter is unknown here. Try: from, to, format"),
      ("mcr/diff?from=41&from=42", 400, "from is given twice"),
      ("mcr/diff?format=cof", 400, "format is unknown here. Try: json or text"),
      ("other/diff", 404, "there is no such set. Try: the list at /v1/sets"),
      ("mcr/diff?to=43", 404, "there is no generation 43 yet, the newest is 42. Try: 0 to 42"),
      ("mcr/diff?from=43&to=42", 404, "there is no generation 43 yet"),
      (
        "mcr/diff?from=7", 410,
        "generation 7 is not kept any more, only the last ones and what is since 2026-"
      ),
      ("mcr/diff?to=41", 410, "generation 40 is not kept any more"),
      (
        "mcr/diff?from=2020-01-01", 410, "2020-01-01T00:00:00Z is not kept any more, only what is since 2026-"
      ),
      (
        "mcr/diff?from=41&to=2h", 410, " is not kept any more, only what is since 2026-11-23T08:00:00Z. Try: "
      ),
      ("pending/diff", 503, "the set has no trustworthy content yet. Try: again later"),
    ]
    try await TestServer.run(["20.0.0.2", "20.0.0.3"], history: history) { server in
      for (path, status, text) in rows {
        let reply = try await server.curl("/v1/sets/\(path)")
        #expect(reply.status == status && reply.text.contains(text), "\(path): \(reply.status) \(reply.text)")
      }
    }
    try await TestServer.run(history: ScriptedHistory(isBroken: true)) { server in
      let reply = try await server.curl("/v1/sets/mcr/diff")
      #expect(reply.status == 503 && reply.fields["retry-after"] != nil)
    }
  }

  @Test("who may not read a set may read how it differed")
  func restricted() async throws {
    let principals = [
      TestServer.principal("one", "one-secret", scopes: [.readSet(try #require(SetName("mcr")))]),
      TestServer.principal("two", "two-secret", scopes: [.readSet(try #require(SetName("pending")))]),
    ]
    try await TestServer.run(
      ["20.0.0.2", "20.0.0.3"], history: try PastTests.history(), principals: principals, isRestricted: true
    ) { server in
      for (header, status) in [("X: y", 401), ("Authorization: Bearer two-secret", 403)]
        + [("Authorization: Bearer one-secret", 200)]
      {
        let reply = try await server.curl("/v1/sets/mcr/diff", ["-H", header])
        #expect(reply.status == status, "\(header): \(reply.text)")
      }
    }
  }
}
