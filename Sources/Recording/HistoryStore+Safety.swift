internal import Deciding
internal import GRDB
internal import Synchronization

/// What a look at the file's integrity found.
package struct IntegrityReport: Hashable, Sendable {
  /// Whether every page was read; else only the tables and the last generations were.
  package let isComplete: Bool
  /// What is wrong, one sentence each; empty for a sound file.
  package let problems: [String]
}

extension HistoryStore {
  /// Past this many octets a full check takes minutes, so it must be asked for.
  static let largestQuickCheck: Int64 = 256 << 20

  /// Reads the whole file for damage when it is under 256 MiB or `isForced`, else only what opening reads;
  /// always rebuilds each set's last generation from its steps and compares.
  package func quickCheck(isForced: Bool = false) async throws -> IntegrityReport {
    let isComplete = isForced || HistoryFile.size(of: path) < Self.largestQuickCheck
    let path = path
    do {
      let problems = try await read { db in
        var problems =
          isComplete ? try db.rows("PRAGMA quick_check(20)") { try $0.text(0) }.filter { $0 != "ok" } : []
        guard problems.isEmpty else { return problems }
        try HistoryFile.requireSoundness(db, path: path)
        for set in try Self.sets(db) {
          let reader = SetReader(db: db, set: set)
          guard let current = try reader.currentSnapshot(),
            let record = try reader.generation(current.generation)
          else { continue }
          if try reader.prefixes(in: record) != current.elements.map(\.prefix) {
            problems.append("the steps of set \(set.name) don't lead to generation \(record.generation)")
          }
        }
        return problems
      }
      return IntegrityReport(isComplete: isComplete, problems: problems)
    } catch HistoryError.damaged(_, let detail) {
      return IntegrityReport(isComplete: isComplete, problems: [detail])
    }
  }

  /// Writes a copy of the history as it stands, whole and flushed before it gets its name. Commits go on
  /// meanwhile.
  ///
  /// - Throws: `HistoryError`; then what was at `destination` before is still there.
  package func backup(to destination: String) async throws {
    let draft = try DraftFile(for: destination, suffix: ".tmp")
    do {
      let pool = connection.withLock { $0.pool }
      try await HistoryError.translating(destination) {
        // Not within a transaction: VACUUM INTO takes its own view of the file.
        try await pool.unsafeRead { db in try db.run("VACUUM INTO ?", draft.path) }
      }
      try draft.publish()
    } catch {
      draft.discard()
      throw error
    }
  }
}
