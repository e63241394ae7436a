package import DNS

/// A range of addresses where many parties' sites answer, such as a CDN's.
package struct SharedRange: Hashable, Sendable {
  /// Whose it is, for people.
  package let name: String
  /// The addresses.
  package let ranges: PrefixSet

  package init(name: String, prefixes: [IPPrefix]) {
    self.name = name
    ranges = PrefixSet(prefixes)
  }
}
