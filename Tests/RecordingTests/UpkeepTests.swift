import DNS
import Deciding
import Foundation
import GRDB
import Testing

@testable import Recording

@Suite struct UpkeepTests {
  @Test func `Retention removes what ended before, with its names, and gives the space back`() async throws {
    let scratch = try Scratch()
    let store = try scratch.open()
    let kept = observation(try key("kept.example.com", "20.9.9.9"), first: 1, last: 2)
    let open = observation(try key("open.example.com", "20.8.8.8"), first: 1, last: 2)
    try await store.commit(at: 5) { batch in
      batch.closed = try (0..<12_000).map { number in
        let record = try key("old\(number % 40).example.com", "20.1.\(number / 250).\(number % 250)")
        return (observation(record, first: 1, last: 2), time(3))
      }
      batch.closed.append((kept, time(10)))
      batch.observations = [open]
      batch.rejections = [
        Rejection(key: try key("bad.example.com", "10.0.0.1"), reason: .notGlobalUnicast, at: time(3))
      ]
    }
    #expect(try await store.retain(before: time(10)) == 12_001)
    #expect(try await store.retain(before: time(10)) == 0)
    #expect(try await store.intervals(for: kept.key.name, in: always, limit: 9).count == 1)
    #expect(try await store.restore().observations == [open])
    #expect(try await store.value("SELECT count(*) FROM name") == 2)
    #expect(try await store.value("SELECT count(*) FROM rr") == 2)
    #expect(try await store.value("PRAGMA freelist_count") == 0)
    // The numbers of what went may be given out again.
    let again = observation(try key("old1.example.com", "20.1.0.1"), first: 20, last: 20)
    try await store.commit(at: 20) { $0.observations = [again] }
    #expect(try await Set(store.restore().observations) == [open, again])
  }

  @Test func `A backup is whole, opens by itself, and replaces an older one in one step`() async throws {
    let scratch = try Scratch()
    let store = try scratch.open()
    let set = try setName("mcr")
    let copy = scratch.directory + "/copy.sqlite"
    try Data("an older backup".utf8).write(to: URL(filePath: copy))
    let first = try publication(of: set, 1, at: 1, [try address("20.1.2.3")])
    try await store.commit(at: 1) { $0.publications = [first] }
    try await store.backup(to: copy)
    try await store.commit(at: 2) {
      $0.publications = [
        try publication(of: set, 2, at: 2, [try address("20.1.2.4")], after: [try address("20.1.2.3")])
      ]
    }
    let restored = try HistoryStore.open(path: copy, mode: .reader)
    #expect(try await restored.currentSnapshot(of: set) == first.snapshot)
    #expect(try await restored.quickCheck() == IntegrityReport(isComplete: true, problems: []))
    #expect(!FileManager.default.fileExists(atPath: copy + ".tmp"))
  }

  @Test func `A backup that can't be written leaves the older one`() async throws {
    let scratch = try Scratch()
    let store = try scratch.open()
    await #expect(throws: HistoryError.self) { try await store.backup(to: scratch.directory + "/none/copy") }
  }

  @Test func `A check finds a set whose steps don't lead to it`() async throws {
    let scratch = try Scratch()
    let store = try scratch.open()
    let set = try setName("mcr")
    try await store.commit(at: 1) {
      $0.publications = [
        try publication(of: set, 1, at: 1, [try address("20.1.2.3"), try address("20.1.2.4")])
      ]
    }
    #expect(try await store.quickCheck().problems.isEmpty)
    try await store.withoutTransaction { db in
      try db.execute(sql: "UPDATE delta SET addr = x'14010299' WHERE addr = x'14010203'")
    }
    #expect(try await store.quickCheck().problems == ["the steps of set mcr don't lead to generation 1"])
  }

  @Test func `Watched times have a gap where no writer was looking`() async throws {
    let scratch = try Scratch()
    let store = try scratch.open()
    for moment in [0, 60, 300, 2000, 2060] as [Int64] {
      try await store.commit(HistoryBatch(at: time(moment)))
    }
    #expect(try await store.watchedTimes(in: always) == [time(0)...time(300), time(2000)...time(2060)])
    #expect(
      try await store.watchedTimes(in: time(100)...time(2010)) == [
        time(100)...time(300), time(2000)...time(2010),
      ])
    #expect(try await store.watchedTimes(in: time(301)...time(1999)).isEmpty)
  }

  @Test func `The names below one are found, not its neighbours`() async throws {
    let scratch = try Scratch()
    let store = try scratch.open()
    try await store.commit(at: 1) {
      $0.observations = try [
        "data.example.com", "b.data.example.com", "a.data.example.com", "x.data2.example.com",
      ]
      .map { observation(try key($0, "20.1.2.3"), first: 1, last: 1) }
    }
    let names = try await store.names(below: try name("data.example.com"), limit: 9)
    #expect(names.map(\.text) == ["a.data.example.com", "b.data.example.com"])
  }

  @Test func `A long reader does not make the journal grow for ever`() async throws {
    let scratch = try Scratch()
    let store = try scratch.open()
    try await store.commit(at: 1) {
      $0.observations = try (0..<5000).map {
        observation(try key("n\($0).example.com", "20.1.2.3"), first: 1, last: 1)
      }
    }
    for moment in 2..<40 as Range<Int64> {
      try await store.commit(at: moment) {
        $0.observations = try (0..<5000).map {
          observation(try key("n\($0).example.com", "20.1.2.3"), first: 1, last: moment)
        }
      }
    }
    #expect(store.journalSize < 2 * HistoryStore.largestJournal)
  }
}
