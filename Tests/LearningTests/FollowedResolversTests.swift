import DNS
import Deciding
import Foundation
import TestTools
import Testing

@testable import Learning

@Suite("Which resolvers a followed log says clients ask")
struct FollowedResolversTests {
  private static let watched = WatchedNames([.pattern(NamePattern(canonical: "*.data.example.com"))])

  private static func report(_ format: LineFormat, _ lines: [String]) async throws -> SourceReport {
    try await Tool.withFolder { folder in
      let path = folder.appending(path: "log").path
      try (lines.joined(separator: "\n") + "\n").write(toFile: path, atomically: false, encoding: .utf8)
      let follower = FileFollower(
        path: path, format: format, watching: watched, position: nil, source: "log",
        now: { Timestamp(seconds: 1_800_000_000) })
      _ = try await follower.next()
      return await follower.report
    }
  }

  private static func bind(_ name: String, _ server: String) -> String {
    "client @0x7f63e2232098 10.20.3.17#41854 (\(name)): query: \(name) IN A +E(0)K (\(server))"
  }

  @Test("BIND's names each that clients ask for watched names, once, but no loopback and at most a few")
  func bind() async throws {
    let name = "a.data.example.com"
    var lines = ["10.20.0.54", "10.20.0.53", "fd00::53", "127.0.0.1", "::1", "10.20.0.53"].map {
      Self.bind(name, $0)
    }
    lines += [
      Self.bind("other.example.net", "10.20.0.99"), Self.bind(name, "10.20.0.55") + " [ECS 192.0.2.0/24/0]",
    ]
    let report = try await Self.report(.bind, lines)
    #expect(report.resolvers?.map(\.address) == ["10.20.0.53", "10.20.0.54", "10.20.0.55", "fd00::53"])
    #expect(report.resolvers?.allSatisfy { $0.port == 53 && $0.identity == nil } == true)
    let many = try await Self.report(.bind, (0..<100).map { Self.bind(name, "10.20.1.\($0)") })
    #expect(many.resolvers?.count == SeenResolvers.most)
  }

  @Test("A log that doesn't say which resolver was asked names none")
  func others() async throws {
    let line = "[1795422713] unbound[26668:0] info: 10.0.0.1 a.data.example.com. A IN"
    let report = try await Self.report(.unbound, [line])
    #expect(report.resolvers == nil && report.watched == 1)
  }
}
