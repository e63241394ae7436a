import DNS
import Deciding
import Foundation
import Serving
import Testing

@Suite(.timeLimit(.minutes(5))) struct AccessTests {
  static let all = TestServer.principal("all", "read-secret", "next-secret", scopes: [.read])
  static let one = TestServer.principal(
    "one", "mcr-secret", scopes: [SetName("mcr").map { .readSet($0) } ?? .read])
  static let other = TestServer.principal(
    "other", "pending-secret", scopes: [SetName("pending").map { .readSet($0) } ?? .read])
  static let ops = TestServer.principal("ops", "ops-secret", scopes: [.sightings, .operate])
  static let principals = [all, one, other, ops]

  @Test(
    "restricted reading opens to each way of giving a known secret, and to nothing else",
    arguments: [
      ([], "", 401), (["-u", "any:read-secret"], "", 200), (["-u", "any:wrong"], "", 401),
      (["-H", "Authorization: Bearer read-secret"], "", 200),
      (["-H", "Authorization: Bearer wrong"], "", 401),
      (["-H", "Authorization: Bearer next-secret"], "", 200),
      (["-H", "X-Postern-Token: read-secret"], "", 200), (["-H", "x-postern-token: wrong"], "", 401),
      ([], "/t/read-secret", 200), ([], "/t/wrong", 401), ([], "/t/next-secret", 200), ([], "/t/", 404),
      (["-H", "Authorization: Bearer mcr-secret"], "", 200),
      (["-H", "Authorization: Bearer pending-secret"], "", 403),
      (["-H", "Authorization: Bearer ops-secret"], "", 403),
      (["-H", "Authorization: Bearer"], "", 401), (["-H", "Authorization: Digest read-secret"], "", 401),
      (["-H", "Authorization: Basic ????"], "", 401),
      (["-H", "Authorization: Bearer read-secret "], "", 200),
      (["-H", "Authorization: Bearer READ-SECRET"], "", 401),
    ] as [([String], String, Int)])
  func ways(arguments: [String], prefix: String, status: Int) async throws {
    try await TestServer.run(principals: Self.principals, isRestricted: true) { server in
      // Twice: the first answer comes from Hummingbird's side, the second from the hot path.
      for _ in 1...2 {
        let reply = try await server.curl("\(prefix)/v1/sets/mcr.txt", arguments)
        #expect(reply.status == status)
        #expect((reply.fields["www-authenticate"] != nil) == (status == 401))
        #expect(reply.text.contains("150.171.69.10") == (status == 200))
        if status == 200 {
          let tag = try #require(reply.fields["etag"])
          let again = try await server.curl(
            "\(prefix)/v1/sets/mcr.txt", arguments + ["-H", "If-None-Match: \(tag)"])
          #expect(again.status == 304)
        }
      }
    }
  }

  @Test("somebody without a token gets nothing of what somebody with one made ready")
  func hotPathIsClosed() async throws {
    try await TestServer.run(principals: Self.principals, isRestricted: true) { server in
      let ask = "GET /v1/sets/mcr.txt HTTP/1.1\r\nHost: x\r\n"
      let good = ask + "Authorization: Bearer read-secret\r\n\r\n"
      let bad = ask + "Authorization: Bearer wrong\r\n\r\n"
      // On one connection, so that a remembered verdict would show.
      let text = try await server.raw(good + good + bad + ask + "\r\n" + good)
      let lines = TestServer.statuses(text)
      #expect(
        lines == ["200", "200", "401", "401", "200"], "\(lines)")
    }
  }

  @Test(
    "each path asks for its scope",
    arguments: [
      ("/v1/sets/mcr/version", "mcr-secret", 200), ("/v1/sets/mcr/changes?since=42", "mcr-secret", 200),
      ("/v1/sets/mcr/snapshots/42.txt", "mcr-secret", 200), ("/v1/sets/pending/version", "mcr-secret", 403),
      ("/v1/sets/nosuch.txt", "mcr-secret", 403), ("/v1/sets/nosuch.txt", "read-secret", 404),
      ("/v1/names", "mcr-secret", 403), ("/v1/history?name=a.example", "mcr-secret", 403),
      ("/v1/explain?ip=192.0.2.1", "mcr-secret", 403), ("/v1/sources", "mcr-secret", 403),
      ("/metrics", "mcr-secret", 403), ("/metrics", "read-secret", 200), ("/metrics", "", 401),
      ("/healthz", "", 200), ("/readyz", "", 503), ("/v1/sets", "mcr-secret", 200), ("/v1/sets", "", 401),
      ("/", "", 401), ("/", "ops-secret", 403), ("/nothing", "", 404),
    ])
  func scopes(path: String, secret: String, status: Int) async throws {
    let readiness = Readiness(faults: ["upstream 10.0.0.53 fails"], warnings: ["set mcr is held"])
    try await TestServer.run(readiness: readiness, principals: Self.principals, isRestricted: true) {
      server in
      let fields = secret.isEmpty ? [] : ["-H", "Authorization: Bearer \(secret)"]
      let reply = try await server.curl(path, fields)
      #expect(reply.status == status)
      if path == "/readyz" { #expect(reply.text == "not ready\n") }
      if path == "/v1/sets", status == 200 { #expect(!reply.text.contains("pending")) }
    }
  }

  @Test("reporting needs its token also where reading is open, and an address alone never suffices")
  func writing() async throws {
    let near = Principal(
      name: "near", networks: [try #require(IPPrefix("127.0.0.0/8"))], scopes: [.read, .sightings])
    try await TestServer.run(principals: Self.principals + [near]) { server in
      let cases = [("read-secret", 403), ("wrong", 401), ("ops-secret", 202)]
      for (secret, status) in cases {
        let reply = try await server.curl(
          "/v1/sightings", ["-H", "X-Postern-Token: \(secret)", "--data-binary", "a.microsoft.com"])
        #expect(reply.status == status, "\(secret)")
      }
      let none = try await server.curl("/v1/sightings", ["--data-binary", "a.microsoft.com"])
      #expect(none.status == 401)
      #expect(server.sightings.sources == ["ops"])
    }
  }

  @Test("reading that is open goes on with a wrong token: a firewall that gets 401 may stop enforcing")
  func openReading() async throws {
    try await TestServer.run(principals: Self.principals) { server in
      for _ in 1...2 {
        let basic = try await server.curl("/v1/sets/mcr.txt", ["-u", "any:wrong"])
        let path = try await server.curl("/t/wrong/v1/sets/mcr.txt")
        #expect(basic.status == 200 && path.status == 200)
      }
    }
  }

  @Test("a trusted network reads without a token, and another doesn't")
  func networks() async throws {
    for (text, status) in [("127.0.0.0/8", 200), ("10.0.0.0/8", 401), ("::/0", 401)] {
      let near = Principal(name: "near", networks: [try #require(IPPrefix(text))], scopes: [.read])
      try await TestServer.run(principals: [near], isRestricted: true) { server in
        for _ in 1...2 {
          let reply = try await server.curl("/v1/sets/mcr.txt")
          #expect(reply.status == status, "\(text)")
        }
      }
    }
  }

  @Test("a secret that is taken away stops working on a connection that is open")
  func replaced() async throws {
    try await TestServer.run(principals: Self.principals, isRestricted: true) { server in
      let bearer = ["-H", "Authorization: Bearer read-secret"]
      for _ in 1...2 {
        let before = try await server.curl("/v1/sets/mcr.txt", bearer)
        #expect(before.status == 200)
      }
      server.access.replace([Self.ops])
      let after = try await server.curl("/v1/sets/mcr.txt", bearer)
      #expect(after.status == 401)
    }
  }

  @Test("a token in the path shows in no log, no metric and no answer")
  func pathTokenIsSecret() async throws {
    let secret = "unguessable-path-token-1234"
    let reader = TestServer.principal("reader", secret, scopes: [.read])
    try await TestServer.run(principals: [reader], isRestricted: true) { server in
      var texts = [String]()
      let paths = [
        "/v1/sets/mcr.txt", "/v1/sets/mcr.txt", "/v1/sets", "/", "/nothing", "/v1/names", "/metrics",
      ]
      for path in paths {
        let reply = try await server.curl("/t/\(secret)\(path)")
        texts.append(reply.text + reply.fields.map { "\($0.key): \($0.value)" }.joined(separator: "\n"))
      }
      texts.append(try await server.curl("/t/\(secret)x/v1/sets/mcr.txt").text)
      texts.append(server.log.text)
      for text in texts { #expect(!text.contains(secret.prefix(12))) }
    }
  }

  @Test("twenty wrong secrets slow the guesser, and not the firewall beside it")
  func guessing() async throws {
    var limits = HTTPLimits()
    limits.requestsPerSecond = 1000
    try await TestServer.run(principals: Self.principals, isRestricted: true, limits: limits) { server in
      let ask = { (secret: String) in
        "GET /v1/sets/mcr.txt HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(secret)\r\n\r\n"
      }
      #expect(try await server.curl("/v1/sets/mcr.txt", ["-u", "a:mcr-secret"]).status == 200)
      let guesses = (0..<40).map { ask("guess\($0)") }.joined()
      let text = try await server.raw(guesses + ask("read-secret") + ask("mcr-secret"))
      let statuses = TestServer.statuses(text)
      try #require(statuses.count == 42)
      #expect(Array(statuses.prefix(20)) == Array(repeating: "401", count: 20))
      #expect(Array(statuses[20...].prefix(21)) == Array(repeating: "429", count: 21), "the right one too")
      #expect(statuses.last == "200", "who was admitted before goes on")
      #expect(text.contains("Retry-After: ") || text.contains("retry-after: "))
    }
  }
}
