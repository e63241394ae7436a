package import DNS

/// What a person keeps out of a set, whatever names or service tags give.
package struct Exclusion: Hashable, Sendable {
  /// The addresses.
  package let prefix: IPPrefix
  /// In the operator's words; may be empty.
  package let reason: String

  package init(_ prefix: IPPrefix, reason: String = "") {
    self.prefix = prefix
    self.reason = reason
  }
}

/// An exclusion with whose decision it was, for explanations.
package struct StandingExclusion: Hashable, Sendable {
  /// The set.
  package let set: SetName
  /// The widest that holds the address.
  package let exclusion: Exclusion
  /// Since when the set's policy keeps the address out.
  package let since: Timestamp
  /// Who configured that: the user as whom the service ran.
  package let by: String

  /// An exclusion that a set has since then, by whoever configured it.
  package init(set: SetName, exclusion: Exclusion, since: Timestamp, by: String) {
    self.set = set
    self.exclusion = exclusion
    self.since = since
    self.by = by
  }
}

extension SetPolicy {
  /// What keeps an address out, the widest that holds it; nil when nothing does.
  package func exclusion(of address: IPAddress) -> Exclusion? {
    exclusions.filter { $0.prefix.contains(address) }.min { $0.prefix.length < $1.prefix.length }
  }

  /// Whether any address of the prefix is excluded.
  func excludesPart(of prefix: IPPrefix) -> Bool {
    exclusions.contains { $0.prefix.contains(prefix.address) || prefix.contains($0.prefix.address) }
  }
}
