import DNS
import Deciding
import Testing

@Suite struct TagImportTests {
  private let kept = TagSamples.edition(
    TagSamples.made(change: 10, ["A": ["20.0.0.0/24", "20.0.1.0/24", "20.0.2.0/24"], "B": ["21.0.0.0/24"]]))

  @Test("a file that is older, altered or cut would replace a good one")
  func refused() throws {
    let (cloud, before) = (
      Cloud.publicCloud, ["A": ["20.0.0.0/24", "20.0.1.0/24", "20.0.2.0/24"], "B": ["21.0.0.0/24"]]
    )
    let older = TagSamples.made(change: 9, before)
    let altered = TagSamples.made(
      change: 10, ["A": ["20.0.0.0/24", "20.0.1.0/24", "20.0.9.0/24"], "B": ["21.0.0.0/24"]])
    let cut = TagSamples.made(change: 11, ["A": ["20.0.0.0/24"]])
    for (file, refusal) in [
      (older, TagRefusal.older(cloud, kept: 10, given: 9)), (altered, .altered(cloud, change: 10)),
      (cut, .shrunk(cloud, kept: 4, given: 1)),
    ] {
      #expect(throws: refusal) { try TagImport.judge(file, over: kept, isForced: false) }
      #expect(refusal.description.contains("Try: "))
      #expect(try TagImport.judge(file, over: kept, isForced: true) == .edition, "a person may want it")
    }
  }

  @Test("the first file, a newer one and the kept one again are all right")
  func taken() throws {
    let newer = TagSamples.made(change: 11, ["A": ["20.0.0.0/24", "20.0.1.0/24"]])
    #expect(try TagImport.judge(newer, over: nil, isForced: false) == .edition)
    #expect(try TagImport.judge(newer, over: kept, isForced: false) == .edition)
    #expect(try TagImport.judge(kept.file, over: kept, isForced: false) == .same)
    #expect(try TagImport.judge(kept.file, over: kept, isForced: true) == .same)
  }

  @Test("what a file changed is told by tag: what came, what went, and what is gone or only renumbered")
  func change() {
    let old = TagSamples.made(change: 1, ["A": ["20.0.0.0/24", "20.0.1.0/24"], "Gone": ["21.0.0.0/24"]])
    let new = TagSamples.made(change: 2, ["A": ["20.0.1.0/24", "20.0.2.0/24"], "New": ["22.0.0.0/24"]])
    let change = TagChange(from: old, to: new)
    #expect(change.tags.map(\.name.text) == ["A", "Gone", "New"])
    #expect(change.tags.map { $0.added.map(\.description) } == [["20.0.2.0/24"], [], ["22.0.0.0/24"]])
    #expect(change.tags.map { $0.removed.map(\.description) } == [["20.0.0.0/24"], ["21.0.0.0/24"], []])
    #expect(change.tags.map(\.change) == [2, nil, 2])
    #expect((change.added, change.removed) == (2, 2))
    #expect(TagChange(from: new, to: new).tags.isEmpty)
  }
}
