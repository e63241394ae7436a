import Crypto
import DNS
import Deciding
import Foundation
import Logging
import Publishing
import Serving
import Synchronization
import TestTools
import Testing

/// A real server on loopback, which curl and raw sockets talk to.
struct TestServer {
  let port: Int
  let sets: PublishedSets
  let sightings: RecordedSightings
  let access: AccessList
  let scheme: String
  /// All that was logged, at every level.
  let log: RecordedLog

  static let at = Timestamp(seconds: 1_795_424_400)  // 2026-11-23T09:00:00Z

  /// Runs a server while `body` does.
  ///
  /// - Parameter addresses: the content of set `mcr`; nil leaves it unpublished.
  static func run(
    _ addresses: [String]? = [
      "150.171.69.10", "150.171.70.10", "20.0.0.0", "20.0.0.1", "2603:1061:f:100::10",
    ],
    history: (any HistoryReader)? = nil, readiness: Readiness = Readiness(faults: [], warnings: []),
    principals: [Principal] = TestServer.principals, isRestricted: Bool = false,
    identity: TLSIdentity? = nil, limits: HTTPLimits = HTTPLimits(),
    waiters: Int = 100, signer: SigningKey? = nil, consumers: ConsumerLog? = nil, tags: TagBook = TagBook(),
    _ body: @Sendable @escaping (TestServer) async throws -> Void
  ) async throws {
    let names = ["mcr", "pending"].compactMap { SetName($0) }
    let sets = PublishedSets(names, waiters: waiters, signer: signer)
    if let addresses { sets.publish(try published(addresses)) }
    let sightings = RecordedSightings()
    let access = AccessList(principals)
    let log = RecordedLog()
    let policies = names.prefix(1).map {
      SetPolicy(
        name: $0, selectors: Profile.mcrGlobal.selectors,
        tagRules: TagRules(expected: Profile.mcrGlobal.expectedServiceTags.compactMap { TagName($0) }))
    }
    let site = Site(
      sets: sets, policies: policies, history: history, sightings: sightings, access: access,
      identity: identity, limits: limits, consumers: consumers,
      readiness: { readiness }, tags: { tags },
      now: { at })
    let (ports, continuation) = AsyncStream<Int>.makeStream()
    var logger = Logger(label: "test") { _ in log.handler }
    logger.logLevel = .trace
    let address = ListenAddress(
      host: "127.0.0.1", port: 0, isSecure: identity != nil, isRestricted: isRestricted)
    let server = SetServer(
      site, listen: [address], logger: logger,
      onListening: { continuation.yield($0.port) })
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await server.run() }
      group.addTask {
        for await port in ports {
          try await body(
            TestServer(
              port: port, sets: sets, sightings: sightings, access: access,
              scheme: identity == nil ? "http" : "https", log: log))
          return
        }
      }
      try await group.next()
      group.cancelAll()
      try? await group.waitForAll()
    }
  }

  /// Two who may not read: `ops` reports with "secret", `reader` operates with "other".
  static let principals = [
    principal("ops", "secret", [.sightings]), principal("reader", "other", [.operate]),
  ]

  /// Somebody with these secrets.
  static func principal(_ name: String, _ secrets: String..., scopes: Set<Principal.Scope>) -> Principal {
    Principal(name: name, digests: secrets.map { Array(SHA256.hash(data: Data($0.utf8))) }, scopes: scopes)
  }

  private static func principal(
    _ name: String, _ secret: String, _ scopes: Set<Principal.Scope>
  ) -> Principal {
    principal(name, secret, scopes: scopes)
  }

  /// A published set `mcr`.
  static func published(
    _ addresses: [String], generation: Int64 = 42, status: SetStatus = .ok
  ) throws -> PublishedSet {
    let name = try DomainName("mcr.microsoft.com")
    let elements = try addresses.map { try #require(IPAddress($0)) }.sorted().map {
      SetElement(address: $0, names: [name], firstSeen: at - .seconds(60), lastSeen: at)
    }
    let snapshot = Snapshot(
      set: try #require(SetName("mcr")), generation: Generation(generation), at: at, elements: elements,
      digest: .computing(elements.map(\.prefix)))
    return PublishedSet(snapshot: snapshot, status: status, checkedAt: at, validUntil: at + .seconds(3600))
  }

  /// What curl got.
  struct Reply: Sendable {
    let status: Int
    /// By lower-case name.
    let fields: [String: String]
    let body: Data
    var text: String { String(decoding: body, as: UTF8.self) }
  }

  /// Asks with curl.
  func curl(_ path: String, _ arguments: [String] = [], input: [UInt8] = []) async throws -> Reply {
    try await Tool.withFolder { folder in
      let (head, body) = (folder.appending(path: "head"), folder.appending(path: "body"))
      let outcome = try await Tool.run(
        "curl",
        [
          "-sS", "--path-as-is", "-g", "--max-time", "20", "-D", head.path, "-o", body.path,
          "\(scheme)://127.0.0.1:\(port)\(path)",
        ] + arguments, input: input)
      try #require(outcome.status == 0, "\(outcome.errors)")
      // After "100 Continue" comes the real head.
      let blocks = String(decoding: try Data(contentsOf: head), as: UTF8.self).split(separator: "\r\n\r\n")
      let lines = try #require(blocks.last).split(separator: "\r\n")
      let status = lines.first?.split(separator: " ").dropFirst().first.flatMap { Int($0) }
      var fields = [String: String]()
      for line in lines.dropFirst() {
        let parts = line.split(separator: ":", maxSplits: 1)
        fields[parts[0].lowercased()] = parts[1].trimmingCharacters(in: .whitespaces)
      }
      // With -I curl writes the head into the body's file.
      let content = arguments.contains("-I") ? nil : try? Data(contentsOf: body)
      return Reply(status: try #require(status), fields: fields, body: content ?? Data())
    }
  }

  /// The statuses of the answers in what `raw` gave back.
  static func statuses(_ text: String) -> [String] {
    // A body ends with a bare line feed, and the next status line follows it.
    text.split(whereSeparator: \.isNewline).filter { $0.hasPrefix("HTTP/1.1 ") }
      .map { String($0.dropFirst(9).prefix(3)) }
  }

  /// Sends bytes over one connection and gives back all that comes until the server closes or `seconds` pass
  /// without anything new.
  func raw(_ text: String, seconds: Double = 1) async throws -> String {
    let script = """
      import socket, sys
      s = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
      s.settimeout(float(sys.argv[2]))
      s.sendall(sys.stdin.buffer.read())
      try:
        while True:
          data = s.recv(65536)
          if not data: break
          sys.stdout.buffer.write(data)
      except (TimeoutError, ConnectionResetError): pass
      """
    return try await Tool.run("python3", ["-c", script, "\(port)", "\(seconds)"], input: Array(text.utf8))
      .text
  }
}

/// Keeps what was reported; refuses names outside `microsoft.com`.
final class RecordedSightings: SightingSink {
  private let state = Mutex<[(DomainName, String)]>([])

  var names: [String] { state.withLock { $0.map { $0.0.text } } }
  var sources: Set<String> { state.withLock { Set($0.map { $0.1 }) } }

  func accept(_ names: [DomainName], from source: String) async throws -> [(name: DomainName, reason: String)]
  {
    let parent = try DomainName("microsoft.com")
    state.withLock { $0 += names.filter { $0.isSubdomain(of: parent) }.map { ($0, source) } }
    return names.filter { !$0.isSubdomain(of: parent) }.map { ($0, "no set watches it") }
  }
}
