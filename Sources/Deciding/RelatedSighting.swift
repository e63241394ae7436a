package import DNS

/// A hostname seen in use that no set watches but that looks as if one should. A person decides: it is never allowed by
/// itself.
package struct RelatedSighting: Sendable, Hashable {
  package let name: DomainName
  /// Why it looks related.
  package let relation: NameRelation
  /// Where it was seen.
  package let source: String
  /// How many times since the last report of this name from this source; at least 1.
  package let count: Int64
  /// When it was read; the clocks of sources are not trusted.
  package let at: Timestamp

  package init(name: DomainName, relation: NameRelation, source: String, count: Int64, at: Timestamp) {
    self.name = name
    self.relation = relation
    self.source = source
    self.count = count
    self.at = at
  }
}

/// Why a name looks related to a watched one.
package enum NameRelation: Sendable, Hashable, CustomStringConvertible {
  /// It lies below a watched name, or beside or below the part of a pattern after its star.
  case sameParent
  /// The site's resolver led a client from it to an alias target that a watched name has too.
  case sameTarget(DomainName)
  /// This registry sends its clients there for data.
  case redirect(from: DomainName)
  /// This registry sends its clients there for a token.
  case tokenHost(of: DomainName)

  /// For people: `same parent`, `same target mcr-0001.mcr-msedge.net`, `redirect from mcr.microsoft.com`.
  package var description: String {
    switch self {
    case .sameParent: "same parent"
    case .sameTarget(let target): "same target \(target)"
    case .redirect(let registry): "redirect from \(registry)"
    case .tokenHost(let registry): "token host of \(registry)"
    }
  }
}
