/// How a set stands, for readers that have only the history.
package struct SetState: Hashable, Sendable {
  /// The set's name, also of one that is configured no more.
  package let set: SetName
  /// As of the last commit: a reader must also judge `checkedAt` by the time, since a dead service writes no
  /// `stale`.
  package let status: SetStatus
  /// What the guards said, one sentence each; empty unless something is held back.
  package let heldReasons: [String]
  /// The last successful lookup for this set; stored at most once a minute when nothing else changes.
  package let checkedAt: Timestamp
  /// `maxStale` of the set's policy when this was written.
  package let maxStale: Duration

  /// A state to be stored in the place of the set's earlier one.
  package init(
    set: SetName, status: SetStatus, heldReasons: [String], checkedAt: Timestamp, maxStale: Duration
  ) {
    self.set = set
    self.status = status
    self.heldReasons = heldReasons
    self.checkedAt = checkedAt
    self.maxStale = maxStale
  }
}
