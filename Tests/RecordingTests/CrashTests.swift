import Deciding
import Foundation
import Testing

@testable import Recording

@Suite(.serialized) struct CrashTests {
  @Test(.timeLimit(.minutes(2)))
  func `A writer that is killed at any moment leaves every generation that it told of, whole`() async throws {
    let scratch = try Scratch()
    let set = try setName("crash")
    var told: Int64 = 0
    for kill in 1...5 {
      told = try await killedWriter(path: scratch.path, seed: kill, after: told)
      let store = try scratch.open()
      let generations = try await store.generations(of: set, limit: .max)
      #expect(Int64(generations.count) >= told)
      for record in generations {
        // Throws when the steps don't give as many addresses as were committed.
        #expect(try await store.addresses(of: set, in: record.generation)?.count == record.size)
      }
      #expect(try await store.quickCheck(isForced: true).problems.isEmpty)
      #expect(try await store.value("PRAGMA integrity_check") == "ok")
      try store.close()
    }
  }

  /// Kills a writer some commits after `last`, and gives back the last generation that it told of.
  private func killedWriter(path: String, seed: Int, after last: Int64) async throws -> Int64 {
    let program = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().appending(
      path: "benchmarks")
    try #require(FileManager.default.isExecutableFile(atPath: program.path), "no \(program.path) to run")
    let writer = Process()
    writer.executableURL = program
    writer.arguments = ["history-writer", path, "\(seed)"]
    let output = Pipe()
    writer.standardOutput = output
    let ended = AsyncStream<Void> { continuation in
      writer.terminationHandler = { _ in continuation.finish() }
    }
    try writer.run()
    let pid = writer.processIdentifier
    defer { kill(pid, SIGKILL) }
    var text = ""
    let chunks = AsyncStream<String> { continuation in
      output.fileHandleForReading.readabilityHandler = { handle in
        let data = handle.availableData
        if data.isEmpty {
          handle.readabilityHandler = nil
          continuation.finish()
        } else {
          continuation.yield(String(decoding: data, as: UTF8.self))
        }
      }
    }
    let enough = Int.random(in: 3...40)
    for await chunk in chunks {
      text += chunk
      if text.count(where: { $0 == "\n" }) >= enough { kill(pid, SIGKILL) }
    }
    for await _ in ended {}
    #expect(writer.terminationReason == .uncaughtSignal)
    return text.split(separator: "\n").last.flatMap { Int64($0) } ?? last
  }
}
