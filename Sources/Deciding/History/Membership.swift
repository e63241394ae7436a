/// When an address was in a set: from the generation that brought it to the one that took it away.
package struct Membership: Hashable, Sendable {
  /// The set; an address may be in several at once.
  package let set: SetName
  /// The generation that brought it.
  package let entered: GenerationRecord
  /// Nil while it is in the set.
  package let left: GenerationRecord?

  /// One stay of an address in a set: coming back begins another.
  package init(set: SetName, entered: GenerationRecord, left: GenerationRecord?) {
    self.set = set
    self.entered = entered
    self.left = left
  }
}
