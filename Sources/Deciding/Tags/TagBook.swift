package import DNS

/// All that is known about whose addresses are whose: the newest edition of each cloud, and ranges that the configuration
/// calls shared.
package struct TagBook: Hashable, Sendable {
  /// One for each cloud of which a file was imported.
  package private(set) var editions: [Cloud: TagEdition]
  /// Ranges of other shared edges, by the name that a person gave them.
  package var sharedRanges: [SharedRange]

  /// Knows nothing unless it is said.
  package init(_ editions: [TagEdition] = [], sharedRanges: [SharedRange] = []) {
    self.editions = Dictionary(editions.map { ($0.file.cloud, $0) }) { $0.id > $1.id ? $0 : $1 }
    self.sharedRanges = sharedRanges
  }

  /// Whether nothing is known.
  package var isEmpty: Bool { editions.isEmpty && sharedRanges.isEmpty }

  /// The edition of a cloud; nil when none was imported.
  package subscript(cloud: Cloud) -> TagEdition? { editions[cloud] }

  /// All tags of all clouds that hold the address, the longest prefix first.
  package func matches(of address: IPAddress) -> [TagMatch] {
    editions.keys.sorted().flatMap { editions[$0]?.matches(of: address) ?? [] }
      .sorted { $0.prefix.length > $1.prefix.length }
  }

  /// Who shares the address with us: edges of Azure Front Door and configured ranges, each once.
  package func sharers(of address: IPAddress) -> [String] {
    var seen = Set<String>()
    let names =
      matches(of: address).map(\.tag).filter(\.isSharedEdge).map(\.text)
      + sharedRanges.filter { $0.ranges.contains(address) }.map(\.name)
    return names.filter { seen.insert($0).inserted }
  }

  /// What is to be said of an address.
  ///
  /// - Parameters:
  ///   - names: how many of our names give it.
  ///   - rules: the sets that hold it, or would.
  package func annotation(
    of address: IPAddress, names: Int, rules: [(set: SetName, rules: TagRules)]
  ) -> AddressAnnotation {
    let matches = matches(of: address)
    let clouds = Set(matches.map(\.cloud))
    return AddressAnnotation(
      matches: matches,
      editions: editions.filter { clouds.contains($0.key) }
        .mapValues { AddressAnnotation.Edition(change: $0.file.change, importedAt: $0.importedAt) },
      sharers: sharers(of: address), names: names,
      verdicts: rules.map { ($0.set, $0.rules.verdict(on: address, by: self)) }
        .map { AddressAnnotation.SetVerdict(set: $0.0, verdict: $0.1) })
  }
}
