import GRDB
import Testing

@testable import Recording

@Suite struct HistoryQueriesTests {
  @Test(arguments: [
    HistoryQueries.generationAt, HistoryQueries.checkpointBefore, HistoryQueries.difference,
    HistoryQueries.intervalsForName, HistoryQueries.intervalsGiving, HistoryQueries.stepsOfElement,
    HistoryQueries.intervalsForNameAt, HistoryQueries.intervalsGivingAt, HistoryQueries.rejectionsOfAddress,
    HistoryQueries.aliasesAt,
  ])
  func `No query walks a whole table`(sql: String) async throws {
    let scratch = try Scratch()
    let store = try scratch.open()
    let scans = try await store.withoutTransaction { db in
      try Row.fetchAll(
        db, sql: "EXPLAIN QUERY PLAN \(sql)",
        arguments: StatementArguments((0..<sql.parameterCount).map { _ in 1 })
      ).map { $0["detail"] as String }
    }
    #expect(!scans.isEmpty)
    // What a subquery gave may be walked: the intervals found, and the observations meant.
    let given =
      sql.contains("meant (id")
      ? ["SCAN i", "SCAN meant", "SCAN latest", "SCAN least", "SCAN CONSTANT ROW"] : []
    let walks = scans.filter { $0.hasPrefix("SCAN") && !given.contains($0) }
    #expect(walks.isEmpty, "\(scans.joined(separator: "\n"))")
  }
}

extension String {
  fileprivate var parameterCount: Int { (1...9).last { contains("?\($0)") } ?? 0 }
}
