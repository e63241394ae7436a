import DNS
import Deciding
import Recording

/// What brings a set to its first generation.
extension Configuration {
  /// The policy of a configured set.
  func policy(of set: SetName) -> SetPolicy? { sets.first { $0.name == set }?.policy }

  /// Opens the history for reading about one set.
  ///
  /// - Throws: `CommandFailure` with what makes a history, when there is none yet.
  func readHistory(of set: SetName) throws -> HistoryStore {
    do { return try readHistory() } catch HistoryError.missing(let path) {
      throw CommandFailure(
        .noTrustworthySet, "set \(set) has nothing to publish yet: the history \(path) does not exist",
        try: Self.firstStep([policy(of: set)].compactMap(\.self)) + ", or check the state directory")
    }
  }

  /// What a person tries for a set that never published, without its full stop.
  func firstStep(for set: SetName, by history: HistoryStore) async throws -> String {
    guard let policy = policy(of: set), policy.isGivenByTags else { return Self.firstStep([]) }
    let book = try await history.currentTags()
    guard book[policy.tagRules.cloud] != nil else { return Self.firstStep([policy]) }
    return policy.tagLack(by: book) == nil
      ? Self.firstStep([]) : "'postern tags list' for what the file has, and 'postern doctor'"
  }

  /// The same where nothing is known yet.
  static func firstStep(_ policies: [SetPolicy]) -> String {
    let rounds = "'postern serve', or 'postern resolve' for one round"
    return !policies.isEmpty && policies.allSatisfy(\.isGivenByTags)
      ? "'postern tags import' with Microsoft's file, then \(rounds)" : rounds
  }
}
