import Deciding
import Foundation
import Logging
import Serving
import ServiceLifecycle
import TestTools
import Testing

/// A python client whose `lines()` gives the lines of a response's body as they come.
private let client = """
  import socket, sys, time, json
  port = int(sys.argv[1])
  class Client:
    def __init__(self, path, fields="", method="GET", version="1.1"):
      self.s = socket.create_connection(("127.0.0.1", port)); self.s.settimeout(20); self.data = b""
      self.s.sendall(f"{method} {path} HTTP/{version}\\r\\nHost: x\\r\\n{fields}\\r\\n".encode())
    def until(self, mark):
      mark = mark.encode()
      while mark not in self.data:
        piece = self.s.recv(65536)
        if not piece: raise EOFError(self.data)
        self.data += piece
      head, self.data = self.data.split(mark, 1)
      return head.decode()
    def head(self): return self.until("\\r\\n\\r\\n")
    def status(self): return int(self.head().split()[1])
    def rest(self):
      while True:
        piece = self.s.recv(65536)
        if not piece: return self.data.decode()
        self.data += piece
    def event(self):
      # What precedes the first event is the retry time; comments are heartbeats.
      while True:
        block = self.until("\\n\\n")
        fields = dict(line.split(": ", 1) for line in block.split("\\n") if not line.startswith(":") and ": " in line)
        if "event" in fields: return fields
  def wait_for(path):
    import os
    while not os.path.exists(path): time.sleep(0.01)
  """

