package import DNS

/// A tracked name with who saw it in use.
package struct NameSightings: Hashable, Sendable {
  package let name: DomainName
  /// At most eight, whole: they replace what was stored before.
  package let sources: [SourceSighting]

  package init(name: DomainName, sources: [SourceSighting]) {
    self.name = name
    self.sources = sources
  }
}
