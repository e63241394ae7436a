package import DNS

/// Gives the service tags that are kept.
package protocol TagReading: Sendable {
  /// The newest edition of each cloud.
  func currentTags() async throws -> TagBook
}

/// The history of service tags: every edition that was imported, and what each changed.
package protocol TagArchive: TagReading {
  /// Judges a file by the kept edition of its cloud and keeps it, with the decision of who imported it.
  ///
  /// - Parameters:
  ///   - asOf: when the file was known to be current.
  ///   - isForced: whether a person wants it whatever the numbers say.
  /// - Throws: `TagRefusal`, or what the history throws; then the kept edition stays.
  func importTags(_ file: ServiceTagFile, _ origin: TagOrigin, isForced: Bool) async throws
    -> TagImport.Verdict
  /// The editions that were imported, newest first, without their content.
  func tagEditions(limit: Int) async throws -> [TagEditionRecord]
  /// What editions changed, newest first.
  ///
  /// - Parameter tag: only this one; nil for all, without the first edition of each cloud, in which everything is new.
  func tagSteps(of tag: TagName?, limit: Int) async throws -> [TagStep]
}

/// Where a file of service tags came from.
package struct TagOrigin: Hashable, Sendable {
  /// The path or URL.
  package let source: String
  /// When it was known to be Microsoft's current one.
  package let asOf: Timestamp
  /// When it is imported.
  package let at: Timestamp
  /// Who imports it.
  package let by: String

  package init(source: String, asOf: Timestamp, at: Timestamp, by: String) {
    self.source = source
    self.asOf = asOf
    self.at = at
    self.by = by
  }
}

/// An edition as it is listed.
package struct TagEditionRecord: Hashable, Sendable {
  package let id: Int64
  package let cloud: Cloud
  /// The file's change number.
  package let change: Int64
  package let importedAt: Timestamp
  /// When it was known to be current.
  package let asOf: Timestamp
  package let source: String
  /// Tags and prefixes that it has.
  package let tags: Int
  package let prefixes: Int
  /// Prefixes that it brought and took away; the first of a cloud brought all.
  package let added: Int
  package let removed: Int

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

/// A prefix that came to a tag or left it with an edition.
package struct TagStep: Hashable, Sendable {
  package let cloud: Cloud
  package let tag: TagName
  package let prefix: IPPrefix
  /// Whether it came.
  package let isAdded: Bool
  /// The file's change number.
  package let change: Int64
  /// When the edition was imported.
  package let at: Timestamp

  package init(cloud: Cloud, tag: TagName, prefix: IPPrefix, isAdded: Bool, change: Int64, at: Timestamp) {
    self.cloud = cloud
    self.tag = tag
    self.prefix = prefix
    self.isAdded = isAdded
    self.change = change
    self.at = at
  }
}
