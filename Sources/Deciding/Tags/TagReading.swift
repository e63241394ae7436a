/// Gives the service tags that are kept.
package protocol TagReading: Sendable {
  /// The newest edition of each cloud.
  func currentTags() async throws -> TagBook
}
