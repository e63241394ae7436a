import Foundation
import Synchronization
import TestTools
import Testing

/// A configuration in a folder of its own, and the command that reads it; `serve` can be started and ended.
final class Service: Sendable {
  let folder: URL
  let port: Int
  private let running = Mutex<ChildProgram?>(nil)

  static let token = "a-secret-of-some-length"

  /// Runs with one upstream, `world`.
  static func run(
    upstream: String, set: String = "retention: 3s", rest: String = "", _ body: (Service) async throws -> Void
  ) async throws {
    try await run(upstreams: [("world", upstream)], set: set, rest: rest, body)
  }

  /// Makes the folder and the configuration, and ends what was started when `body` returns.
  ///
  /// - Parameters:
  ///   - set: what the set `mcr` has beside its profile, as YAML.
  ///   - rest: further top-level keys, as YAML.
  static func run(
    upstreams: [(name: String, address: String)], set: String = "retention: 3s", rest: String = "",
    _ body: (Service) async throws -> Void
  ) async throws {
    try await Tool.withFolder { folder in
      let service = try await Service(folder: folder)
      let digest = try await Tool.run("sha256sum", input: Array(token.utf8)).text.prefix(64)
      try service.configure(
        """
        state: \(folder.path)/state
        http: { listen: ["127.0.0.1:\(service.port)"] }
        upstreams: [\(upstreams.map { "{ address: \"\($0.address)\", name: \($0.name) }" }.joined(separator: ", "))]
        sets:
          mcr: { profile: mcr-global, refresh: { floor: 300ms, ceiling: 1s }, \(set) }
        tokens: [{ name: ops, sha256: \(digest), may: [sightings] }]
        \(rest)
        """)
      do { try await body(service) } catch {
        let log = service.log.suffix(2000)
        _ = await service.end(SIGKILL)
        Issue.record("\(error)\nthe service said: \(log)")
        return
      }
      _ = await service.end(SIGKILL)
    }
  }

  private init(folder: URL) async throws {
    self.folder = folder
    port = try await Self.freePort()
  }

  var configuration: String { folder.appending(path: "postern.yaml").path }
  var state: String { folder.appending(path: "state").path }
  var history: String { state + "/history.sqlite" }
  /// What the service logged so far.
  var log: String { (try? String(contentsOf: folder.appending(path: "log"), encoding: .utf8)) ?? "" }
  var processID: Int32? { running.withLock { $0?.id } }

  func configure(_ text: String) throws {
    try text.write(toFile: configuration, atomically: true, encoding: .utf8)
  }

  /// Starts `postern serve`, through `wrapper` if there is one, and waits until it listens.
  func start(_ wrapper: [String] = []) async throws {
    let words = wrapper + [try Self.program(), "serve", "--config", configuration]
    let program = try ChildProgram(
      try ChildProgram.path(words[0]), Array(words.dropFirst()),
      ChildProgram.Streams(output: folder.appending(path: "log").path))
    running.withLock { $0 = program }
    try await eventually("the service listens; it said: \(log.suffix(500))") {
      try await get("/healthz").status == 200
    }
  }

  /// Starts and waits for the first generation.
  func startAndPublish() async throws {
    try await start()
    try await eventually("a first generation") { try await get("/v1/sets/mcr/version").status == 200 }
  }

  /// Sends a signal and gives back the exit code; nil when nothing ran.
  func end(_ signal: Int32 = SIGTERM) async -> Int32? {
    let ending = running.withLock { running in
      defer { running = nil }
      return running
    }
    ending?.signal(signal)
    return try? await ending?.ended()
  }

  /// Runs a command of `postern` with this configuration and words that were gathered.
  func postern(_ command: String, _ words: [String]) async throws -> Tool.Outcome {
    try await Tool.run(try Self.program(), [command] + words + ["--config", configuration])
  }

  /// Runs a command of `postern` with this configuration.
  func postern(_ arguments: String..., input: String = "") async throws -> Tool.Outcome {
    try await Tool.run(try Self.program(), arguments + ["--config", configuration], input: Array(input.utf8))
  }

  struct Reply {
    /// 0 when nobody answered.
    let status: Int
    let head: String
    let body: Data
    var text: String { String(decoding: body, as: UTF8.self) }
  }

  func get(_ path: String, _ arguments: [String] = [], input: String = "") async throws -> Reply {
    let outcome = try await Tool.run(
      "curl", ["-s", "-i", "-g", "--max-time", "10", "http://127.0.0.1:\(port)\(path)"] + arguments,
      input: Array(input.utf8))
    guard outcome.status == 0, let end = outcome.output.range(of: Data("\r\n\r\n".utf8)) else {
      return Reply(status: 0, head: "", body: Data())
    }
    let head = String(decoding: outcome.output[..<end.lowerBound], as: UTF8.self)
    return Reply(
      status: Int(head.split(separator: " ").dropFirst().first ?? "") ?? 0, head: head,
      body: Data(outcome.output[end.upperBound...]))
  }

  /// The served addresses; empty when none is served.
  func addresses() async throws -> [String] {
    let reply = try await get("/v1/sets/mcr?aggregate=0")
    return reply.status == 200 ? reply.text.split(separator: "\n").map(String.init) : []
  }

  /// Waits for so many answers: replaced addresses, say, are only told once each was seen a few times.
  func awaitAnswers(_ count: Int) async throws {
    try await eventually("\(count) answers") {
      let metrics = try await get("/metrics").text
      let line = metrics.split(separator: "\n").first {
        $0.hasPrefix("postern_lookups_total{") && $0.contains("outcome=\"answer\"")
      }
      return Int(line?.split(separator: " ").last ?? "0") ?? 0 >= count
    }
  }

  struct Version: Decodable, Equatable {
    let generation: Int
    let sha256: String
    let status: String
  }

  /// Which generation is served; nil when none is.
  func version() async throws -> Version? {
    let reply = try await get("/v1/sets/mcr/version")
    return reply.status == 200 ? try JSONDecoder().decode(Version.self, from: reply.body) : nil
  }

  /// The command, which is built beside the tests.
  static func program() throws -> String {
    // …/debug/posternPackageTests.xctest, or …/debug/deps in other layouts: up until it is there.
    var folder = Bundle.main.executableURL?.deletingLastPathComponent()
    let places = [Bundle.allBundles.map(\.bundleURL), CommandLine.arguments.map { URL(filePath: $0) }]
      .joined()
    for place in places where place.lastPathComponent.hasSuffix(".xctest") {
      folder = place.deletingLastPathComponent()
    }
    while let place = folder, place.path != "/" {
      let program = place.appending(path: "postern").path
      if FileManager.default.isExecutableFile(atPath: program), !program.hasSuffix("Sources/postern") {
        return program
      }
      folder = place.deletingLastPathComponent()
    }
    return try #require(nil, "no postern beside the tests. Try: swift build --product postern")
  }

  static func freePort() async throws -> Int {
    let script = "import socket; s = socket.socket(); s.bind(('127.0.0.1', 0)); print(s.getsockname()[1])"
    let line = try await Tool.run("python3", ["-c", script]).lines.first
    return try #require(line.flatMap { Int($0) })
  }
}

/// Whether each line is JSON for Python, an implementation that isn't ours.
func isJSONLines(_ data: Data) async throws -> Bool {
  let script = "import json, sys\nlines = [json.loads(l) for l in sys.stdin]\nsys.exit(0 if lines else 1)"
  return try await Tool.run("python3", ["-c", script], input: Array(data)).status == 0
}
