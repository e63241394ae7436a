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
        #expect(try await store.prefixes(of: set, in: record.generation)?.count == record.size)
      }
      #expect(try await store.quickCheck(isForced: true).problems.isEmpty)
      #expect(try await store.value("PRAGMA integrity_check") == "ok")
      try store.close()
    }
  }

  /// Kills a writer some commits after `last`, and gives back the last generation that it told of.
  private func killedWriter(path: String, seed: Int, after last: Int64) async throws -> Int64 {
    let writer = try await ChildProcess(
      ChildProcess.benchmarks(), ["history-writer", path, "\(seed)"], killedAfterLines: Int.random(in: 3...40)
    )
    #expect(writer.status == 128 + SIGKILL, "\(writer.output)")
    // The last line may have been cut off.
    let whole = writer.output.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
    return whole.last.flatMap { Int64($0) } ?? last
  }
}
