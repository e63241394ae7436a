import DNS
import Deciding
import Foundation
import Synchronization
import TestTools
import Testing

@testable import Learning

@Suite(.serialized, .timeLimit(.minutes(2))) struct LiveTapTests {
  private static let domain = "data.mcr.microsoft.com"

  @Test(
    "what real servers send must be learned, and what their clients were given be believed of a trusted tap",
    arguments: LiveTapServer.allCases)
  func learns(from server: LiveTapServer) async throws {
    if server.usesTCP {
      let tap = try await RunningTap(
        .tcp(host: "127.0.0.1", port: 0), targets: [DomainName(canonical: "edge.microsoft.com")])
      do { try await check(server, tap, at: "127.0.0.1:\(try #require(tap.port))") } catch {
        try? await tap.stop()
        throw error
      }
      try await tap.stop()
    } else {
      try await RunningTap.onUnixSocket(targets: [DomainName(canonical: "edge.microsoft.com")]) { tap, path in
        try await check(server, tap, at: path)
      }
    }
  }

  @Test(
    "a resolver must find Postern again after a restart",
    arguments: [LiveTapServer.unbound, .named, .dnsdist, .kresd, .recursor])
  func survivesRestart(_ server: LiveTapServer) async throws {
    try await Tool.withFolder { folder in
      let path = folder.appending(path: "s").path
      let first = try await RunningTap(.unix(path: path))
      let (port, authorityPort) = (try RealServer.freePort(), try RealServer.freePort())
      let authority = try LiveTapServer.authority(port: authorityPort)
      try await isAnswered("ready.microsoft.com", port: authorityPort)
      let running = try server.start(port: port, authority: authorityPort, tap: path)
      try await isAnswered("ready.microsoft.com", port: port)
      try await eventually("\(server.rawValue) connects") { first.listener.report.connections ?? 0 > 0 }
      try await first.stop()
      let second = try await RunningTap(.unix(path: path))
      // PowerDNS tells only what isn't in its cache, and each tells nothing while it is not connected.
      let round = Mutex(0)
      try await eventually("\(server.rawValue) comes back", within: .seconds(60)) {
        let number = round.withLock {
          $0 += 1
          return $0
        }
        _ = try await dig(["r\(number).\(Self.domain)", "A"], port: port)
        try await Task.sleep(for: .milliseconds(100))
        return !second.names.isEmpty
      }
      try await second.stop()
      running.end()
      authority.end()
    }
  }

  private func check(_ server: LiveTapServer, _ tap: RunningTap, at place: String) async throws {
    let (port, authorityPort) = (try RealServer.freePort(), try RealServer.freePort())
    let authority = try LiveTapServer.authority(port: authorityPort)
    try await isAnswered("ready.microsoft.com", port: authorityPort)
    let running = try server.start(port: port, authority: authorityPort, tap: place)
    try await isAnswered("ready.microsoft.com", port: port)
    try await eventually("\(server.rawValue) connects") { tap.listener.report.connections ?? 0 > 0 }
    for question in [
      ["eastus.\(Self.domain)", "A"], ["eastus.\(Self.domain)", "AAAA"], ["westeurope.\(Self.domain)", "A"],
      ["nosuchregion.\(Self.domain)", "A"], ["a\\.b.\(Self.domain)", "A"], ["own.microsoft.com", "A"],
    ] {
      _ = try await dig(question, port: port)
    }
    let names = Set(["eastus", "westeurope", "nosuchregion"].map { "\($0).\(Self.domain)" })
    try await eventually("\(server.rawValue): the names are learned") { tap.names == names }
    try await eventually("\(server.rawValue): the forged label is refused") {
      tap.listener.report.refused.keys.contains("notHostname")
    }
    if server.tellsClients {
      try await eventually("\(server.rawValue): every answer is believed") { tap.lookups.count >= 4 }
      let lookups = Set(
        tap.lookups.map { lookup in
          let addresses = lookup.chain.addresses.map(\.data.description).sorted()
          return
            "\(lookup.question) \(lookup.outcome) \(lookup.chain.links.map(\.target.text)) \(addresses)"
        })
      let edge = "[\"edge.microsoft.com\"]"
      #expect(
        lookups == [
          "eastus.\(Self.domain) A answer \(edge) [\"150.171.69.10\", \"150.171.70.10\"]",
          "eastus.\(Self.domain) AAAA answer \(edge) [\"2603:1061:f:100::10\"]",
          "westeurope.\(Self.domain) A answer \(edge) [\"150.171.69.10\", \"150.171.70.10\"]",
          "nosuchregion.\(Self.domain) A nxDomain [] []",
        ])
      #expect(tap.lookups.allSatisfy { $0.chain.links.isEmpty || $0.chain.smallestTTL?.seconds ?? 0 > 0 })
      try await eventually("\(server.rawValue): a name with the same target is related") {
        tap.reports.flatMap(\.related).contains {
          $0.name.text == "own.microsoft.com"
            && $0.relation == .sameTarget(DomainName(canonical: "edge.microsoft.com"))
        }
      }
    } else {
      #expect(tap.lookups.isEmpty)
    }
    #expect(Set(tap.listener.report.refused.keys) == ["notHostname"])
    running.end()
    try await eventually("\(server.rawValue) has left") { tap.connections.last == 0 }
    authority.end()
  }

  /// Asks until there is an answer: a server that has just started refuses at first.
  private func isAnswered(_ name: String, port: UInt16) async throws {
    try await eventually("port \(port) answers") { try await dig([name, "A"], port: port) == ["192.0.2.1"] }
  }

  private func dig(_ question: [String], port: UInt16) async throws -> [String] {
    try await Tool.run("dig", ["@127.0.0.1", "-p", "\(port)", "+short", "+tries=1", "+time=5"] + question)
      .lines
  }
}
