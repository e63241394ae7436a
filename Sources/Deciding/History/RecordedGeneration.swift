package import DNS

/// A generation that the history has, with the step to it from the one before.
package struct RecordedGeneration: Hashable, Sendable {
  /// Its number, when it was published, and its digest.
  package let record: GenerationRecord
  /// What came in with it: of the oldest that is kept, all that it holds.
  package let entered: [IPPrefix]
  /// What went with it.
  package let left: [IPPrefix]

  /// A generation as it was recorded.
  package init(record: GenerationRecord, entered: [IPPrefix], left: [IPPrefix]) {
    self.record = record
    self.entered = entered
    self.left = left
  }
}
