import Testing

@Suite(.timeLimit(.minutes(10))) struct SightingsTests {
  private static let bearer = ["-H", "Authorization: Bearer secret"]

  @Test(
    "hostnames come in as JSON, NDJSON or lines",
    arguments: [
      ("application/json", #"{"names":["a.microsoft.com","B.microsoft.com."]}"#),
      ("application/x-ndjson", "\"a.microsoft.com\"\n{\"name\":\"b.microsoft.com\"}\n\n"),
      ("text/plain", "a.microsoft.com\r\n# a remark\n  b.microsoft.com  \n"),
    ])
  func bodies(type: String, body: String) async throws {
    try await TestServer.run { server in
      let reply = try await server.curl(
        "/v1/sightings", Self.bearer + ["-H", "Content-Type: \(type)", "--data-binary", "@-"],
        input: Array(body.utf8))
      #expect(reply.status == 202)
      #expect(reply.text == "{\"accepted\":2,\"refused\":0,\"reasons\":[]}\n")
      #expect(server.sightings.names == ["a.microsoft.com", "b.microsoft.com"])
      #expect(server.sightings.sources == ["ops"])
    }
  }

  @Test("what is no hostname, or what no set watches, is counted and told why")
  func refused() async throws {
    try await TestServer.run { server in
      let reply = try await server.curl(
        "/v1/sightings", Self.bearer + ["--data-binary", "@-"],
        input: Array("a.microsoft.com\na..b\nx_y.microsoft.com\n192.0.2.1\nexample.org\n".utf8))
      #expect(reply.status == 202)
      #expect(reply.text.hasPrefix("{\"accepted\":1,\"refused\":4,"))
      #expect(reply.text.contains("{\"name\":\"192.0.2.1\",\"reason\":\"an address, not a hostname\"}"))
      #expect(reply.text.contains("{\"name\":\"example.org\",\"reason\":\"no set watches it\"}"))
    }
  }

  @Test(
    "only a known token with the scope may report",
    arguments: [
      ([], 401), (["-H", "Authorization: Bearer wrong"], 401), (["-H", "Authorization: Bearer"], 401),
      (["-H", "Authorization: Digest secret"], 401), (["-u", "anyone:wrong"], 401),
      (["-u", "anyone:other"], 403),
      (["-H", "Authorization: Bearer other"], 403), (["-u", "anyone:secret"], 202),
      (["-H", "Authorization: bearer secret"], 202),
    ] as [([String], Int)])
  func tokens(arguments: [String], status: Int) async throws {
    try await TestServer.run { server in
      let reply = try await server.curl("/v1/sightings", arguments + ["--data-binary", "a.microsoft.com"])
      #expect(reply.status == status)
      #expect((reply.fields["www-authenticate"] != nil) == (status == 401))
      #expect(server.sightings.names.count == (status == 202 ? 1 : 0))
    }
  }

  @Test("a body over 1 MiB, announced or chunked, is refused, and the server goes on")
  func tooLarge() async throws {
    try await TestServer.run { server in
      let body = [UInt8](repeating: 0x61, count: (1 << 20) + 1)
      for framing in [[], ["-H", "Transfer-Encoding: chunked"]] {
        let reply = try await server.curl(
          "/v1/sightings", Self.bearer + framing + ["-H", "Expect:", "--data-binary", "@-"], input: body)
        #expect(reply.status == 413)
      }
      #expect(try await server.curl("/healthz").status == 200)
      #expect(server.sightings.names.isEmpty)
    }
  }

  @Test(
    "a body that can't be read is refused",
    arguments: [
      ("application/json", "[]", 400), ("application/json", "{", 400), ("image/png", "x", 415),
    ])
  func malformed(type: String, body: String, status: Int) async throws {
    try await TestServer.run { server in
      let reply = try await server.curl(
        "/v1/sightings", Self.bearer + ["-H", "Content-Type: \(type)", "--data-binary", body])
      #expect(reply.status == status)
    }
  }
}
