import Deciding
import Foundation
import Recording

extension Watch {
  /// Keeps a journal from now on: what is known, and what is new about the sets, are noted in the history first.
  mutating func keepJournal(in history: HistoryStore, _ configuration: Configuration, at now: Timestamp)
    async throws
  {
    let number = try await history.startJournal(
      circumstances, disabled: configuration.disabledSets.map(\.name), by: NSUserName(), at: now)
    startJournal(from: number, at: now)
  }
}
