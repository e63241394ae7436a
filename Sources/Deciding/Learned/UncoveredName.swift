package import DNS

/// A name that clients use and no set watches, though it looks as if one should.
package struct UncoveredName: Hashable, Sendable {
  package let name: DomainName
  /// Why it looks related; the newest reason of several.
  package let relation: NameRelation
  /// At most eight.
  package let sources: [SourceSighting]

  package init(name: DomainName, relation: NameRelation, sources: [SourceSighting]) {
    self.name = name
    self.relation = relation
    self.sources = sources
  }

  /// When it was first seen; nil without a source.
  package var first: Timestamp? { sources.map(\.first).min() }
  /// When it was last seen; nil without a source.
  package var last: Timestamp? { sources.map(\.last).max() }
  /// How often, over all sources.
  package var count: Int64 { sources.reduce(0) { $0 + $1.count } }
}
