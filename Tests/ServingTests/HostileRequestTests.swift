import Foundation
import Serving
import TestTools
import Testing

/// What an attacker sends to each path, raw. The server answers with a refusal, or ends the connection, and goes on.
@Suite(.timeLimit(.minutes(5))) struct HostileRequestTests {
  private static let paths = [
    "/", "/openapi.json", "/v1/sets", "/v1/sets/mcr", "/v1/sets/mcr.txt", "/v1/sets/mcr.txt.sha256",
    "/v1/sets/mcr/version", "/v1/sets/mcr/changes?since=42", "/v1/sets/mcr/events", "/v1/sets/mcr/snapshots",
    "/v1/sets/mcr/snapshots/42.txt", "/v1/names", "/v1/sources", "/v1/vantages", "/v1/events",
    "/v1/history?name=a.example",
    "/v1/explain?ip=192.0.2.1", "/v1/consumers", "/v1/key", "/v1/sightings", "/healthz", "/readyz",
    "/metrics",
  ]

  private static let script = """
    import socket, sys, json
    port, jobs = int(sys.argv[1]), json.load(sys.stdin)
    for job in jobs:
      s = socket.create_connection(("127.0.0.1", port)); s.settimeout(1.5)
      data = b""
      try:
        s.sendall(job.encode("latin-1"))
        while b"\\r\\n\\r\\n" not in data:
          piece = s.recv(65536)
          if not piece: break
          data += piece
      except (TimeoutError, ConnectionError): pass
      print(data.split(b"\\r\\n")[0].decode("latin-1") or "closed"); s.close()
    """

  private func send(_ requests: [String], to server: TestServer) async throws -> [String] {
    let outcome = try await Tool.run(
      "python3", ["-c", Self.script, "\(server.port)"], input: Array(try JSONEncoder().encode(requests)))
    #expect(outcome.status == 0, "\(outcome.errors)")
    return outcome.lines
  }

  @Test(
    "requests that are malformed or too large are never answered with success, whatever the path",
    arguments: paths)
  func malformed(path: String) async throws {
    let long = String(repeating: "a", count: 40_000)
    let requests = [
      "GET \(path) HTTP/1.1\r\nHost: x\r\nX: \(long)\r\n\r\n",
      "GET \(path)?\(long) HTTP/1.1\r\nHost: x\r\n\r\n",
      "GET \(path) HTTP/1.1\r\n" + (0..<200).map { "X\($0): y\r\n" }.joined() + "\r\n",
      "GET \(path) HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
      "GET \(path) HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
      "GET \(path) HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      "GET \(path) HTTP/1.1\r\nHost : x\r\n\r\n", "GET \(path)\0 HTTP/1.1\r\nHost: x\r\n\r\n",
      "GET \(path)%00 HTTP/1.1\r\nHost: x\r\n\r\n", "GET \(path) HTTP/7.7\r\nHost: x\r\n\r\n",
      "GET /..\(path) HTTP/1.1\r\nHost: x\r\n\r\n", "GET \\\(path) HTTP/1.1\r\nHost: x\r\n\r\n",
      "GET /%2e%2e\(path) HTTP/1.1\r\nHost: x\r\n\r\n", "GET /\(path) HTTP/1.1\r\nHost: x\r\n\r\n",
      "TRACE \(path) HTTP/1.1\r\nHost: x\r\n\r\n", "DELETE \(path) HTTP/1.1\r\nHost: x\r\n\r\n",
      "PUT \(path) HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc",
      "CONNECT \(path) HTTP/1.1\r\nHost: x\r\n\r\n", "G\(long) \(path) HTTP/1.1\r\n\r\n",
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "\u{16}\u{3}\u{1}\u{2}\0\u{1}\0\r\n\r\n",
    ]
    try await TestServer.run { server in
      let answers = try await send(requests, to: server)
      #expect(answers.count == requests.count)
      for (request, answer) in zip(requests, answers) {
        // An identity escape, a NUL in a query's value and HTTP/7.7 are refused by different layers; none is a success.
        #expect(!answer.contains(" 2"), "\(request.prefix(60).debugDescription): \(answer)")
      }
      #expect(try await server.curl("/healthz").text == "ok\n")
    }
  }

  @Test("fields that try to steer the server change nothing, whatever the path", arguments: paths)
  func steering(path: String) async throws {
    guard !path.hasSuffix("/events") else { return }
    try await TestServer.run { server in
      func comparable(_ fields: [String: String]) -> [String: String] { fields.filter { $0.key != "date" } }
      let plain = try await server.curl(path)
      for field in [
        "X-Postern-Internal-Wait: events mcr 0 0", "X-Postern-Internal-Wait: change mcr 42 5",
        "X-HTTP-Method-Override: DELETE",
        "X-Original-URL: /metrics", "X-Rewrite-URL: /metrics", "X-Forwarded-For: 10.0.0.1",
        "Forwarded: for=10.0.0.1",
        "Host: evil.example", "Host;", "Expect: 200-maybe", "Upgrade: h2c", "Connection: upgrade, x",
        "Accept: application/x-nonsense", "Accept-Encoding: gzip;q=0, *;q=0", "Cookie: a=b", "Te: trailers",
        "Last-Event-ID: 42", "If-None-Match: " + String(repeating: "\"", count: 5000),
      ] {
        let reply = try await server.curl(path, ["-H", field])
        #expect(reply.status == plain.status, "\(field.prefix(40))")
        if path != "/metrics" { #expect(reply.body == plain.body, "\(field.prefix(40))") }
        #expect(reply.fields["x-postern-internal-wait"] == nil)
      }
    }
  }

  @Test("clients that wait in every odd way get an answer in turn, and leave nobody waiting behind")
  func oddWaiters() async throws {
    try await TestServer.run { server in
      let wait = "/v1/sets/mcr.txt?wait=1&since=42"
      func get(_ path: String, _ fields: String = "") -> String {
        "GET \(path) HTTP/1.1\r\nHost: x\r\n\(fields)\r\n"
      }
      // Behind an ordinary request, behind another poll, with a body, and with a stream at the end.
      let text = try await server.raw(
        get("/v1/names") + get(wait)
          + get(wait, "Content-Length: 3\r\n").replacing("\r\n\r\n", with: "\r\n\r\nabc")
          + get("/healthz") + get("/v1/sets/mcr/events"), seconds: 4)
      let statuses = text.matches(of: /HTTP\/1\.1 (\d+)/).map { String($0.1) }
      #expect(statuses == ["503", "304", "304", "200", "200"])
      #expect(text.contains("id: 42\n"))
      // Gone while waiting, in the middle of the head, and with a flood behind.
      for request in [
        get("/v1/sets/mcr.txt?wait=60&since=42"), "GET \(wait) HTTP/1.1\r\nHo", get("/v1/sets/mcr/events"),
      ] {
        _ = try await server.raw(request, seconds: 0.1)
      }
      _ = try await server.raw(
        get("/v1/sets/mcr.txt?wait=60&since=42") + String(repeating: get("/healthz"), count: 500),
        seconds: 0.3)
      let deadline = ContinuousClock.now + .seconds(10)
      while server.sets.waiters > 0, ContinuousClock.now < deadline {
        try await Task.sleep(for: .milliseconds(10))
      }
      #expect(server.sets.waiters == 0)
      #expect(try await server.curl("/healthz").text == "ok\n")
    }
  }
}
