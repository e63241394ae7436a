package import DNS

/// One change of a set, to be stored whole or not at all.
package struct Publication: Hashable, Sendable {
  /// The new generation, never empty.
  package let snapshot: Snapshot
  /// The step from the previous generation; the whole set when there was none.
  package let entered: [IPPrefix]
  /// What the previous generation had and this one lacks; sorted, like `entered`.
  package let left: [IPPrefix]

  package init(snapshot: Snapshot, entered: [IPPrefix], left: [IPPrefix]) {
    self.snapshot = snapshot
    self.entered = entered
    self.left = left
  }
}
