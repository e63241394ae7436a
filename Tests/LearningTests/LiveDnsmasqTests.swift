import DNS
import Deciding
import Foundation
import TestTools
import Testing

@testable import Learning

@Suite(.timeLimit(.minutes(2))) struct LiveDnsmasqTests {
  @Test(
    "what a real dnsmasq logs must be learned, through a rotation as logrotate does it",
    arguments: ["", "=extra"])
  func learnsThroughRotation(_ setting: String) async throws {
    let folder = FileManager.default.temporaryDirectory.appending(
      path: "postern-dnsmasq-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let log = folder.appending(path: "dnsmasq.log").path
    let (server, port) = try await start(log: log, setting)

    let follower = FileFollower(
      path: log, format: .dnsmasq, watching: DnsmasqQueryLogTests.mcr, position: nil,
      source: "dnsmasq:\(log)",
      interval: .milliseconds(100), settle: .milliseconds(200), now: { Timestamp(seconds: 1) })
    let before = (0..<50).map { "before\($0).data.mcr.microsoft.com" }
    let between = (0..<50).map { "between\($0).data.mcr.microsoft.com" }
    let after = (0..<50).map { "after\($0).data.mcr.azure.cn" }
    try await ask(before + ["other.example"], port: port)
    var counts = [String: Int64]()
    func collect(until names: Int) async throws {
      while counts.count < names {
        let batch = try await deadline { try await follower.next() }
        for sighting in batch.sightings { counts[sighting.name.text, default: 0] += sighting.count }
      }
    }
    try await collect(until: before.count)
    try #require(rename(log, log + ".1") == 0)
    try await ask(between, port: port)
    server.signal(SIGUSR2)
    try await ask(after, port: port)
    try await collect(until: before.count + between.count + after.count)
    #expect(Set(counts.keys) == Set(before + between + after))
    #expect(counts.values.allSatisfy { $0 == 1 })
    server.signal(SIGTERM)
    try await server.ended()
  }

  /// A running server and its port. The port was free for UDP a moment ago, but the server wants it for TCP as well:
  /// when it can't have it, another is tried.
  private func start(log: String, _ setting: String) async throws -> (ChildProgram, Int) {
    for _ in 0..<5 {
      let port = try Self.freePort()
      let server = try ChildProgram(
        try ChildProgram.path("dnsmasq"),
        [
          "--keep-in-foreground", "--conf-file=/dev/null", "--port=\(port)", "--listen-address=127.0.0.1",
          "--bind-interfaces", "--no-resolv", "--no-hosts", "--address=/#/192.0.2.1",
          "--log-queries\(setting)",
          "--log-facility=\(log)", "--user=\(NSUserName())", "--pid-file",
        ])
      do {
        try await ask(["ready.example"], port: port, within: .seconds(5))
        return (server, port)
      } catch is DeadlinePassed {
        server.signal(SIGKILL)
        try await server.ended()
        try? FileManager.default.removeItem(atPath: log)
      }
    }
    throw DeadlinePassed()
  }

  /// Asks for each name until it is answered; a server that has just started refuses at first.
  private func ask(_ names: [String], port: Int, within limit: Duration = .seconds(20)) async throws {
    let end = ContinuousClock.now + limit
    while ContinuousClock.now < end {
      let questions = names.flatMap { [$0, "A"] }
      let answers = try await Tool.run(
        "dig", ["@127.0.0.1", "-p", "\(port)", "+short", "+tries=1", "+time=5", "+noedns"] + questions)
      if answers.lines.count(where: { $0 == "192.0.2.1" }) == names.count { return }
      try await Task.sleep(for: .milliseconds(50))
    }
    throw DeadlinePassed()
  }

  /// A UDP port that was free a moment ago.
  static func freePort() throws -> Int {
    let socket = Foundation.socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
    defer { close(socket) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let bound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
        bind(socket, generic, length) == 0 && getsockname(socket, generic, &length) == 0
      }
    }
    try #require(bound)
    return Int(UInt16(bigEndian: address.sin_port))
  }
}
