/// When a set published which generation.
package struct GenerationRecord: Hashable, Sendable {
  /// Unique within its set, and never given again.
  package let generation: Generation
  /// When it was published; never before its predecessor, also when the wall clock went back.
  package let at: Timestamp
  /// Equal digests of one set are equal address lists.
  package let digest: Digest
  /// Addresses in it.
  package let size: Int

  /// What the history stored of a generation, without its addresses.
  package init(generation: Generation, at: Timestamp, digest: Digest, size: Int) {
    self.generation = generation
    self.at = at
    self.digest = digest
    self.size = size
  }
}
