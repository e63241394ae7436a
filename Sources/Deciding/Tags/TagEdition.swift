package import DNS

/// A file of service tags as it was imported, ready for look-ups.
package struct TagEdition: Hashable, Sendable {
  /// Given by the history; it only grows.
  package let id: Int64
  /// What it says.
  package let file: ServiceTagFile
  /// When it was taken in.
  package let importedAt: Timestamp
  /// When it was known to be Microsoft's current one: the moment it was fetched, or a file's modification.
  package let asOf: Timestamp
  /// The file or URL that it came from.
  package let source: String
  /// All prefixes of all tags.
  private let tree: PrefixTree
  /// For each of them the tags that hold it, as positions in `file.tags`.
  private let holders: [[Int32]]

  /// Sorts all prefixes once: some 50 ms for a file of Microsoft's.
  package init(id: Int64, file: ServiceTagFile, importedAt: Timestamp, asOf: Timestamp, source: String) {
    self.id = id
    self.file = file
    self.importedAt = importedAt
    self.asOf = asOf
    self.source = source
    tree = PrefixTree(file.tags.lazy.flatMap(\.prefixes))
    var holders = [[Int32]](repeating: [], count: tree.prefixes.count)
    for (tag, entry) in file.tags.enumerated() {
      for prefix in entry.prefixes {
        if let position = tree.position(of: prefix) { holders[position].append(Int32(tag)) }
      }
    }
    self.holders = holders
  }

  /// For this long after `asOf` it may keep addresses out. Microsoft publishes weekly and uses a new prefix a week later at
  /// the earliest (https://learn.microsoft.com/azure/virtual-network/service-tags-overview): an older file lacks
  /// prefixes that are in use.
  package static let enforcedFor = Duration.seconds(14 * 86_400)

  /// Whether it is old enough to lack prefixes that are in use.
  package func isOld(at now: Timestamp) -> Bool { now - asOf > Self.enforcedFor }

  /// All tags that hold the address, the longest prefix first, tags of one prefix by name.
  package func matches(of address: IPAddress) -> [TagMatch] {
    tree.positions(holding: address).flatMap { position in
      holders[position].map { tag in
        TagMatch(tag: file.tags[Int(tag)].name, cloud: file.cloud, prefix: tree.prefixes[position])
      }
    }
  }

  /// The ranges of these tags together; nil when the file has none of them.
  package func ranges(of names: [TagName]) -> PrefixSet? {
    let found = names.compactMap { file[$0] }
    return found.isEmpty ? nil : PrefixSet(found.flatMap(\.prefixes))
  }
}
