import Foundation
import TestTools
import Testing

/// A running `scripts/world`: NSD with an imitation of the registry's zones, and unbound before it.
struct World: Sendable {
  /// Where unbound answers, as `127.0.0.1:port`.
  let upstream: String
  /// Where NSD answers.
  let authority: (host: String, port: String)
  private let folder: String

  /// Runs a world while `body` does.
  ///
  /// - Parameter tap: a unix socket to which unbound sends dnstap.
  static func run(tap: String? = nil, _ body: (World) async throws -> Void) async throws {
    try await Tool.withFolder { folder in
      let path = folder.appending(path: "world").path
      // TTLs of a second: a change shows soon, and unbound still caches as a real one does.
      let started = try await Tool.shell(
        "WORLD_TTL=1 WORLD_TAP=\"$2\" exec '\(script)' start \"$1\"", [path, tap ?? ""])
      try #require(started.status == 0, "\(started.errors)")
      func place(_ server: String) throws -> String {
        try #require(
          started.lines.first { $0.hasPrefix("\(server) ") }.map { String($0.dropFirst(server.count + 1)) })
      }
      let authority = try place("authority").split(separator: ":").map(String.init)
      let world = World(
        upstream: try place("upstream"), authority: (authority[0], authority[1]), folder: path)
      do { try await body(world) } catch {
        try? await world.tell("stop")
        throw error
      }
      try await world.tell("stop")
    }
  }

  /// Lets the registry's edge answer with these IPv4 addresses.
  func move(to addresses: [String]) async throws { try await tell("address", addresses) }

  /// Lets a name behind the pattern exist.
  func add(_ label: String) async throws { try await tell("name", [label]) }

  /// Lets a name behind the pattern exist no more.
  func remove(_ label: String) async throws { try await tell("remove", [label]) }

  /// Lets the registry's chain end at a name of `world.test`, where nobody expects it.
  func lead(to label: String) async throws { try await tell("lead", [label]) }

  /// Lets unbound answer SERVFAIL.
  func fail() async throws { try await tell("break") }

  func mend() async throws { try await tell("mend") }

  /// What unbound answers, apart from Postern.
  func dig(_ name: String, _ type: String) async throws -> [String] {
    let parts = upstream.split(separator: ":")
    let outcome = try await Tool.run(
      "dig", ["@\(parts[0])", "-p", "\(parts[1])", "+short", "+time=5", "+tries=2", name, type])
    // Targets of aliases end with a dot.
    return outcome.lines.filter { !$0.hasSuffix(".") }
  }

  private static var script: String { Tool.repository.appending(path: "scripts/world").path }

  private func tell(_ verb: String, _ values: [String] = []) async throws {
    let outcome = try await Tool.run(Self.script, [verb, folder] + values)
    try #require(outcome.status == 0, "world \(verb): \(outcome.errors)")
  }
}
