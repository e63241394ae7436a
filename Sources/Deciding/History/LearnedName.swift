package import DNS

/// A name that was learned, and how far it is believed.
package struct LearnedName: Hashable, Sendable {
  /// A hostname that a pattern selects.
  package let name: DomainName
  /// All but `quarantined` names are asked for sets and restored as tracked.
  package let state: LearnedNameState
  /// When it was first seen in use, since it was last forgotten.
  package let firstSighted: Timestamp
  /// When it was last seen in use: what is unused longest makes room when a pattern is full.
  package let lastSighted: Timestamp
  /// How often it was sighted.
  package let sightings: Int64
  /// The sources that saw it, sorted; at most eight are kept.
  package let sources: [String]
  /// Denials (NXDOMAIN or no data) in a row by our own upstreams.
  package let denials: Int
  /// The last time an upstream answered for it, nil when none ever did.
  package let resolvedAt: Timestamp?

  package init(
    name: DomainName, state: LearnedNameState, firstSighted: Timestamp, lastSighted: Timestamp,
    sightings: Int64,
    sources: [String], denials: Int, resolvedAt: Timestamp?
  ) {
    self.name = name
    self.state = state
    self.firstSighted = firstSighted
    self.lastSighted = lastSighted
    self.sightings = sightings
    self.sources = sources
    self.denials = denials
    self.resolvedAt = resolvedAt
  }
}

/// How far a learned name is believed.
package enum LearnedNameState: String, Hashable, Sendable {
  /// Seen, not yet resolved by our own upstreams: never in a set.
  case quarantined
  /// Resolved by our own upstreams, or seen resolved by a trusted tap, at least once.
  case admitted
  /// Resolved, but out of a word list: nobody was seen to use it yet.
  case candidate
}
