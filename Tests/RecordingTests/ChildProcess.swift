import Foundation
import Testing

/// Runs the programs that tests need beside them, without blocking a thread of the pool.
struct ChildProcess {
  let output: String
  let reason: Process.TerminationReason
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
    let process = Process()
    process.executableURL = URL(filePath: program)
    process.arguments = arguments
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    let ended = AsyncStream<Void> { continuation in
      process.terminationHandler = { _ in continuation.finish() }
    }
    let chunks = AsyncStream<String> { continuation in
      pipe.fileHandleForReading.readabilityHandler = { handle in
        let data = handle.availableData
        if data.isEmpty {
          handle.readabilityHandler = nil
          continuation.finish()
        } else {
          continuation.yield(String(decoding: data, as: UTF8.self))
        }
      }
    }
    try process.run()
    let id = process.processIdentifier
    var text = ""
    for await chunk in chunks {
      text += chunk
      if text.count(where: { $0 == "\n" }) >= limit { kill(id, SIGKILL) }
    }
    for await _ in ended {}
    output = text
    reason = process.terminationReason
    status = process.terminationStatus
  }
}
