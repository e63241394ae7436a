package import DNS

/// A tracked name, and when.
package struct NameAtMoment: Hashable, Sendable {
  package let name: DomainName
  package let moment: Timestamp

  package init(_ name: DomainName, at moment: Timestamp) {
    self.name = name
    self.moment = moment
  }
}
