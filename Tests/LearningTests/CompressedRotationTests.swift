import DNS
import Deciding
import Foundation
import TestTools
import Testing

@testable import Learning

@Suite(.timeLimit(.minutes(2))) struct CompressedRotationTests {
  @Test(
    "a file that was renamed and compressed while nobody looked must be read on where it was",
    arguments: [1, 2, 3])
  func restartBehindCompression(_ rotations: Int) async throws {
    let log = try FollowedLog()
    try log.open()
    try log.write(3000)
    try await log.catchUp()
    log.kill()
    for rotation in 1...rotations {
      try log.write(40)
      // Times must tell the files apart, as they do when a day lies between.
      try await Task.sleep(for: .milliseconds(20))
      for number in stride(from: rotation, to: 1, by: -1) {
        try log.move(".\(number - 1).gz", to: ".\(number).gz")
      }
      try log.rename(to: ".1")
      try await log.compress(".1")
      try log.open()
    }
    try log.write(40)
    try await log.expectEachLineOnce()
    #expect(!log.notes.contains(.lostPosition))
    #expect(log.notes.contains(.rotated))
  }

  @Test("a kill while the compressed file is being drained must neither lose nor repeat a line")
  func killWhileDraining() async throws {
    let log = try FollowedLog()
    try log.open()
    try log.write(10)
    try await log.catchUp()
    log.kill()
    // More than one batch.
    try log.write(60_000)
    try log.rename(to: ".1")
    try await log.compress(".1")
    try log.open()
    try log.write(5)
    for _ in 0..<3 {
      try await log.takeBatch()
      try await log.takeBatch(forgetting: true)
      log.kill()
    }
    try await log.expectEachLineOnce()
    #expect(!log.notes.contains(.lostPosition))
  }

  @Test("a file that is compressed while it is still open must be drained from what is open, and not again")
  func compressWhileOpen() async throws {
    let log = try FollowedLog()
    try log.open()
    try log.write(100)
    try await log.catchUp()
    try log.write(30)
    try log.rename(to: ".1")
    try log.open()
    try await log.compress(".1")
    try log.write(30)
    try await log.expectEachLineOnce()
    #expect(log.notes == [.rotated])
  }

  @Test("copy, truncate and compress while nobody looked must be caught up from the compressed copy")
  func restartBehindCompressedCopy() async throws {
    let log = try FollowedLog()
    try log.open()
    try log.write(100)
    try await log.catchUp()
    log.kill()
    try log.write(40)
    try log.copy(to: ".1")
    try log.truncate()
    try await log.compress(".1")
    try log.write(40)
    try await log.expectEachLineOnce()
    #expect(!log.notes.contains(.lostPosition))
  }

  @Test("a file that can't be read must be told as a fault until it can")
  func reportsFaults() async throws {
    let log = try FollowedLog()
    // A link to itself: there, and unreadable even for root.
    try FileManager.default.createSymbolicLink(atPath: log.path, withDestinationPath: log.path)
    let follower = log.start()
    await #expect(throws: FollowerError.self) { try await deadline { try await follower.next() } }
    let fault = try #require(await follower.report.fault)
    #expect(fault.contains(log.path) && fault.contains("Try: "))
    try log.delete()
    try log.open()
    try log.write(1)
    try await log.takeBatch()
    #expect(await follower.report.fault == nil)
  }

  @Test("an older file that is being compressed must not be taken for a new one")
  func ignoresUnfinishedCompression() async throws {
    let log = try FollowedLog()
    try log.open()
    try log.write(50)
    try await log.catchUp()
    try log.rename(to: ".2")
    try log.open()
    try log.write(50)
    try await log.catchUp()
    // Half of `.2` is compressed, with a time of now, when the live file is rotated.
    let compressed = try await GunzipTests.gzip(Array(Data(contentsOf: URL(filePath: log.path + ".2"))))
    try Data(compressed.prefix(compressed.count / 2)).write(to: URL(filePath: log.path + ".2.gz"))
    try log.rename(to: ".1")
    try log.open()
    try log.write(50)
    try await log.catchUp()
    try Data(compressed).write(to: URL(filePath: log.path + ".2.gz"))
    try log.rename(to: ".0")
    try log.open()
    try log.write(50)
    try await log.expectEachLineOnce()
  }

  @Test(
    "a damaged compressed file must be told and not counted, not even in part",
    arguments: ["cut", "flipped", "longer"])
  func damagedFile(_ damage: String) async throws {
    let log = try FollowedLog()
    try log.open()
    try log.write(20_000)
    try await log.takeBatch()
    log.kill()
    let counted = log.counts.count
    try log.rename(to: ".1")
    try await log.compress(".1")
    let file = URL(filePath: log.path + ".1.gz")
    var octets = Array(try Data(contentsOf: file))
    switch damage {
    case "cut": octets.removeLast(20)
    case "flipped": octets[octets.count - 30] ^= 0xff
    default: octets += [1, 2, 3]
    }
    try Data(octets).write(to: file)
    try log.open()
    try log.write(10)
    while log.counts.count < counted + 10 { try await log.takeBatch() }
    #expect(log.counts.values.allSatisfy { $0 == 1 })
    #expect(log.counts.count == counted + 10)
    // The new file may have been given the inode of the one that gzip deleted.
    #expect(log.notes == [.damaged, .lostPosition] || log.notes == [.damaged, .truncated])
  }

  @Test("Zeek's columns must be known again after a restart in the middle of the file, and after a rotation")
  func readsHeaderAfterRestart() async throws {
    try await Tool.withFolder { folder in
      let path = folder.appending(path: "dns.log").path
      func row(_ label: String) -> String {
        "1.5\tC1\t10.0.0.1\t5\t\(label).data.mcr.microsoft.com\tNOERROR\n"
      }
      let header = "#separator \\x09\n#fields\tts\tuid\tid.orig_h\tid.orig_p\tquery\trcode_name\n"
      try Data((header + row("a") + row("b")).utf8).write(to: URL(filePath: path))
      func follower(_ position: FollowerPosition?) -> FileFollower {
        FileFollower(
          path: path, format: .zeek, watching: CaptureTests.watched, position: position, source: "z",
          interval: .milliseconds(10), settle: .milliseconds(50), now: { Timestamp(seconds: 1) })
      }
      let first = follower(nil)
      let batch = try await deadline { try await first.next() }
      #expect(batch.sightings.map(\.name.text) == ["a.data.mcr.microsoft.com", "b.data.mcr.microsoft.com"])
      let handle = try FileHandle(forWritingTo: URL(filePath: path))
      try handle.seekToEnd()
      try handle.write(contentsOf: Data(row("c").utf8))
      let second = follower(batch.position)
      let next = try await deadline { try await second.next() }
      #expect(next.sightings.map(\.name.text) == ["c.data.mcr.microsoft.com"])
      try #require(rename(path, path + ".1") == 0)
      // Another version's columns.
      try Data(("#fields\tquery\tts\n" + "d.data.mcr.microsoft.com\t1.5\n").utf8).write(
        to: URL(filePath: path))
      let last = try await deadline { try await second.next() }
      #expect(last.sightings.map(\.name.text) == ["d.data.mcr.microsoft.com"])
    }
  }

  @Test("a source must tell what it read, what it refused and how far it is")
  func reports() async throws {
    let log = try FollowedLog()
    try log.open()
    try log.write(3)
    try log.writeRaw("# a comment\nwww.example.org\nno host from 10.1.2.3\nbad..data.example.com\nhalf a li")
    try await log.takeBatch()
    let report = try #require(await log.report)
    #expect(report.label == "test:\(log.path)" && report.kind == "hostnames")
    #expect(report.items == 7 && report.watched == 3 && report.others == 2)
    #expect(report.refused == ["notHostname": 1, "emptyLabel": 1])
    #expect(report.samples.map(\.text) == ["no host from (address)", "bad..data.example.com"])
    #expect(report.behind == 9 && report.fault == nil && report.dropped == 0)
    #expect(report.lastItemAt == Timestamp(seconds: 1_795_422_679))
  }

  @Test("a name beside a watched one must be told with the batch, and never as a sighting")
  func relatedNames() async throws {
    try await Tool.withFolder { folder in
      let path = folder.appending(path: "l").path
      try Data("data.mcr.microsoft.com\neastus.data.mcr.microsoft.com\nx.mcr.microsoft.com\n".utf8).write(
        to: URL(filePath: path))
      let follower = FileFollower(
        path: path, format: .hostnames, watching: CaptureTests.watched, position: nil, source: "s",
        now: { Timestamp(seconds: 9) })
      let batch = try await deadline { try await follower.next() }
      #expect(batch.sightings.map(\.name.text) == ["eastus.data.mcr.microsoft.com"])
      #expect(batch.related.map(\.name.text) == ["data.mcr.microsoft.com", "x.mcr.microsoft.com"])
      #expect(
        batch.related.allSatisfy { $0.source == "s" && $0.at == Timestamp(seconds: 9) && $0.count == 1 })
    }
  }
}
