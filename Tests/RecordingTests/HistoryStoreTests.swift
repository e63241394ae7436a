import Schema
import DNS
import Deciding
import Foundation
import GRDB
import Testing

@testable import Recording

@Suite struct HistoryStoreTests {
  @Test func `A new file is ours, in WAL mode, with room to give back, and readable by the group only`()
    throws
  {
    let scratch = try Scratch()
    try scratch.open().close()
    #expect(try scratch.value("PRAGMA application_id") == 0x504F_5354)
    #expect(try scratch.value("PRAGMA user_version") == Int64(Schema.version))
    #expect(try scratch.value("PRAGMA journal_mode") == "wal")
    #expect(try scratch.value("PRAGMA auto_vacuum") == 2)
    let mode = try FileManager.default.attributesOfItem(atPath: scratch.path)[.posixPermissions] as? Int
    #expect(mode == 0o640)
    #expect(!FileManager.default.fileExists(atPath: scratch.path + ".new"))
  }

  @Test func `A second writer is refused and told who the first is`() throws {
    let scratch = try Scratch()
    let first = try scratch.open()
    #expect(throws: HistoryError.writerIsRunning(path: scratch.path, pid: getpid())) { try scratch.open() }
    try first.close()
    try scratch.open().close()
  }

  @Test(arguments: [HistoryStore.Mode.reader, .decider])
  func `Only the writer makes the file`(mode: HistoryStore.Mode) throws {
    let scratch = try Scratch()
    #expect(throws: HistoryError.missing(path: scratch.path)) { try scratch.open(mode) }
    #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.directory).isEmpty)
  }

  @Test(arguments: [HistoryStore.Mode.writer, .reader, .decider])
  func `An empty file is refused and left as it is`(mode: HistoryStore.Mode) throws {
    let scratch = try Scratch()
    try Data().write(to: URL(filePath: scratch.path))
    #expect(throws: HistoryError.empty(path: scratch.path)) { try scratch.open(mode) }
    #expect(try Data(contentsOf: URL(filePath: scratch.path)).isEmpty)
  }

  @Test(arguments: [HistoryStore.Mode.writer, .reader, .decider])
  func `A file that is no database is refused and left as it is`(mode: HistoryStore.Mode) throws {
    let scratch = try Scratch()
    let text = Data(repeating: 0x61, count: 5000)
    try text.write(to: URL(filePath: scratch.path))
    #expect(throws: HistoryError.notADatabase(path: scratch.path)) { try scratch.open(mode) }
    #expect(try Data(contentsOf: URL(filePath: scratch.path)) == text)
  }

  @Test(arguments: [HistoryStore.Mode.writer, .reader, .decider])
  func `Another program's database is refused and left as it is`(mode: HistoryStore.Mode) throws {
    let scratch = try Scratch()
    let queue = try DatabaseQueue(path: scratch.path)
    try queue.write { db in try db.execute(sql: "CREATE TABLE theirs (x); PRAGMA application_id = 17") }
    try queue.close()
    let before = try Data(contentsOf: URL(filePath: scratch.path))
    #expect(throws: HistoryError.foreign(path: scratch.path, applicationID: 17)) { try scratch.open(mode) }
    #expect(try Data(contentsOf: URL(filePath: scratch.path)) == before)
  }

