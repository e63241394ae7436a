internal import DNS
internal import Deciding
internal import GRDB

/// Writes estimates of what is missing, inside a transaction that the caller opened.
struct CoverageWriter {
  let db: Database

  func write(_ batch: HistoryBatch, interning: inout InternTable) throws {
    // Another vantage may go on with the question: then the next renewal brings the estimate back.
    for (question, _) in batch.retiredQuestions {
      try db.run(
        "DELETE FROM coverage WHERE name = ? AND type = ?", interning.id(of: question.name, in: db),
        question.type.stored)
    }
    for part in batch.coverages {
      try db.run(
        "INSERT OR REPLACE INTO coverage (name, type, at, estimate, gaps) VALUES (?, ?, ?, ?, ?)",
        interning.id(of: part.question.name, in: db), part.question.type.stored, part.at.milliseconds,
        part.estimate.stored(), part.gaps.stored())
    }
  }
}
