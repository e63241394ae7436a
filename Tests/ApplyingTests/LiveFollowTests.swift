import Applying
import DNS
import Deciding
import Foundation
import Logging
import Publishing
import Synchronization
import TestTools
import Testing

/// A kernel with nftables that only remembers: what it holds, and what it was told.
final class RememberedKernel: ToolRunning {
  private let state = Mutex((loads: [String](), refuses: false, sets: [String: [String]]()))

  var loads: [String] { state.withLock { $0.loads } }
  var elements: [String] { state.withLock { $0.sets.values.flatMap { $0 }.sorted() } }

  func refuse(_ refuses: Bool) { state.withLock { $0.refuses = refuses } }
  func flush() { state.withLock { state in for set in state.sets.keys { state.sets[set] = [] } } }

  func run(_ tool: String, _ arguments: [String], input: [UInt8]) async throws(ApplyError) -> ToolOutcome {
    state.withLock { state in
      if state.refuses { return ToolOutcome(status: 1, errors: "Error: Operation not permitted") }
      if arguments.first == "-j", let set = arguments.last {
        guard let elements = state.sets[set] else {
          return ToolOutcome(status: 1, errors: "Error: No such file or directory")
        }
        let type = set.hasSuffix("4") ? "ipv4_addr" : "ipv6_addr"
        let texts = elements.map { "\"\($0)\"" }.joined(separator: ",")
        let json = #"{"nftables":[{"set":{"type":"\#(type)","flags":["interval"],"elem":[\#(texts)]}}]}"#
        return ToolOutcome(status: 0, output: Array(json.utf8))
      }
      guard arguments == ["-f", "-"] else { return ToolOutcome(status: 0) }
      let text = String(decoding: input, as: UTF8.self)
      state.loads.append(text)
      for line in text.split(separator: "\n") {
        let words = line.split(separator: " ").map(String.init)
        let elements = words.dropFirst(6).map { $0.filter { $0 != "," } }.filter { $0 != "}" && $0 != "{" }
        switch (words[0], words[1]) {
        case ("add", "set"): state.sets[words[4]] = []
        case ("flush", _): state.sets[words[4]] = []
        case ("add", "element"): state.sets[words[4], default: []] += elements
        case ("delete", _): state.sets[words[4]]?.removeAll { elements.contains($0) }
        default: break
        }
      }
      return ToolOutcome(status: 0)
    }
  }
}

