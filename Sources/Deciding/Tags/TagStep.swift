package import DNS

/// A prefix that came to a tag or left it with an edition.
package struct TagStep: Hashable, Sendable {
  /// Whose file told it.
  package let cloud: Cloud
  /// The tag that gained or lost it.
  package let tag: TagName
  /// The prefix.
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
