package import DNS

/// A tag that holds an address, and by which prefix.
package struct TagMatch: Hashable, Sendable {
  /// As the file writes it.
  package let tag: TagName
  /// Whose file says so.
  package let cloud: Cloud
  /// The longest prefix of the tag at this level; the tag may hold the address by a wider one too.
  package let prefix: IPPrefix

  package init(tag: TagName, cloud: Cloud, prefix: IPPrefix) {
    self.tag = tag
    self.cloud = cloud
    self.prefix = prefix
  }
}