  @Test(arguments: [HistoryStore.Mode.writer, .reader, .decider])
  func `A newer version is refused`(mode: HistoryStore.Mode) throws {
    let scratch = try Scratch()
    try scratch.open().close()
    try alter(scratch, "PRAGMA user_version = 99")
    #expect(throws: HistoryError.newer(path: scratch.path, version: 99, supported: Schema.version)) {
      try scratch.open(mode)
    }
  }

  @Test(arguments: [HistoryStore.Mode.writer, .reader, .decider])
  func `A file that lost a table is damaged, not a new one`(mode: HistoryStore.Mode) throws {
    let scratch = try Scratch()
    try scratch.open().close()
    try alter(scratch, "DROP TABLE active")
    #expect(throws: HistoryError.damaged(path: scratch.path, detail: "no table active")) {
      try scratch.open(mode)
    }
  }

  @Test func `A file whose pages were overwritten is reported and never written over`() async throws {
    let scratch = try Scratch()
    let store = try scratch.open()
    let (set, one) = (try setName("mcr"), try address("20.1.2.3"))
    try await store.commit(at: 1) { $0.publications = [try publication(of: set, 1, at: 1, [one])] }
    try store.close()
    var octets = try Data(contentsOf: URL(filePath: scratch.path))
    for index in 4096..<octets.count { octets[index] = 0xff }
    try octets.write(to: URL(filePath: scratch.path))
    #expect { try scratch.open() } throws: { error in
      if case .damaged = error as? HistoryError { true } else { false }
    }
    #expect(try Data(contentsOf: URL(filePath: scratch.path)) == octets)
  }

  @Test func `A file that was cut off is reported`() async throws {
    let scratch = try Scratch()
    try scratch.open().close()
    let handle = try FileHandle(forWritingTo: URL(filePath: scratch.path))
    try handle.truncate(atOffset: 3 * 4096)
    try handle.close()
    #expect { try scratch.open() } throws: { error in
      if case .damaged = error as? HistoryError { true } else { false }
    }
  }

  @Test func `What was half made by a crash at the very first start does not stand in the way`() throws {
    let scratch = try Scratch()
    try Data(repeating: 1, count: 700).write(to: URL(filePath: scratch.path + ".new"))
    try scratch.open().close()
    #expect(!FileManager.default.fileExists(atPath: scratch.path + ".new"))
  }

  @Test func `A reader sees each commit of a running writer`() async throws {
    let scratch = try Scratch()
    let writer = try scratch.open()
    let reader = try scratch.open(.reader)
    let (set, one) = (try setName("mcr"), try address("20.1.2.3"))
    #expect(try await reader.currentSnapshot(of: set) == nil)
    let first = try publication(of: set, 1, at: 1, [one])
    try await writer.commit(at: 1) { $0.publications = [first] }
    #expect(try await reader.currentSnapshot(of: set) == first.snapshot)
    try writer.close()
    #expect(try await reader.currentSnapshot(of: set) == first.snapshot)
  }

  @Test func `A reader can't write`() async throws {
    let scratch = try Scratch()
    let writer = try scratch.open()
    let reader = try scratch.open(.reader)
    let decision = Decision(at: time(1), kind: .approve, subject: "mcr", reason: "r", by: "ops")
    await #expect(throws: HistoryError.readOnly(path: scratch.path)) { try await reader.record(decision) }
    await #expect(throws: HistoryError.readOnly(path: scratch.path)) {
      try await reader.commit(HistoryBatch(at: time(1)))
    }
    try writer.close()
  }

  @Test func `A copy that came without its journal is read, and read again once a writer has taken it over`()
    async throws
  {
    let scratch = try Scratch()
    let writer = try scratch.open()
    let (set, one, two) = (try setName("mcr"), try address("20.1.2.3"), try address("20.1.2.4"))
    try await writer.commit(at: 1) { $0.publications = [try publication(of: set, 1, at: 1, [one])] }
    try writer.close()
    for suffix in ["-wal", "-shm"] { try FileManager.default.removeItem(atPath: scratch.path + suffix) }
    let reader = try scratch.open(.reader)
    #expect(try await reader.prefixes(of: set, in: Generation(1)) == [IPPrefix(one)])
    let next = try scratch.open()
    try await next.commit(at: 2) {
      $0.publications = [try publication(of: set, 2, at: 2, [one, two], after: [one])]
    }
    #expect(try await reader.prefixes(of: set, in: Generation(2)) == [IPPrefix(one), IPPrefix(two)])
    try next.close()
  }

  @Test func `A full disk is told as such, loses nothing, and the next commit goes on`() async throws {
    let scratch = try Scratch()
    let store = try scratch.open()
    let set = try setName("mcr")
    let few = try (0..<10).map { try address("20.1.0.\($0)") }
    try await store.commit(at: 1) { $0.publications = [try publication(of: set, 1, at: 1, few)] }
    try await store.withoutTransaction { db in
      let pages = try Int.fetchOne(db, sql: "PRAGMA page_count") ?? 0
      try db.execute(sql: "PRAGMA max_page_count = \(pages + 2)")
    }
    let many = try (0..<20_000).map { try address("20.1.\($0 / 250).\($0 % 250)") }
    let large = try publication(of: set, 2, at: 2, many, after: few)
    await #expect(throws: HistoryError.diskFull(path: scratch.path)) {
      try await store.commit(at: 2) { $0.publications = [large] }
    }
    #expect(try await store.generations(of: set, limit: 9).count == 1)
    try await store.withoutTransaction { db in try db.execute(sql: "PRAGMA max_page_count = 1000000") }
    try await store.commit(at: 2) { $0.publications = [large] }
    #expect(try await store.currentSnapshot(of: set) == large.snapshot)
  }

  @Test func `A commit goes through although the task that waits for it was cancelled`() async throws {
    let scratch = try Scratch()
    let store = try scratch.open()
    let batch = HistoryBatch(at: time(5))
    let task = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      try await store.commit(batch)
    }
    try await task.value
    #expect(try await store.watchedTimes(in: always) == [time(5)...time(5)])
  }

  private func alter(_ scratch: Scratch, _ sql: String) throws {
    let queue = try DatabaseQueue(path: scratch.path)
    try queue.write { db in try db.execute(sql: sql) }
    try queue.close()
  }
}
