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
    let path = try ChildProgram.path(name)
    // Files rather than pipes: nobody has to read them while the program runs.
    return try await withFolder { folder in
      let files = ["in", "out", "err"].map { folder.appending(path: $0) }
      for file in files { try Data(file == files[0] ? input : []).write(to: file) }
      let program = try ChildProgram(
        path, arguments,
        environment: ["PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C"],
        ChildProgram.Streams(input: files[0].path, output: files[1].path, errors: files[2].path))
      let status = try await program.ended()
      return Outcome(
        status: status, output: try Data(contentsOf: files[1]),
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
}
