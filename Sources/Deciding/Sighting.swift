package import DNS

/// A hostname seen in use by a client: a hint that the name exists, never a reason to believe an address.
package struct Sighting: Sendable, Hashable {
  package let name: DomainName
  /// Where it was seen, such as `dnsmasq:/var/log/dnsmasq.log`.
  package let source: String
  /// How many times since the last report of this name from this source; at least 1.
  package let count: Int64
  /// The strongest that the source said of it in this report.
  package let evidence: NameEvidence
  /// When it was read; the clocks of sources are not trusted.
  package let at: Timestamp

  package init(
    name: DomainName, source: String, count: Int64, evidence: NameEvidence = .asked, at: Timestamp
  ) {
    self.name = name
    self.source = source
    self.count = count
    self.evidence = evidence
    self.at = at
  }

  /// The source of what nobody was seen to use: names out of a word list that are tried.
  package static let wordList = "candidates"
}
