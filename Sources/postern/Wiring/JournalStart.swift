import Deciding
import Foundation
import Recording

extension Watch {
  /// Keeps a journal from now on: what is known, and the policies where they are new, are noted in the history first.
  mutating func keepJournal(in history: HistoryStore, at now: Timestamp) async throws {
    let number = try await history.startJournal(circumstances, by: NSUserName(), at: now)
    startJournal(from: number, at: now)
  }
}
