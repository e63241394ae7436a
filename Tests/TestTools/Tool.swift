package import Foundation

/// Runs real programs for tests, without ever blocking the threads that the tests share.
package enum Tool {
  /// What a program did.
  package struct Outcome: Sendable {
    package let status: Int32
    package let output: Data
    package let errors: String

    /// The output as text.
    package var text: String { String(decoding: output, as: UTF8.self) }

    /// The output's lines.
    package var lines: [String] { text.split(separator: "\n").map(String.init) }
  }

  /// A program that the tests need and this machine lacks.
  package struct Missing: Error, CustomStringConvertible {
    package let name: String
    package var description: String { "the tests need '\(name)'. Try: scripts/test, which installs it" }
  }

  /// Runs a program to its end and gives back what it printed.
  ///
  /// - Throws: `Missing` when the program isn't installed.
  package static func run(_ name: String, _ arguments: [String] = [], input: [UInt8] = []) async throws
    -> Outcome
  {
    let folders = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"]
    let path = name.hasPrefix("/") ? name : folders.map { "\($0)/\(name)" }.first(where: isExecutable)
    guard let path, isExecutable(path) else { throw Missing(name: name) }
    // Files rather than pipes: nobody has to read them while the program runs.
    return try await withFolder { folder in
      let files = try ["in", "out", "err"].map { name in
        let file = folder.appending(path: name)
        try Data(name == "in" ? input : []).write(to: file)
        return file
      }
      let process = Process()
      // Threads that the tests run on block signals, and a server that inherits that can be neither reloaded nor ended.
      process.executableURL = URL(filePath: "/usr/bin/env")
      process.arguments = ["--default-signal", path] + arguments
      process.environment = ["PATH": folders.joined(separator: ":"), "LC_ALL": "C"]
      process.standardInput = try FileHandle(forReadingFrom: files[0])
      process.standardOutput = try FileHandle(forWritingTo: files[1])
      process.standardError = try FileHandle(forWritingTo: files[2])
      try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
        process.terminationHandler = { _ in continuation.resume() }
        do { try process.run() } catch { continuation.resume(throwing: error) }
      }
      return Outcome(
        status: process.terminationStatus, output: try Data(contentsOf: files[1]),
        errors: String(decoding: try Data(contentsOf: files[2]), as: UTF8.self))
    }
  }

  /// Runs a shell script; `$1` and on are the arguments.
  package static func shell(_ script: String, _ arguments: [String] = [], input: [UInt8] = []) async throws
    -> Outcome
  {
    try await run("bash", ["-euc", script, "test"] + arguments, input: input)
  }

  /// Runs a shell script as root of a network namespace of its own, so that it can load firewall rules.
  package static func networkShell(
    _ script: String, _ arguments: [String] = [], input: [UInt8] = []
  ) async throws -> Outcome {
    try await run("unshare", ["-n", "bash", "-euc", script, "test"] + arguments, input: input)
  }

  /// Gives a folder that is gone afterwards.
  package static func withFolder<Value>(_ body: (URL) async throws -> Value) async throws -> Value {
    let folder = FileManager.default.temporaryDirectory.appending(path: "postern-test-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try await body(folder)
  }

  /// The repository's folder.
  package static var repository: URL {
    URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
  }

  private static func isExecutable(_ path: String) -> Bool {
    FileManager.default.isExecutableFile(atPath: path)
  }
}
