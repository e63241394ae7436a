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

  /// What is kept of an import beside the file's content.
  package init(source: String, asOf: Timestamp, at: Timestamp, by: String) {
    self.source = source
    self.asOf = asOf
    self.at = at
    self.by = by
  }
}
