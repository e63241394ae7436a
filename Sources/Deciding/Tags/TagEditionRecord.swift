/// An edition as it is listed.
package struct TagEditionRecord: Hashable, Sendable {
  /// Given by the history; it only grows.
  package let id: Int64
  /// Whose file it is.
  package let cloud: Cloud
  /// The file's change number.
  package let change: Int64
  /// When it was taken in.
  package let importedAt: Timestamp
  /// When it was known to be current.
  package let asOf: Timestamp
  /// The path or URL.
  package let source: String
  /// Tags that it has.
  package let tags: Int
  /// Prefixes that it has; one under several tags counts for each.
  package let prefixes: Int
  /// Prefixes that it brought; the first of a cloud brought all.
  package let added: Int
  /// Prefixes that it took away.
  package let removed: Int

  /// A row of the list.
  package init(
    id: Int64, cloud: Cloud, change: Int64, importedAt: Timestamp, asOf: Timestamp, source: String,
    tags: Int, prefixes: Int, added: Int, removed: Int
  ) {
    self.id = id
    self.cloud = cloud
    self.change = change
    self.importedAt = importedAt
    self.asOf = asOf
    self.source = source
    self.tags = tags
    self.prefixes = prefixes
    self.added = added
    self.removed = removed
  }
}
