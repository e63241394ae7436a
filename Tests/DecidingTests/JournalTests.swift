import DNS
import Testing

@testable import Deciding

@Suite struct JournalTests {
  private static let question = Question(dnsName("a.example.com"), .a)

  /// Takes a lookup that told this, in seconds since 1970.
  private static func note(_ outcome: Outcome, at seconds: Int64, in journal: inout Journal) {
    let lookup = Lookup(
      question: question, vantage: Vantage("one"), at: Timestamp(seconds: seconds), outcome: outcome)
    journal.note(
      lookup, JournalAnswer(outcome: outcome, records: []), isNews: false, longestGap: .seconds(3600))
  }

  @Test("a run that ended while the history took nothing must be told once, or no commit succeeds any more")
  func refusedRun() {
    var journal = Journal(from: 1, at: Timestamp(seconds: 0))
    Self.note(.answer, at: 1, in: &journal)
    journal.putBack(journal.takeUnsaved(at: Timestamp(seconds: 2)))
    Self.note(.answer, at: 3, in: &journal)
    Self.note(.noData, at: 4, in: &journal)
    let taken = journal.takeUnsaved(at: Timestamp(seconds: 5))
    #expect(taken.map(\.number) == [1, 2])
    #expect(taken.first?.last == Timestamp(seconds: 3) && taken.first?.count == 2)
  }

  @Test("a run that goes on while the history takes nothing must be told once, with its end")
  func refusedExtension() {
    var journal = Journal(from: 1, at: Timestamp(seconds: 0))
    Self.note(.answer, at: 1, in: &journal)
    journal.putBack(journal.takeUnsaved(at: Timestamp(seconds: 2)))
    Self.note(.answer, at: 3000, in: &journal)
    let taken = journal.takeUnsaved(at: Timestamp(seconds: 4000))
    #expect(taken.map(\.number) == [1] && taken.first?.count == 2)
  }
}
