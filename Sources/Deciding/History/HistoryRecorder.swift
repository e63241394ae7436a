/// The writing side of the history. There is one writer.
package protocol HistoryRecorder: Sendable {
  /// Stores the batch in one transaction. When it returns, the batch survives the death of the process.
  func commit(_ batch: HistoryBatch) async throws
  /// Reads what was open when the last writer stopped.
  func restore() async throws -> RestoredState
  /// Operator decisions that have not taken effect yet, oldest first.
  func pendingDecisions() async throws -> [Decision]
}

/// What the command may write beside the one writer.
package protocol DecisionRecorder: Sendable {
  /// Stores a request of an operator for the writer to take up. Gives back its id.
  func record(_ decision: Decision) async throws -> Int64
}
