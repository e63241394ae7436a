import DNS
import Deciding
import Testing

@testable import Recording

@Suite struct TagStoreTests {
  private func file(_ change: Int64, _ tags: [String: [String]], cloud: Cloud = .publicCloud) throws
    -> ServiceTagFile
  {
    ServiceTagFile(
      cloud: cloud, change: change,
      tags: try tags.map { name, prefixes in
        ServiceTag(
          name: try #require(TagName(name)), change: change * 10,
          prefixes: try prefixes.map { try #require(IPPrefix($0)) })
      })
  }

  private func origin(_ moment: Int64) -> TagOrigin {
    TagOrigin(source: "file-\(moment)", asOf: time(moment), at: time(moment + 1), by: "ops")
  }

  @Test func `Each edition is read back as it was, also by its difference to those before`() async throws {
    let scratch = try Scratch()
    let store = try scratch.open()
    let first = try file(1, ["A": ["20.0.0.0/24", "2603::/32"], "B.x": ["21.0.0.0/24"]])
    let second = try file(2, ["A": ["20.0.0.0/24", "20.0.1.0/24"], "C": ["2604::/32", "20.0.0.0/24"]])
    // What left comes back.
    let third = try file(3, ["a": ["20.0.0.0/24", "2603::/32"], "B.x": ["21.0.0.0/24"], "C": []])
    for (moment, file) in [first, second, third].enumerated() {
      #expect(try await store.importTags(file, origin(Int64(moment)), isForced: false) == .edition)
      let edition = try #require(try await store.currentTags()[.publicCloud])
      #expect(edition.file == file && edition.source == "file-\(moment)")
      #expect(edition.asOf == time(Int64(moment)) && edition.importedAt == time(Int64(moment) + 1))
    }
    try store.close()
    let reopened = try scratch.open(.reader)
    #expect(try await reopened.currentTags()[.publicCloud]?.file == third)
    let editions = try await reopened.tagEditions(limit: 9)
    #expect(editions.map(\.change) == [3, 2, 1])
    #expect(editions.map(\.added) == [2, 3, 3] && editions.map(\.removed) == [3, 2, 0])
    let steps = try await reopened.tagSteps(of: nil, limit: 100)
    #expect(steps.count == 10 && steps.allSatisfy { $0.change > 1 }, "the first edition is no news")
    let one = try await reopened.tagSteps(of: TagName("bX"), limit: 100)
    #expect(
      one.map { "\($0.isAdded ? "+" : "-")\($0.prefix) \($0.change)" } == [
        "+21.0.0.0/24 3", "-21.0.0.0/24 2", "+21.0.0.0/24 1",
      ])
  }

  @Test func `A refused file leaves the kept one, and nothing of it is stored`() async throws {
    let scratch = try Scratch()
    let store = try scratch.open()
    let kept = try file(5, ["A": ["20.0.0.0/24"]])
    _ = try await store.importTags(kept, origin(1), isForced: false)
    let older = try file(4, ["A": ["20.0.9.0/24"]])
    await #expect(throws: TagRefusal.older(.publicCloud, kept: 5, given: 4)) {
      try await store.importTags(older, origin(2), isForced: false)
    }
    #expect(try await store.currentTags()[.publicCloud]?.file == kept)
    #expect(try await store.tagEditions(limit: 9).count == 1)
    #expect(try await store.importTags(kept, origin(7), isForced: false) == .same)
    #expect(try await store.tagEditions(limit: 9).map(\.asOf) == [time(7)])
    #expect(try await store.importTags(kept, origin(3), isForced: false) == .same)
    #expect(try await store.tagEditions(limit: 9).map(\.asOf) == [time(7)], "it doesn't grow older")
    #expect(try await store.importTags(older, origin(8), isForced: true) == .edition)
    #expect(try await store.currentTags()[.publicCloud]?.file == older)
  }

  @Test func `A start finds what had been taken up, and an import that waits is taken up by its decision`()
    async throws
  {
    let scratch = try Scratch()
    let store = try scratch.open()
    let china = try file(1, ["A": ["40.73.0.0/16"]], cloud: .china)
    _ = try await store.importTags(china, origin(1), isForced: false)
    #expect(try await store.restore().tags == TagBook())
    let decision = try #require(try await store.pendingDecisions().first)
    #expect(decision.kind == .importTags && decision.subject == "china 1" && decision.by == "ops")
    try await store.commit(at: 9) { $0.appliedDecisions = [decision.id] }
    #expect(try await store.restore().tags[.china]?.file == china)
    #expect(try await store.currentTags()[.publicCloud] == nil)
    _ = try await store.importTags(try file(1, ["B": ["20.0.0.0/24"]]), origin(2), isForced: false)
    #expect(try await store.restore().tags.editions.keys.sorted() == [.china])
    #expect(try await store.currentTags().editions.keys.sorted() == [.china, .publicCloud])
  }

  @Test func `An import beside a running service takes its turn, and readers can't import`() async throws {
    let scratch = try Scratch()
    let writer = try scratch.open()
    let decider = try scratch.open(.decider)
    let kept = try file(1, ["A": ["20.0.0.0/24"]])
    #expect(try await decider.importTags(kept, origin(1), isForced: false) == .edition)
    #expect(try await writer.pendingDecisions().count == 1)
    await #expect(throws: HistoryError.readOnly(path: scratch.path)) {
      try await scratch.open(.reader).importTags(kept, origin(2), isForced: false)
    }
  }

  @Test func `The tags of a past moment are those of the edition that had been imported then`() async throws {
    let scratch = try Scratch()
    let store = try scratch.open()
    let files = [
      try file(1, ["A": ["20.0.0.0/24"], "B": ["20.0.0.0/16", "40.0.0.0/24"]]),
      try file(2, ["B": ["20.0.0.0/16"], "C": ["20.0.0.0/25"]]),
    ]
    for (index, file) in files.enumerated() {
      _ = try await store.importTags(file, origin(Int64(index + 1) * 10), isForced: false)
    }
    func tags(_ text: String, _ moment: Int64) async throws -> [String] {
      try await store.tags(holding: try address(text), at: time(moment)).matches(of: try address(text))
        .map { "\($0.tag) \($0.prefix)" }
    }
    #expect(try await tags("20.0.0.1", 10).isEmpty)
    #expect(try await tags("20.0.0.1", 11) == ["A 20.0.0.0/24", "B 20.0.0.0/16"])
    #expect(try await tags("20.0.0.1", 20) == ["A 20.0.0.0/24", "B 20.0.0.0/16"])
    #expect(try await tags("20.0.0.1", 21) == ["C 20.0.0.0/25", "B 20.0.0.0/16"])
    #expect(try await tags("40.0.0.1", 15) == ["B 40.0.0.0/24"])
    #expect(try await tags("40.0.0.1", 25).isEmpty)
    let book = try await store.tags(holding: try address("20.0.0.1"), at: time(15))
    #expect(book[.publicCloud]?.file.change == 1 && book[.publicCloud]?.importedAt == time(11))
  }
}
