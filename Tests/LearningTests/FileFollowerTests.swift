import DNS
import Deciding
import Foundation
import Testing

@testable import Learning

@Suite(.timeLimit(.minutes(2))) struct FileFollowerTests {
  @Test("lines that were there before, and lines that come, count once each")
  func followsGrowth() async throws {
    let log = try FollowedLog()
    try log.open()
    try log.write(1000)
    try await log.catchUp()
    for _ in 0..<20 {
      try log.write(37)
      try await log.catchUp()
    }
    try await log.expectEachLineOnce()
    #expect(log.notes.isEmpty)
  }

  @Test("a file that doesn't exist yet must be waited for")
  func waitsForTheFile() async throws {
    let log = try FollowedLog()
    let follower = log.start()
    async let first = deadline { try await follower.next() }
    try await Task.sleep(for: .milliseconds(50))
    try log.open()
    try log.write(5)
    log.count(try await first)
    try await log.expectEachLineOnce()
  }

  @Test("rename and create must lose nothing")
  func renameAndCreate() async throws {
    let log = try FollowedLog()
    try log.open()
    try log.write(100)
    try await log.catchUp()
    try log.write(50)
    try log.rename(to: ".1")
    try log.open()
    try log.write(100)
    try await log.expectEachLineOnce()
    #expect(log.notes == [.rotated])
  }

  @Test("what a server writes into the renamed file before it reopens must not be lost")
  func renameAndLateReopen() async throws {
    let log = try FollowedLog()
    try log.open()
    try log.write(100)
    try await log.catchUp()
    try log.rename(to: ".1")
    try log.write(20)
    try await log.catchUp()
    try log.create()
    // Longer than the renamed file is waited for: the new one is empty, so the server can't have reopened.
    try await Task.sleep(for: .milliseconds(200))
    try log.write(20)
    try await log.catchUp()
    try log.write(20)
    try log.open()
    try log.write(100)
    try await log.expectEachLineOnce()
  }

  @Test("a last line without its end must count once its file is left")
  func unterminatedLastLine() async throws {
    let log = try FollowedLog()
    try log.open()
    try log.write(10)
    try await log.catchUp()
    try log.write(3, unterminated: true)
    try log.rename(to: ".1")
    try log.open()
    try log.write(10)
    try await log.expectEachLineOnce()
  }

  @Test("a line that comes in two writes must count once")
  func lineInTwoWrites() async throws {
    let log = try FollowedLog()
    try log.open()
    try log.write(2, unterminated: true)
    try await log.takeBatch()
    #expect(log.counts.count == 1)
    try log.writeRaw("\n")
    try await log.expectEachLineOnce()
  }

  @Test("copy and truncate must lose nothing that was read or copied")
  func copyAndTruncate() async throws {
    let log = try FollowedLog()
    try log.open()
    for round in 0..<4 {
      try log.write(100)
      try await log.catchUp()
      // In every other round the copy holds lines that weren't read yet.
      if round % 2 == 1 { try log.write(30) }
      try log.copy(to: ".\(9 - round)")
      try log.truncate()
      try log.write(10)
      try await log.catchUp()
    }
    try await log.expectEachLineOnce()
    #expect(log.notes.contains(.truncated))
  }

  @Test("a file that was truncated and grew beyond the old size must be read from its beginning")
  func truncateAndRegrow() async throws {
    let log = try FollowedLog()
    try log.open()
    try log.write(50)
    try await log.catchUp()
    try log.truncate()
    try log.write(500)
    try await log.expectEachLineOnce()
    #expect(log.notes == [.truncated])
  }

  @Test("a file that was deleted and made again must be read to its old end and from its new beginning")
  func deleteAndRecreate() async throws {
    let log = try FollowedLog()
    try log.open()
    try log.write(50)
    try await log.catchUp()
    try log.write(10)
    try log.delete()
    try log.open()
    try log.write(50)
    try await log.expectEachLineOnce()
  }

  @Test("rotations while nobody looked must be caught up in order", arguments: [1, 2, 3])
  func restartBetweenRenames(_ rotations: Int) async throws {
    let log = try FollowedLog()
    try log.open()
    try log.write(100)
    try await log.catchUp()
    log.kill()
    for rotation in 1...rotations {
      try log.write(40)
      for number in stride(from: rotation, to: 1, by: -1) { try log.move(".\(number - 1)", to: ".\(number)") }
      try log.rename(to: ".1")
      try log.open()
    }
    try log.write(40)
    try await log.catchUp()
    try await log.expectEachLineOnce()
    #expect(!log.notes.contains(.lostPosition))
  }

  @Test("copy and truncate while nobody looked must be caught up from the copy")
  func restartBetweenCopyAndTruncate() async throws {
    let log = try FollowedLog()
    try log.open()
    try log.write(100)
    try await log.catchUp()
    log.kill()
    try log.write(40)
    try log.copy(to: ".1")
    try log.truncate()
    try log.write(40)
    try await log.expectEachLineOnce()
  }

  @Test("a new file with the inode of a deleted one must not be read from the old offset")
  func restartWithSameInode() async throws {
    let log = try FollowedLog()
    try log.open()
    try log.write(100)
    try await log.catchUp()
    log.kill()
    let old = try #require(log.position)
    try log.delete()
    try log.open()
    try log.write(200)
    // Whether the file system gave the same inode or not, let the position say that it did.
    var status = stat()
    try #require(stat(log.path, &status) == 0)
    log.take(
      position: FollowerPosition(
        path: log.path, device: UInt64(status.st_dev), inode: UInt64(status.st_ino), head: old.head,
        offset: old.offset))
    try await log.expectEachLineOnce()
    #expect(log.notes == [.truncated])
  }

  @Test("a position whose file is gone must be told")
  func restartAfterLoss() async throws {
    let log = try FollowedLog()
    try log.open()
    try log.write(10)
    try await log.catchUp()
    log.kill()
    // Held under a name that no rotation makes, so that its inode isn't given to the next file.
    try log.move("", to: "_kept")
    try log.open()
    try log.write(10)
    try await log.expectEachLineOnce()
    #expect(log.notes == [.lostPosition])
  }

  @Test("a kill between a batch and its storage must neither lose nor repeat a line", arguments: [1, 2, 3])
  func killAnywhere(_ seed: UInt64) async throws {
    var random = SplitMix(state: seed)
    let log = try FollowedLog()
    try log.open()
    for _ in 0..<40 {
      try log.write(Int(random.next() % 400) + 1)
      switch random.next() % 5 {
      case 0: log.kill()
      case 1: try await log.takeBatch(forgetting: true); log.kill()
      case 2: try await log.takeBatch()
      case 3:
        try await log.catchUp()
        try log.rename(to: ".1")
        try log.write(Int(random.next() % 5))
        try log.open()
        try log.write(1)
      default: break
      }
    }
    try await log.catchUp()
    try await log.expectEachLineOnce()
    #expect(!log.notes.contains(.lostPosition))
  }

  @Test(
    "a line that is longer than any may be must be discarded whole, also by a reader that starts within it")
  func longLines() async throws {
    let log = try FollowedLog()
    try log.open()
    try log.write(1)
    try await log.catchUp()
    try log.writeRaw(String(repeating: "x", count: 20_000))
    try await log.takeBatch()
    log.kill()
    try log.writeRaw("forged.data.example.com\n")
    try await log.expectEachLineOnce()
    #expect(log.counts.keys.allSatisfy { !$0.text.contains("forged") })
  }

  @Test("rotation under a writer at full speed must lose nothing and count nothing twice", arguments: [1, 2])
  func rotationUnderLoad(_ seed: UInt64) async throws {
    let log = try FollowedLog()
    try log.open()
    let path = log.path
    // The writer's names go on where the log's own end, so that each line of both is counted.
    let total = 120_000
    async let writing: Void = Task.detached {
      var random = SplitMix(state: seed)
      var descriptor = Foundation.open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
      var number = 0
      while number < total {
        let count = min(total - number, Int(random.next() % 400) + 1)
        let text = (number..<number + count).map { "w\($0).data.example.com \(FollowedLog.padding)\n" }
          .joined()
        number += count
        let octets = Array(text.utf8)
        #expect(Foundation.write(descriptor, octets, octets.count) == octets.count)
        guard random.next() % 40 == 0 else { continue }
        // logrotate: shift the numbers, rename, create; the server reopens some lines later.
        for old in stride(from: 40, to: 0, by: -1) { _ = rename("\(path).\(old)", "\(path).\(old + 1)") }
        #expect(rename(path, path + ".1") == 0)
        let late = Array("w\(number).data.example.com \(FollowedLog.padding)\n".utf8)
        if number < total {
          #expect(Foundation.write(descriptor, late, late.count) == late.count)
          number += 1
        }
        close(descriptor)
        descriptor = Foundation.open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
        // As long as rotations are apart that leave the follower time to see each.
        try await Task.sleep(for: .milliseconds(Int(random.next() % 40) + 80))
      }
      close(descriptor)
    }.value
    while log.counts.count < total { try await log.takeBatch() }
    try await writing
    #expect(log.counts.count == total)
    #expect(log.counts.filter { $0.value != 1 }.isEmpty, "counted twice")
    #expect(!log.notes.contains(.lostPosition) && log.notes.contains(.rotated), "\(Set(log.notes))")
  }

  @Test("a cancelled wait must end at once")
  func cancels() async throws {
    let log = try FollowedLog()
    let follower = FileFollower(
      path: log.path, format: .hostnames, watching: FollowedLog.watched, position: nil, source: "test",
      interval: .seconds(600), now: { Timestamp(seconds: 0) })
    let waiting = Task { try await follower.next() }
    try await Task.sleep(for: .milliseconds(20))
    waiting.cancel()
    await #expect(throws: CancellationError.self) {
      try await deadline(.seconds(5)) { try await waiting.value }
    }
  }

  @Test("a change must be seen long before the next regular look")
  func isToldOfChanges() async throws {
    let log = try FollowedLog()
    let follower = FileFollower(
      path: log.path, format: .hostnames, watching: FollowedLog.watched, position: nil, source: "test",
      interval: .seconds(600), now: { Timestamp(seconds: 7) })
    async let batch = deadline { try await follower.next() }
    try await Task.sleep(for: .milliseconds(50))
    try log.open()
    try log.write(1)
    let sighting = Sighting(
      name: DomainName(canonical: "n0.data.example.com"), source: "test", count: 1, at: Timestamp(seconds: 7))
    #expect(try await batch.sightings == [sighting])
  }

  @Test("a folder in place of the file must not end the follower")
  func notAFile() async throws {
    let log = try FollowedLog()
    try FileManager.default.createDirectory(atPath: log.path, withIntermediateDirectories: false)
    let follower = log.start()
    async let first = deadline { try await follower.next() }
    try await Task.sleep(for: .milliseconds(50))
    try log.delete()
    try log.open()
    try log.write(1)
    log.count(try await first)
    try await log.expectEachLineOnce()
  }
}
