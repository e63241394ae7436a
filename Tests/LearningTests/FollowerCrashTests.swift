import Foundation
import TestTools
import Testing

@testable import Learning

/// A follower in a process of its own that is killed again and again, while a writer writes and rotates.
@Suite(.timeLimit(.minutes(3))) struct FollowerCrashTests {
  @Test(
    "kill -9 at any moment, under load and rotation, must neither lose nor repeat a line",
    arguments: [1, 2, 3])
  func survivesKills(_ seed: UInt64) async throws {
    try await Tool.withFolder { folder in
      let path = folder.appending(path: "names.log").path
      let state = folder.appending(path: "state").path
      let program = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().appending(
        path: "benchmarks")
      var random = SplitMix(state: seed)
      var written = 0
      var writer = try Self.open(path)
      func write(_ count: Int) throws {
        let text = (written..<written + count).map { "n\($0).data.example.com \(FollowedLog.padding)\n" }
          .joined()
        written += count
        // Cut anywhere, as a server's buffer is.
        let octets = Array(text.utf8)
        let cut = Int(random.next() % UInt64(octets.count))
        try writer.write(contentsOf: Data(octets[..<cut]))
        try writer.write(contentsOf: Data(octets[cut...]))
      }
      for round in 0..<12 {
        let child = try ChildProgram(program.path, ["follow", path, state])
        for _ in 0..<6 {
          try write(Int(random.next() % 3000) + 1)
          try await Task.sleep(for: .milliseconds(Int(random.next() % 15)))
        }
        // Until it stored something it has no place in the log, and begins with whatever file is there.
        let started = ContinuousClock.now + .seconds(30)
        while round == 0, Self.counts(state).isEmpty, ContinuousClock.now < started {
          try await Task.sleep(for: .milliseconds(10))
        }
        if round % 3 == 1 {
          // As logrotate without delaycompress does, in the order of its steps.
          for number in stride(from: 9, to: 0, by: -1) {
            _ = rename("\(path).\(number).gz", "\(path).\(number + 1).gz")
          }
          try #require(rename(path, path + ".1") == 0)
          try write(Int(random.next() % 50) + 1)
          writer = try Self.open(path)
          try write(1)
          if random.next() % 2 == 0 {
            child.signal(SIGKILL)
            try await child.ended()
          }
          #expect(try await Tool.run("gzip", [path + ".1"]).status == 0)
        }
        child.signal(SIGKILL)
        try await child.ended()
      }
      try write(1)
      let last = try ChildProgram(program.path, ["follow", path, state])
      let end = ContinuousClock.now + .seconds(60)
      var counts = [String: Int]()
      while counts["n\(written - 1).data.example.com"] == nil, ContinuousClock.now < end {
        try await Task.sleep(for: .milliseconds(50))
        counts = Self.counts(state)
      }
      last.signal(SIGKILL)
      try await last.ended()
      let expected = Set((0..<written).map { "n\($0).data.example.com" })
      #expect(expected.subtracting(counts.keys).count == 0, "lost of \(written)")
      #expect(counts.filter { $0.value != 1 }.count == 0, "counted twice of \(written)")
    }
  }

  private static func open(_ path: String) throws -> FileHandle {
    let descriptor = Foundation.open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
    try #require(descriptor >= 0)
    return FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
  }

  private static func counts(_ state: String) -> [String: Int] {
    guard let text = try? String(contentsOfFile: state, encoding: .utf8) else { return [:] }
    var counts = [String: Int]()
    for line in text.split(separator: "\n").dropFirst() {
      let words = line.split(separator: " ")
      if words.count == 2 { counts[String(words[0])] = Int(words[1]) }
    }
    return counts
  }
}
