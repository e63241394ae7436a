import DNS
import Foundation
import Serving
import TestTools
import Testing

@Suite(.timeLimit(.minutes(5))) struct LimitTests {
  static func limits(_ change: (inout HTTPLimits) -> Void) -> HTTPLimits {
    var limits = HTTPLimits()
    limits.exempt = []
    change(&limits)
    return limits
  }

  private static func refused(_ server: TestServer, _ reason: String) async throws -> Int {
    let text = try await server.curl("/metrics").text
    let line = text.split(separator: "\n").first {
      $0.hasPrefix("postern_http_refused_total{reason=\"\(reason)\"} ")
    }
    return try #require(line?.split(separator: " ").last.flatMap { Int($0) })
  }

  @Test("a client over its rate gets 429 with Retry-After, and its 304s go on")
  func rate() async throws {
    let limits = Self.limits { ($0.requestsPerSecond, $0.burst) = (1, 12) }
    try await TestServer.run(limits: limits) { server in
      let tag = try #require(try await server.curl("/v1/sets/mcr.txt").fields["etag"])
      let ask = "GET /v1/sets/mcr.txt HTTP/1.1\r\nHost: x\r\n"
      let text = try await server.raw(
        String(repeating: ask + "\r\n", count: 30)
          + String(repeating: ask + "If-None-Match: \(tag)\r\n\r\n", count: 50))
      let statuses = TestServer.statuses(text)
      #expect((10...13).contains(statuses.count { $0 == "200" }))
      #expect(statuses.prefix(30).count { $0 == "429" } >= 17)
      #expect(Array(statuses.suffix(50)) == Array(repeating: "304", count: 50))
      #expect(text.lowercased().contains("retry-after: 1\r\n"))
      let version = try await server.curl("/v1/sets/mcr/version")
      #expect(version.status == 429 || version.status == 200)
    }
  }

  @Test("each principal has a rate of its own")
  func ratePerPrincipal() async throws {
    let limits = Self.limits { ($0.requestsPerSecond, $0.burst) = (1, 5) }
    try await TestServer.run(principals: AccessTests.principals, isRestricted: true, limits: limits) {
      server in
      let ask = { (secret: String) in
        "GET /v1/sets/mcr.txt HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(secret)\r\n\r\n"
      }
      let greedy = try await server.raw(String(repeating: ask("read-secret"), count: 20))
      #expect(greedy.contains("HTTP/1.1 429"))
      let modest = try await server.raw(String(repeating: ask("mcr-secret"), count: 5))
      #expect(!modest.contains("HTTP/1.1 429"))
    }
  }

  @Test(
    "headers that are too large or too many are refused, and the server goes on",
    arguments: [
      LongRequest(
        "a long target", "GET /\(String(repeating: "a", count: 40_000)) HTTP/1.1\r\nHost: x\r\n\r\n"),
      LongRequest(
        "a long field", "GET / HTTP/1.1\r\nHost: x\r\nX: \(String(repeating: "a", count: 20_000))\r\n\r\n"),
      LongRequest(
        "many fields", "GET / HTTP/1.1\r\nHost: x\r\n\(String(repeating: "X: aaaaaaaa\r\n", count: 200))\r\n"),
      LongRequest(
        "long fields together",
        "GET / HTTP/1.1\r\nHost: x\r\n\((0..<4).map { "X\($0): \(String(repeating: "a", count: 9000))\r\n" }.joined())\r\n"
      ),
    ])
  func headers(request: LongRequest) async throws {
    try await TestServer.run { server in
      let text = try await server.raw(request.text)
      #expect(text.hasPrefix("HTTP/1.1 431 "))
      #expect(text.contains("connection: close"))
      #expect(text.components(separatedBy: "HTTP/1.1 ").count == 2)
      #expect(try await server.curl("/healthz").status == 200)
      #expect(try await Self.refused(server, "header_size") == 1)
    }
  }

  /// Opens a connection, sends what `script` says, and prints for how many seconds it stayed open.
  private static func seconds(_ server: TestServer, _ script: String) async throws -> Double {
    let frame = """
      import socket, sys, time, select
      s = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
      began = time.monotonic()
      def closed(wait):
        ready, _, _ = select.select([s], [], [], wait)
        if not ready: return False
        try: return s.recv(65536) == b""
        except OSError: return True
      def send(data):
        try: s.sendall(data)
        except OSError: pass
      \(script)
      print(time.monotonic() - began)
      """
    let outcome = try await Tool.run("python3", ["-c", frame, "\(server.port)"])
    return try #require(
      Double(outcome.text.trimmingCharacters(in: .whitespacesAndNewlines)), "\(outcome.errors)")
  }

  @Test(
    "a client that is slow is cut off in time, however it drips",
    arguments: [
      ("header_time", "while not closed(20): pass"),
      (
        "header_time",
        """
        send(b"GET / HTTP/1.1\\r\\nHost: x\\r\\n")
        while not closed(0.1): send(b"X: a\\r\\n")
        """
      ),
      (
        "body_time",
        """
        send(b"POST /v1/sightings HTTP/1.1\\r\\nHost: x\\r\\nAuthorization: Bearer secret\\r\\nContent-Length: 100000\\r\\n\\r\\n")
        while not closed(0.1): send(b"a")
        """
      ),
      (
        "idle_time",
        """
        send(b"GET /v1/sets/mcr.txt HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n")
        rest = list(b"GET / HTTP/1.1" + b"a" * 1000)
        while not closed(0.1): send(bytes([rest.pop(0)]))
        """
      ),
    ])
  func slow(reason: String, script: String) async throws {
    let limits = Self.limits {
      ($0.headerTime, $0.bodyTime, $0.idleTime) = (.seconds(1), .seconds(1), .seconds(1))
    }
    try await TestServer.run(limits: limits) { server in
      let seconds = try await Self.seconds(server, script)
      #expect((0.9...3).contains(seconds))
      #expect(try await Self.refused(server, reason) == 1)
    }
  }

  @Test("a client that takes nothing of what it asked for is cut off; one that takes it slowly isn't")
  func stalled() async throws {
    let addresses = (0..<200_000).map { IPAddress(v4: 0x1400_0000 + UInt32($0) * 3).description }
    let limits = Self.limits { $0.stallTime = .seconds(1) }
    try await TestServer.run(addresses, limits: limits) { server in
      let ask = """
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        send(b"GET /v1/sets/mcr.txt?aggregate=0 HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n" * 4)
        """
      // The system still owes this client what it took of the server, so it can't see the end: the metric does.
      _ = try await Self.seconds(server, ask + "\ntime.sleep(4)")
      #expect(try await Self.refused(server, "stall_time") == 1)
      let slow = try await Self.seconds(
        server,
        ask + """

          alive = True
          while alive and time.monotonic() - began < 4: alive = s.recv(65536) != b""; time.sleep(0.1)
          if not alive: raise SystemExit("cut off")
          """)
      #expect(slow >= 4)
    }
  }

  @Test(
    "connections are limited, in all and from one address, and the ones that are in go on",
    arguments: [("connections", 20, 1000), ("connections_per_address", 1000, 20)])
  func connections(reason: String, total: Int, each: Int) async throws {
    let limits = Self.limits { ($0.connections, $0.connectionsPerAddress) = (total, each) }
    try await TestServer.run(limits: limits) { server in
      let script = """
        import socket, sys
        ask = b"GET /v1/sets/mcr.txt HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n"
        def answered(s):
          try:
            s.sendall(ask)
            return s.recv(65536).startswith(b"HTTP/1.1 200")
          except OSError: return False
        all = [socket.create_connection(("127.0.0.1", int(sys.argv[1]))) for _ in range(60)]
        let_in = [s for s in all if answered(s)]
        print(len(let_in), sum(answered(s) for s in let_in))
        """
      let text = try await Tool.run("python3", ["-c", script, "\(server.port)"]).text
      #expect(text == "20 20\n")
      // The program has ended; its places are free again.
      let deadline = ContinuousClock.now + .seconds(10)
      while ContinuousClock.now < deadline, (try? await server.curl("/healthz").status) != 200 {
        try await Task.sleep(for: .milliseconds(20))
      }
      #expect(try await Self.refused(server, reason) >= 40)
    }
  }
}

/// A request whose text is too long to be the name of a test.
struct LongRequest: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let text: String

  init(_ description: String, _ text: String) {
    testDescription = description
    self.text = text
  }
}