@Suite(.serialized, .timeLimit(.minutes(2))) struct LiveFollowTests {
  private static func settings(_ server: ScriptedSetServer) throws -> FollowClient.Settings {
    let name = try Samples.name()
    var settings = FollowClient.Settings(
      server: try #require(FollowedServer(server.url, set: name)), set: name)
    settings.deadline = .seconds(2)
    return settings
  }

  private static func publish(
    _ texts: [String], _ generation: Int64, on server: ScriptedSetServer, signer: SigningKey? = nil
  ) throws {
    let bodies = try Samples.published(texts, generation: generation)
    try server.publish(
      generation, version: bodies.version, list: bodies.list,
      signature: try signer.map { try Samples.signature($0, bodies.list, generation: generation) })
  }

  private static func eventually(_ what: Comment, _ condition: () -> Bool) async throws {
    let end = ContinuousClock.now + .seconds(15)
    while ContinuousClock.now < end, !condition() { try await Task.sleep(for: .milliseconds(5)) }
    try #require(condition(), what)
  }

  /// Runs a follower while `body` does.
  private static func follow(
    _ server: ScriptedSetServer, _ kernel: RememberedKernel, taken: TakenSet? = nil,
    allowsRollback: Bool = false,
    key: VerifyingKey? = nil, _ body: @Sendable () async throws -> Void
  ) async throws {
    var client = try settings(server)
    client.key = key
    var follower = Follower.Settings(
      memory: server.folder.appending(path: "taken").path, now: { Timestamp(seconds: 1_764_000_000) })
    follower.polling = .milliseconds(100)
    follower.check = .milliseconds(100)
    follower.allowsRollback = allowsRollback
    var logger = Logger(label: "test")
    logger.logLevel = .critical
    let loader = SetLoader(try KernelTarget(.nft(.postern), name: Samples.name()), runner: kernel)
    try await FollowClient.with(client) { [follower, logger] client in
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
          try? await Follower(follower, client: client, loader: loader, logger: logger).run(taken: taken)
        }
        try await body()
        group.cancelAll()
      }
    }
  }

  @Test(
    "each generation reaches the kernel by events, by long polls, and by polls",
    arguments: [[], ["no-events"], ["no-events", "no-wait"]])
  func channels(_ faults: [String]) async throws {
    try await ScriptedSetServer.run { server in
      try faults.joined(separator: " ").write(
        to: server.folder.appending(path: "faults"), atomically: true, encoding: .utf8)
      try Self.publish(["20.0.0.1", "2001:db8::1"], 1, on: server)
      let kernel = RememberedKernel()
      try await Self.follow(server, kernel) {
        try await Self.eventually("the first") { kernel.elements == ["20.0.0.1", "2001:db8::1"] }
        try Self.publish(["20.0.0.1", "20.0.0.5", "2001:db8::1"], 2, on: server)
        try await Self.eventually("the second") { kernel.elements.contains("20.0.0.5") }
        #expect(kernel.loads.last == "add element inet postern mcr4 { 20.0.0.5 }\n")
        kernel.flush()
        try await Self.eventually("the repair") { kernel.elements.count == 3 }
      }
      #expect(
        server.requests.contains { $0.contains("wait=") } == (faults == ["no-events"] || faults.count == 2))
      let name = try Samples.name()
      let kept = try TakenSet.read(server.folder.appending(path: "taken").path, set: name, limit: 100)
      #expect(kept?.offer.generation == Generation(2))
    }
  }

  @Test(
    "a body that is cut, endless, of another digest or late leaves the kernel alone, and the next good one is taken",
    arguments: ["bad-digest", "cut", "endless", "silent", "down"])
  func badBodies(_ fault: String) async throws {
    try await ScriptedSetServer.run { server in
      try Self.publish(["20.0.0.1"], 1, on: server)
      let kernel = RememberedKernel()
      try await Self.follow(server, kernel) {
        try await Self.eventually("the first") { kernel.elements == ["20.0.0.1"] }
        try server.fail(fault)
        let asked = server.requests.count
        try Self.publish(["20.0.0.9"], 2, on: server)
        if fault != "silent" {
          try await Self.eventually("asked") { server.requests.count > asked + 2 }
        } else {
          try await Task.sleep(for: .seconds(3))
        }
        #expect(kernel.elements == ["20.0.0.1"])
        try server.fail()
        try await Self.eventually("the second") { kernel.elements == ["20.0.0.9"] }
      }
    }
  }

  @Test(
    "wrong lists leave the kernel alone: of other addresses, empty, half written, a page, a door wide open")
  func badLists() async throws {
    try await ScriptedSetServer.run { server in
      try Self.publish(["20.0.0.1"], 1, on: server)
      let kernel = RememberedKernel()
      try await Self.follow(server, kernel) {
        try await Self.eventually("the first") { kernel.elements == ["20.0.0.1"] }
        for (index, text) in ["20.0.0.66\n", "", "20.0.0.9", "<html>\n", "0.0.0.0/0\n", "20.0.0.0/8\n"]
          .enumerated()
        {
          let generation = Int64(index + 2)
          let bodies = try Samples.published(["20.0.0.9"], generation: generation)
          try server.publish(generation, version: bodies.version, list: Array(text.utf8))
          try await Self.eventually("asked") {
            server.requests.contains { $0.hasSuffix("/snapshots/\(generation).txt") }
          }
        }
        try await Task.sleep(for: .milliseconds(200))
        #expect(kernel.elements == ["20.0.0.1"])
        #expect(kernel.loads.count == 1)
      }
    }
  }

  @Test("an older generation and a changed one leave the kernel alone, until a person allows it once")
  func rollback() async throws {
    try await ScriptedSetServer.run { server in
      try Self.publish(["20.0.0.5"], 5, on: server)
      let kernel = RememberedKernel()
      try await Self.follow(server, kernel) {
        try await Self.eventually("the first") { kernel.elements == ["20.0.0.5"] }
        try Self.publish(["20.0.0.4"], 4, on: server)
        try await Task.sleep(for: .milliseconds(300))
        try Self.publish(["20.0.0.55"], 5, on: server)
        try await Task.sleep(for: .milliseconds(300))
        #expect(kernel.elements == ["20.0.0.5"])
      }
      try Self.publish(["20.0.0.4"], 4, on: server)
      let memory = server.folder.appending(path: "taken").path
      let taken = try TakenSet.read(memory, set: try Samples.name(), limit: 100)
      // A new process remembers.
      try await Self.follow(server, kernel, taken: taken) {
        try await Task.sleep(for: .milliseconds(400))
        #expect(kernel.elements == ["20.0.0.5"])
      }
      try await Self.follow(server, kernel, taken: taken, allowsRollback: true) {
        try await Self.eventually("the older") { kernel.elements == ["20.0.0.4"] }
      }
    }
  }

  @Test("with a key only signed generations are taken")
  func signatures() async throws {
    let signer = SigningKey()
    try await ScriptedSetServer.run { server in
      try Self.publish(["20.0.0.1"], 1, on: server, signer: signer)
      let kernel = RememberedKernel()
      try await Self.follow(server, kernel, key: signer.publicKey) {
        try await Self.eventually("the signed one") { kernel.elements == ["20.0.0.1"] }
        try Self.publish(["20.0.0.2"], 2, on: server, signer: nil)
        try Self.publish(["20.0.0.3"], 3, on: server, signer: SigningKey())
        let old = try Samples.signature(
          signer, try Samples.published(["20.0.0.4"], generation: 4).list, generation: 3)
        let bodies = try Samples.published(["20.0.0.4"], generation: 4)
        try server.publish(4, version: bodies.version, list: bodies.list, signature: old)
        try await Task.sleep(for: .milliseconds(500))
        #expect(kernel.elements == ["20.0.0.1"])
        try Self.publish(["20.0.0.5"], 5, on: server, signer: signer)
        try await Self.eventually("the next signed one") { kernel.elements == ["20.0.0.5"] }
      }
    }
  }

  @Test("a server that is away leaves the kernel in step with what was taken last, also after a boot")
  func away() async throws {
    try await ScriptedSetServer.run { server in
      try server.fail("down")
      let kernel = RememberedKernel()
      let digest = try Samples.published(["20.0.0.7"], generation: 7).digest
      let taken = TakenSet(
        offer: Offer(generation: Generation(7), digest: digest),
        wanted: try Samples.wanted(["20.0.0.7"], generation: 7))
      try await Self.follow(server, kernel, taken: taken) {
        try await Self.eventually("the boot") { kernel.elements == ["20.0.0.7"] }
        kernel.flush()
        try await Self.eventually("the repair") { kernel.elements == ["20.0.0.7"] }
      }
    }
  }

  @Test("what was taken is kept whole, and a damaged file or another set's is no memory")
  func memory() async throws {
    try await Tool.withFolder { folder in
      let path = folder.appending(path: "taken").path
      let name = try Samples.name()
      #expect(try TakenSet.read(path, set: name, limit: 9) == nil)
      let digest = try Samples.published(["20.0.0.7"], generation: 7).digest
      let taken = TakenSet(
        offer: Offer(generation: Generation(7), digest: digest),
        wanted: try Samples.wanted(["20.0.0.7"], generation: 7))
      try taken.write(path, at: Timestamp(seconds: 1))
      #expect(try TakenSet.read(path, set: name, limit: 9) == taken)
      #expect(throws: TakenSetError.self) {
        try TakenSet.read(path, set: try #require(SetName("dev")), limit: 9)
      }
      let whole = try Data(contentsOf: URL(filePath: path))
      for count in [0, 10, 40, whole.count - 1] {
        try whole.prefix(count).write(to: URL(filePath: path))
        #expect(throws: TakenSetError.self) { try TakenSet.read(path, set: name, limit: 9) }
      }
    }
  }
}
