import Deciding
import Foundation
import Glibc
import Publishing
import TestTools
import Testing

@Suite struct AtomicFileTests {
  private let content = Array("20.0.0.0/31\n".utf8)
  private let modified = Timestamp(seconds: 1_700_000_000)

  @Test("a new file has the content, its time, mode 644, and nothing beside it")
  func writes() async throws {
    try await Tool.withFolder { folder in
      let path = folder.appending(path: "mcr.txt").path
      #expect(try AtomicFile(path).replace(with: content, modified: modified) == .written)
      #expect(try Data(contentsOf: URL(filePath: path)) == Data(content))
      let stat = try await Tool.run("stat", ["-c", "%a %Y", path])
      #expect(stat.text == "644 1700000000\n")
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["mcr.txt"])
    }
  }

  @Test("unchanged content leaves the file alone, its time and inode too")
  func unchanged() async throws {
    try await Tool.withFolder { folder in
      let path = folder.appending(path: "mcr.txt").path
      _ = try AtomicFile(path).replace(with: content, modified: modified)
      let before = try await Tool.run("stat", ["-c", "%i %y", path])
      #expect(try AtomicFile(path).replace(with: content, modified: modified + .seconds(60)) == .unchanged)
      #expect(try await Tool.run("stat", ["-c", "%i %y", path]).text == before.text)
      #expect(try AtomicFile(path).replace(with: content + content, modified: modified) == .written)
    }
  }

  @Test("an existing file keeps its mode and owner; its old content stays whole for who has it open")
  func keepsMode() async throws {
    try await Tool.withFolder { folder in
      let path = folder.appending(path: "mcr.txt").path
      try Data("old\n".utf8).write(to: URL(filePath: path))
      _ = try await Tool.shell("chmod 640 \"$1\"; chown 65534:65534 \"$1\"", [path])
      let reader = try FileHandle(forReadingFrom: URL(filePath: path))
      #expect(try AtomicFile(path).replace(with: content, modified: modified) == .written)
      #expect(try reader.readToEnd() == Data("old\n".utf8))
      #expect(try await Tool.run("stat", ["-c", "%a %u:%g", path]).text == "640 65534:65534\n")
    }
  }

  @Test("a symbolic link stays, and its target is replaced, also one that doesn't exist yet")
  func symbolicLink() async throws {
    try await Tool.withFolder { folder in
      try FileManager.default.createDirectory(
        at: folder.appending(path: "real"), withIntermediateDirectories: true)
      let link = folder.appending(path: "mcr.txt").path
      try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "real/list.txt")
      for round in 1...2 {
        _ = try AtomicFile(link).replace(
          with: content + [UInt8](repeating: 0x0a, count: round), modified: modified)
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == "real/list.txt")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path + "/real") == ["list.txt"])
      }
    }
  }

  @Test("what can't be written is told with a hint")
  func errors() async throws {
    try await Tool.withFolder { folder in
      let cases: [(String, AtomicFileError.Cause)] = [
        (folder.path + "/no/mcr.txt", .folderMissing), (folder.path, .notAFile), ("/dev/null", .notAFile),
        ("/proc/postern", .folderMissing),
      ]
      for (path, cause) in cases {
        let error = #expect(throws: AtomicFileError.self) {
          try AtomicFile(path).replace(with: content, modified: modified)
        }
        #expect(error?.cause == cause)
        #expect(error?.description.contains("Try: ") == true)
      }
      let loop = folder.appending(path: "loop").path
      try FileManager.default.createSymbolicLink(atPath: loop, withDestinationPath: "loop")
      #expect(throws: AtomicFileError.self) {
        try AtomicFile(loop).replace(with: content, modified: modified)
      }
    }
  }

  @Test("a disk that fills up half-way leaves the old file whole and no remains")
  func fullDisk() async {
    // In a process of its own, whose files may not grow beyond 64 KiB: the write stops half-way, as on a full disk.
    await #expect(processExitsWith: .success) {
      let folder = FileManager.default.temporaryDirectory.appending(path: "postern-test-\(UUID().uuidString)")
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      defer { try? FileManager.default.removeItem(at: folder) }
      let path = folder.appending(path: "mcr.txt").path
      let modified = Timestamp(seconds: 1_700_000_000)
      try #require(try AtomicFile(path).replace(with: [0x31, 0x0a], modified: modified) == .written)
      signal(SIGXFSZ, SIG_IGN)
      var limit = rlimit(rlim_cur: 65_536, rlim_max: 65_536)
      try #require(setrlimit(__rlimit_resource_t(1), &limit) == 0)
      var cause: AtomicFileError.Cause?
      do throws(AtomicFileError) {
        _ = try AtomicFile(path).replace(with: [UInt8](repeating: 0x31, count: 1 << 20), modified: modified)
      } catch {
        cause = error.cause
      }
      try #require(cause == .diskFull)
      try #require(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["mcr.txt"])
      try #require(try Data(contentsOf: URL(filePath: path)) == Data([0x31, 0x0a]))
    }
  }
}
