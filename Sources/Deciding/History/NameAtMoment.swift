package import DNS

/// A tracked name, and when.
package struct NameAtMoment: Hashable, Sendable {
  /// The tracked name.
  package let name: DomainName
  /// The moment at which its answers are meant.
  package let moment: Timestamp

  /// A name at a moment.
  package init(_ name: DomainName, at moment: Timestamp) {
    self.name = name
    self.moment = moment
  }
}