@Suite(.timeLimit(.minutes(3))) struct EventStreamTests {
  /// Runs a script of the client; `publish` says how often `published` becomes true and a generation is published.
  private func run(
    _ server: TestServer, _ script: String, publishing generations: [Int64] = []
  ) async throws -> [String] {
    try await Tool.withFolder { folder in
      try await withThrowingTaskGroup(of: [String]?.self) { group in
        group.addTask {
          // `ready(n)` of the script asks for the n-th generation.
          let prelude =
            client + "\ndef ready(n): open(sys.argv[2] + f\"/{n}\", \"w\").close()\n"
          let outcome = try await Tool.run(
            "python3", ["-c", prelude + script, "\(server.port)", folder.path])
          #expect(outcome.status == 0, "\(outcome.errors)")
          return outcome.lines
        }
        group.addTask {
          for (index, generation) in generations.enumerated() {
            let mark = folder.appending(path: "\(index)")
            while !FileManager.default.fileExists(atPath: mark.path) {
              try await Task.sleep(for: .milliseconds(5))
            }
            try server.sets.publish(TestServer.published(["20.0.0.9"], generation: generation))
          }
          return nil
        }
        var lines: [String]?
        for try await result in group {
          if let result {
            lines = result
            group.cancelAll()
          }
        }
        return lines ?? []
      }
    }
  }

  @Test("a stream begins with the current generation and tells each new one with a pointer")
  func tells() async throws {
    try await TestServer.run { server in
      let lines = try await run(
        server,
        """
        c = Client("/v1/sets/mcr/events")
        print([l for l in c.head().lower().split("\\r\\n") if l.startswith(("content-type", "http"))])
        print(c.until("\\n\\n"))
        e = c.event(); print(e["event"], e["id"], sorted(json.loads(e["data"])))
        ready(0); e = c.event(); print(e["id"], json.loads(e["data"])["url"])
        ready(1); e = c.event(); print(e["id"])
        """, publishing: [43, 45])
      #expect(
        lines == [
          "['http/1.1 200 ok', 'content-type: text/event-stream']", "retry: 2000",
          "generation 42 ['generation', 'set', 'sha256', 'updated_at', 'url']", "43 /v1/sets/mcr", "45",
        ])
    }
  }

  @Test(
    "a client that comes back with the current id isn't told it again; with an older or foreign one it is")
  func resumes() async throws {
    try await TestServer.run { server in
      let lines = try await run(
        server,
        """
        current = Client("/v1/sets/mcr/events", "Last-Event-ID: 42\\r\\n")
        current.until("retry: 2000\\n\\n")
        for last in ["41", "99", "x", "-1", "0", "9" * 40, ""]:
          print(Client("/v1/sets/mcr/events", f"Last-Event-ID: {last}\\r\\n").event()["id"], end=" ")
        print(); ready(0); print(current.event()["id"])
        """, publishing: [43])
      #expect(lines == ["42 42 42 42 42 42 42 ", "43"])
    }
  }

  @Test("a set that never published is waited for")
  func unpublished() async throws {
    try await TestServer.run(nil) { server in
      let lines = try await run(
        server,
        """
        c = Client("/v1/sets/mcr/events"); c.until("\\n\\n"); ready(0); print(c.event()["id"])
        print(Client("/v1/sets/nosuch/events").status(), Client("/v1/sets/mcr/events?x=1").status())
        """, publishing: [1])
      #expect(lines == ["1", "404 400"])
    }
  }

  @Test(
    "a long poll waits for news and then gets the answer of an ordinary request",
    arguments: [
      ("/v1/sets/mcr.txt", "20.0.0.9\n"), ("/v1/sets/mcr/version", "\"generation\":43"),
      ("/v1/sets/mcr?format=json", "\"generation\":43"),
    ])
  func longPoll(path: String, text: String) async throws {
    try await TestServer.run { server in
      let mark = path.contains("?") ? "&" : "?"
      let lines = try await run(
        server,
        """
        # Two on one connection, the second behind the first; then one that closes.
        c = Client("\(path)\(mark)wait=30&since=42")
        c.s.sendall(b"GET /healthz HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n")
        d = Client("\(path)\(mark)since=42&wait=30", "Connection: close\\r\\n")
        e = Client("\(path)\(mark)since=42&wait=30", version="1.0")
        time.sleep(0.3); ready(0)
        head = c.head(); length = int([l for l in head.lower().split("\\r\\n") if l.startswith("content-length")][0].split(":")[1])
        while len(c.data) < length: c.data += c.s.recv(65536)
        print(head.split()[1], '''\(text)''' in c.data[:length].decode()); c.data = c.data[length:]
        print(c.head().split()[1], c.until("\\n"))
        print(d.status(), '''\(text)''' in d.rest()); print(e.status(), '''\(text)''' in e.rest())
        """, publishing: [43])
      #expect(lines == ["200 True", "200 ok", "200 True", "200 True"])
    }
  }

  @Test(
    "without news it is 304 after its time; with older knowledge, or that of another history, the answer is there at once"
  )
  func longPollEnds() async throws {
    try await TestServer.run { server in
      for path in ["/v1/sets/mcr.txt", "/v1/sets/mcr/version", "/v1/sets/mcr/changes"] {
        let start = ContinuousClock.now
        let reply = try await server.curl("\(path)?wait=1&since=42")
        #expect(reply.status == 304, "\(path)")
        #expect(reply.fields["etag"] != nil)
        #expect(reply.body.isEmpty)
        #expect(ContinuousClock.now - start >= .seconds(1))
        #expect(try await server.curl("\(path)?wait=0&since=42").status == 304)
      }
      for since in ["0", "41", "43"] {
        for _ in 1...2 {
          #expect(try await server.curl("/v1/sets/mcr.txt?wait=30&since=\(since)").status == 200)
        }
      }
      #expect(try await server.curl("/v1/sets/mcr.txt?since=42").status == 304)
      #expect(try await server.curl("/v1/sets/mcr.txt?wait=30&since=42", ["-I"]).status == 304)
      #expect(try await server.curl("/v1/sets/mcr.txt?w%61it=30&since=42").status == 304)
      #expect(try await server.curl("/v1/sets/mcr/changes?since=42").status == 200)
      for query in [
        "wait=1", "wait=301&since=42", "wait=-1&since=42", "wait=x&since=42", "since=x",
        "wait=1&wait=2&since=42",
      ] {
        #expect(try await server.curl("/v1/sets/mcr.txt?\(query)").status == 400, "\(query)")
      }
    }
  }

  @Test(
    "beyond the bound, waiting is refused with a time to come back, and polling goes on; who leaves makes room"
  )
  func bounded() async throws {
    try await TestServer.run(waiters: 2) { server in
      let lines = try await run(
        server,
        """
        first = [Client("/v1/sets/mcr/events") for _ in range(2)]
        for c in first: c.event()
        for path in ["/v1/sets/mcr/events", "/v1/sets/mcr.txt?wait=5&since=42"]:
          head = Client(path).head(); print(head.split()[1], "retry-after: 30" in head.lower())
        print(Client("/v1/sets/mcr.txt").status(), Client("/v1/sets/mcr.txt?wait=5&since=1").status())
        first[0].s.close()
        while True:
          c = Client("/v1/sets/mcr/events")
          if c.status() == 200: break
          time.sleep(0.05)
        print(c.event()["id"])
        """)
      #expect(lines == ["503 True", "503 True", "200 200", "42"])
      let text = try await server.curl("/metrics").text
      #expect(text.contains("postern_http_waiting_clients "))
    }
  }

  @Test("what a client sends into its stream is ignored, and a client that reads nothing is dropped")
  func dropsSlow() async throws {
    try await TestServer.run { server in
      async let lines = run(
        server,
        """
        c = Client("/v1/sets/mcr/events"); c.event()
        c.s.sendall(b"GET /healthz HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n" * 1000)
        slow = socket.socket(); slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
        slow.connect(("127.0.0.1", port)); slow.sendall(b"GET /v1/sets/mcr/events HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n")
        slow.recv(10); ready(0)
        text = ""
        while "id: 1000000" not in text: text += c.until("\\n\\n")
        print("200 OK" in text, text.count("event:") > 10)
        """, publishing: [43])
      // The kernel takes some megabytes for a client that reads nothing; then it is dropped, and the other stays.
      try await Self.publishUntilOneStays(server, atOnce: 200, every: .milliseconds(5))
      #expect(server.sets.waiters == 1)
      server.sets.publish(try TestServer.published(["20.0.0.9"], generation: 1_000_000))
      #expect(try await lines == ["False True"])
    }
  }

  @Test(
    "no limit on idle or stalled clients cuts a stream or a poll whose client reads, in silence and under events"
  )
  func outlivesLimits() async throws {
    let limits = LimitTests.limits {
      ($0.headerTime, $0.bodyTime, $0.idleTime, $0.stallTime) = (
        .seconds(1), .seconds(1), .seconds(1), .seconds(1)
      )
    }
    try await TestServer.run(limits: limits) { server in
      let lines = try await run(
        server,
        """
        stream = Client("/v1/sets/mcr/events"); stream.event()
        poll = Client("/v1/sets/mcr.txt?wait=30&since=42")
        time.sleep(4); ready(0)
        print(stream.event()["id"], poll.status())
        # Without a request of its own the connection of the poll is as idle as any other.
        began = time.monotonic(); poll.rest(); print(time.monotonic() - began < 3)
        began = time.monotonic()
        for number in range(1, 40): ready(number); print(stream.event()["id"], end=" "); time.sleep(0.1)
        """, publishing: (43..<83).map { $0 })
      #expect(
        lines == ["43 200", "True", (44..<83).map { "\($0) " }.joined()])
      let text = try await server.curl("/metrics").text
      #expect(text.contains("postern_http_refused_total{reason=\"stall_time\"} 0\n"))
      #expect(text.contains("postern_http_refused_total{reason=\"idle_time\"} 1\n"))
    }
  }

  /// Publishes to two waiting clients until one is left.
  private static func publishUntilOneStays(
    _ server: TestServer, atOnce count: Int, every pause: Duration
  ) async throws {
    let deadline = ContinuousClock.now + .seconds(60)
    while server.sets.waiters < 2, ContinuousClock.now < deadline {
      try await Task.sleep(for: .milliseconds(5))
    }
    var generation: Int64 = 100
    while server.sets.waiters > 1, ContinuousClock.now < deadline {
      for _ in 1...count {
        generation += 1
        try server.sets.publish(TestServer.published(["20.0.0.9"], generation: generation))
      }
      try await Task.sleep(for: pause)
    }
  }

  @Test("a stream whose client stops reading is cut, and one that goes on reading beside it isn't")
  func cutsStalled() async throws {
    let limits = LimitTests.limits { ($0.idleTime, $0.stallTime) = (.seconds(1), .seconds(1)) }
    try await TestServer.run(limits: limits) { server in
      async let lines = run(
        server,
        """
        slow = socket.socket(); slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
        slow.connect(("127.0.0.1", port)); slow.sendall(b"GET /v1/sets/mcr/events HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n")
        slow.recv(10)
        c = Client("/v1/sets/mcr/events"); c.event(); ready(0)
        text = ""
        while "id: 1000000" not in text: text = c.until("\\n\\n")
        print("end")
        """, publishing: [43])
      try await Self.publishUntilOneStays(server, atOnce: 50, every: .milliseconds(20))
      #expect(server.sets.waiters == 1)
      server.sets.publish(try TestServer.published(["20.0.0.9"], generation: 1_000_000))
      #expect(try await lines == ["end"])
    }
  }

  @Test("a graceful shutdown ends streams and tells long polls to come back")
  func shutdown() async throws {
    let sets = PublishedSets([try #require(SetName("mcr"))])
    sets.publish(try TestServer.published(["20.0.0.1"]))
    var logger = Logger(label: "test")
    logger.logLevel = .critical
    let (ports, continuation) = AsyncStream<Int>.makeStream()
    let server = SetServer(
      Site(sets: sets, now: { TestServer.at }), listen: [ListenAddress(host: "127.0.0.1", port: 0)],
      logger: logger,
      onListening: { continuation.yield($0.port) })
    let services = ServiceGroup(configuration: .init(services: [server], logger: logger))
    let script =
      client + """

        stream = Client("/v1/sets/mcr/events"); stream.event()
        poll = Client("/v1/sets/mcr.txt?wait=60&since=42"); time.sleep(0.3)
        open(sys.argv[2], "w").close()
        print(repr(stream.rest())); print(poll.status())
        """
    try await Tool.withFolder { folder in
      let mark = folder.appending(path: "waiting")
      try await withThrowingTaskGroup(of: [String]?.self) { group in
        group.addTask {
          try await services.run()
          return nil
        }
        group.addTask {
          for await port in ports {
            return try await Tool.run("python3", ["-c", script, "\(port)", mark.path]).lines
          }
          return nil
        }
        group.addTask {
          while (try? mark.checkResourceIsReachable()) != true {
            try await Task.sleep(for: .milliseconds(10))
          }
          await services.triggerGracefulShutdown()
          return nil
        }
        var lines = [String]()
        for try await found in group { lines += found ?? [] }
        #expect(lines == ["''", "503"])
      }
    }
  }
}
