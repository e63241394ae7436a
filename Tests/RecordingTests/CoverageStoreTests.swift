import DNS
import Deciding
import Testing

@testable import Recording

@Suite struct CoverageStoreTests {
  private static func part(_ text: String, _ type: RecordType, answers: Int, at moment: Int64) throws
    -> QuestionCoverage
  {
    var gaps = ReappearanceGaps()
    gaps.note(.seconds(600))
    return QuestionCoverage(
      question: Question(try name(text), type),
      estimate: CoverageEstimate(
        answers: answers, confidence: .estimated, missing: 0.001_25, missingAtMost: 0.01, exposure: 1.0 / 3),
      at: time(moment), gaps: gaps)
  }

  @Test func `An estimate is read back to the last digit, replaced by the next, and goes with its question`()
    async throws
  {
    let scratch = try Scratch()
    let store = try scratch.open()
    let (old, new) = (
      try Self.part("a.example", .a, answers: 10, at: 1), try Self.part("a.example", .a, answers: 11, at: 2)
    )
    let other = try Self.part("a.example", .aaaa, answers: 10, at: 1)
    try await store.commit(at: 1) { $0.coverages = [old, other] }
    try await store.commit(at: 2) { $0.coverages = [new] }
    #expect(try await store.coverages() == [new, other])
    #expect(try await store.restore().coverages == [new, other])
    try await store.commit(at: 3) { $0.retiredQuestions = [(new.question, Vantage("upstream"))] }
    #expect(try await store.coverages() == [other])
    #expect(try await store.retain(before: time(9)) == 0)
    #expect(try await store.coverages() == [other], "a name with an estimate is not pruned")
  }

  @Test func `What was told last of a set's coverage is read back`() async throws {
    let scratch = try Scratch()
    let store = try scratch.open()
    let one = try #require(SetName("one"))
    func tell(_ kind: EventKind, _ set: String, at moment: Int64) async throws {
      try await store.commit(at: moment) {
        $0.events = [Event(at: time(moment), kind: kind, subject: set, detail: "")]
      }
    }
    #expect(try await store.restore().fallenCoverages.isEmpty)
    try await tell(.coverageFell, "one", at: 1)
    try await tell(.coverageFell, "two", at: 2)
    try await tell(.coverageRestored, "two", at: 3)
    #expect(try await store.restore().fallenCoverages == [one])
    try await tell(.coverageRestored, "one", at: 4)
    #expect(try await store.restore().fallenCoverages.isEmpty)
  }
}
