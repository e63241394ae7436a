import Foundation
import TestTools
import Testing

/// Runs the programs that tests need beside them, without blocking a thread of the pool.
struct ChildProcess {
  let output: String
  /// The exit code; 128 and the signal's number when one ended it.
  let status: Int32

  /// The program of the package's benchmarks, which lies beside the tests.
  static func benchmarks() throws -> String {
    let program = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().appending(
      path: "benchmarks")
    try #require(FileManager.default.isExecutableFile(atPath: program.path), "no \(program.path) to run")
    return program.path
  }

  /// Runs a program to its end, or until its output has so many lines: then it is killed.
  init(_ program: String, _ arguments: [String], killedAfterLines limit: Int = .max) async throws {
    (output, status) = try await Tool.withFolder { folder in
      let file = folder.appending(path: "output")
      let child = try ChildProgram(program, arguments, ChildProgram.Streams(output: file.path))
      func text() -> String { (try? String(contentsOf: file, encoding: .utf8)) ?? "" }
      async let ended = child.ended()
      while limit < .max, !child.hasEnded, text().count(where: { $0 == "\n" }) < limit {
        try await Task.sleep(for: .milliseconds(2))
      }
      if limit < .max { child.signal(SIGKILL) }
      let status = try await ended
      return (text(), status)
    }
  }
}
