import Deciding
import Foundation
import Logging
import ServiceLifecycle
import TestTools
import Testing

@testable import Serving

@Suite(.timeLimit(.minutes(2))) struct WebhookTests {
  private static let secret = Array("a secret of some length".utf8)

  private static func pointer(_ generation: Int64) throws -> GenerationPointer {
    GenerationPointer(try TestServer.published(["20.0.0.1"], generation: generation).snapshot)
  }

  @Test("the signature is HMAC-SHA256 over timestamp and body, as openssl computes it")
  func signature() async throws {
    let body = try Self.pointer(42).json(root: "https://postern.example")
    let text = WebhookMessage.signature(body, secret: Self.secret, at: TestServer.at)
    let outcome = try await Tool.shell(
      "{ printf '1795424400.'; cat; } | openssl dgst -sha256 -hmac 'a secret of some length' | sed 's/.*= //'",
      input: body)
    #expect(text == "t=1795424400,v1=\(outcome.lines.first ?? "")")
  }

  @Test("the pause doubles up to a minute, and a receiver may ask for more, up to five")
  func pauses() {
    #expect(
      (1...8).map { WebhookMessage.pause(after: $0, lot: 1) }
        == [1, 2, 4, 8, 16, 32, 60, 60].map { .seconds($0) })
    #expect(WebhookMessage.pause(after: 1, lot: 0) == .milliseconds(500))
    #expect(WebhookMessage.pause(after: 1000, lot: 5) == .seconds(60))
    #expect(WebhookMessage.pause(after: 1, lot: 0, asked: 90) == .seconds(90))
    #expect(WebhookMessage.pause(after: 1, lot: 0, asked: 999_999) == .seconds(300))
    #expect(WebhookMessage.pause(after: 1, lot: 0, asked: -5) == .milliseconds(500))
  }

  @Test(
    "only success is delivery; redirects and refusals are final, trouble is tried again",
    arguments: [
      (200, WebhookMessage.Outcome.delivered), (204, .delivered), (302, .refused), (308, .refused),
      (400, .refused),
      (401, .refused), (410, .refused), (408, .failed), (429, .failed), (500, .failed), (503, .failed),
      (100, .failed),
    ])
  func outcomes(status: Int, outcome: WebhookMessage.Outcome) {
    #expect(WebhookMessage.outcome(status: status) == outcome)
  }

  @Test("at most one pointer of a set waits, and the newer one stays whatever the order")
  func queue() throws {
    var queue = WebhookQueue()
    for generation in [43, 42, 45, 44] as [Int64] { queue.add(try Self.pointer(generation)) }
    #expect(queue.next == (try Self.pointer(45)))
    queue.remove(try Self.pointer(43))
    #expect(!queue.isEmpty)
    queue.remove(try Self.pointer(45))
    #expect(queue.isEmpty)
  }

  @Test("of events each waits its turn, and of too many the oldest go")
  func events() {
    var queue = WebhookEvents()
    let count = WebhookEvents.most + 10
    for index in 0..<count {
      queue.add(Event(at: TestServer.at, kind: .setHeld, subject: "mcr", detail: "\(index)"))
    }
    #expect(queue.next?.event.detail == "10")
    var told = [Int64]()
    while let next = queue.next {
      told.append(next.number)
      queue.remove(next)
    }
    #expect(told == (11...Int64(count)).map(\.self))
  }

  @Test("a receiver gets the kinds of events that it asked for, signed, and no others")
  func eventKinds() async throws {
    let events = [
      Event(at: TestServer.at, kind: .nameGone, subject: "a.example", detail: "gone"),
      Event(at: TestServer.at, kind: .setHeld, subject: "mcr", detail: "held"),
    ]
    let log = try await deliver("500 200", lines: 2, publishing: [], events: events, of: [.setHeld])
    #expect(log == ["500", "200"].map { "/hook?key=x event-1795424400000-1 set.held mcr True \($0)" })
  }

  /// A receiver that answers each request with the next word of its script: a status, `slow` or `drop`.
  private static let receiver = """
    import http.server, sys, json, time, hmac, hashlib
    script = sys.argv[2].split(); secret = b"a secret of some length"; count = 0
    class Receiver(http.server.BaseHTTPRequestHandler):
      protocol_version = "HTTP/1.1"
      def do_POST(self):
        global count
        body = self.rfile.read(int(self.headers["content-length"]))
        word = script[min(count, len(script) - 1)]; count += 1
        t, v1 = (part.split("=")[1] for part in self.headers["x-postern-signature"].split(","))
        good = hmac.new(secret, t.encode() + b"." + body, hashlib.sha256).hexdigest() == v1
        data = json.loads(body)
        event = data.get("event", {})
        told = f"{data.get('generation', event.get('kind'))} {data.get('url', event.get('subject'))}"
        with open(sys.argv[1] + "/log", "a") as log:
          log.write(f"{self.path} {self.headers['x-postern-delivery']} {told} {good} {word}\\n")
        if word == "drop": self.close_connection = True; self.connection.close(); return
        if word == "slow": time.sleep(1); word = "200"
        self.send_response(int(word))
        if word in ("302", "307"): self.send_header("location", "/elsewhere")
        self.send_header("content-length", "0"); self.end_headers()
      def do_GET(self): open(sys.argv[1] + "/log", "a").write("GET\\n")
      def log_message(self, *_): pass
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    open(sys.argv[1] + "/port.new", "w").write(str(server.server_address[1]))
    import os; os.rename(sys.argv[1] + "/port.new", sys.argv[1] + "/port")
    server.serve_forever()
    """

  /// Runs a sender towards a receiver until its log has so many lines, and the mark.
  private func deliver(
    _ script: String, lines: Int, until mark: String = "", sets: Set<SetName>? = nil,
    publishing generations: [Int64], events: [Event] = [], of kinds: Set<EventKind> = [],
    then restarts: [(publishing: [Int64], lines: Int)] = []
  ) async throws -> [String] {
    try await Tool.withFolder { folder in
      let program = try ChildProgram(
        try ChildProgram.path("python3"), ["-c", Self.receiver, folder.path, script])
      let deadline = ContinuousClock.now + .seconds(40)
      func text(_ name: String) -> String {
        (try? String(contentsOf: folder.appending(path: name), encoding: .utf8)) ?? ""
      }
      while text("port").isEmpty, ContinuousClock.now < deadline {
        try await Task.sleep(for: .milliseconds(10))
      }
      var logger = Logger(label: "test")
      logger.logLevel = .critical
      let target = WebhookTarget(
        url: "http://127.0.0.1:\(text("port"))/hook?key=x", secret: Self.secret, sets: sets,
        events: kinds)
      for (generations, lines) in [(generations, lines)] + restarts {
        let sender = WebhookSender(
          [target], root: "https://postern.example",
          memory: WebhookMemory(folder.appending(path: "memory").path), logger: logger,
          now: { TestServer.at })
        let services = ServiceGroup(configuration: .init(services: [sender], logger: logger))
        try await withThrowingTaskGroup(of: Void.self) { group in
          group.addTask { try await services.run() }
          for generation in generations { sender.take(try Self.pointer(generation)) }
          sender.take(events)
          while text("log").split(separator: "\n").count < lines
            || !(mark.isEmpty || text("log").contains(mark)),
            ContinuousClock.now < deadline
          {
            try await Task.sleep(for: .milliseconds(10))
          }
          // Whatever comes too much comes now.
          try await Task.sleep(for: .milliseconds(300))
          await services.triggerGracefulShutdown()
          try await group.waitForAll()
        }
      }
      program.signal(SIGTERM)
      return text("log").split(separator: "\n").map(String.init)
    }
  }

  @Test(
    "a pointer is delivered signed, again after failures of every kind, and once more for a newer generation")
  func delivers() async throws {
    let log = try await deliver("503 drop slow", lines: 3, publishing: [42])
    #expect(
      log
        == ["503", "drop", "slow"].map {
          "/hook?key=x mcr-42 42 https://postern.example/v1/sets/mcr True \($0)"
        })
  }

  @Test(
    "what is refused isn't asked again, a redirect isn't followed, and the next generation comes all the same"
  )
  func refused() async throws {
    for word in ["400", "302", "307"] {
      let log = try await deliver(word, lines: 1, publishing: [42])
      #expect(log == ["/hook?key=x mcr-42 42 https://postern.example/v1/sets/mcr True \(word)"])
    }
  }

  @Test(
    "after a restart whoever lacks the current generation is told, who took it isn't, and another history is news"
  )
  func restarts() async throws {
    let log = try await deliver(
      "200 503 200", lines: 1, publishing: [42],
      then: [([42, 43], 2), ([43], 3), ([43], 3), ([42], 4)])
    #expect(
      log.map { $0.split(separator: " ") }.map { "\($0[2]) \($0[5])" }
        == ["42 200", "43 503", "43 200", "42 200"])
  }

  @Test(
    "a damaged memory tells each receiver once more, and holds no secret of a URL",
    arguments: ["", "x", "[]", "{\"a\":1}"])
  func damagedMemory(text: String) async throws {
    try await Tool.withFolder { folder in
      let file = folder.appending(path: "memory")
      try text.write(to: file, atomically: true, encoding: .utf8)
      let (pointer, target) = (
        try Self.pointer(42), WebhookTarget(url: "https://x.example/?key=hush", secret: Self.secret)
      )
      let memory = WebhookMemory(file.path)
      #expect(!memory.has(pointer, target))
      try memory.note(pointer, target)
      #expect(WebhookMemory(file.path).has(pointer, target))
      #expect(!WebhookMemory(file.path).has(try Self.pointer(43), target))
      #expect(try !String(contentsOf: file, encoding: .utf8).contains("hush"))
    }
  }

  @Test("a burst ends with the newest generation, and a receiver of another set hears nothing")
  func coalesces() async throws {
    let log = try await deliver("slow 200", lines: 1, until: "mcr-500", publishing: (1...500).map { $0 })
    #expect(log.count <= 3)
    #expect(log.last?.contains(" mcr-500 500 ") == true)
    let other = try await deliver(
      "200", lines: 0, sets: [try #require(SetName("other"))], publishing: [1, 2])
    #expect(other.isEmpty)
  }
}
