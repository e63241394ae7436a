package import DNS

/// What service tags say of the addresses that one name gives to the published sets.
package struct NameTags: Hashable, Sendable {
  /// The tags that hold any of them, with how many, most first.
  package let tags: [Count]
  /// Addresses that no tag holds.
  package let untagged: Int
  /// Addresses where others answer too.
  package let shared: Int
  /// The most names of ours that one of the addresses has.
  package let mostNames: Int

  /// How many addresses one tag holds.
  package struct Count: Hashable, Sendable {
    /// As the file writes it.
    package let tag: TagName
    /// Of the name's addresses.
    package let addresses: Int
  }

  /// - Parameters:
  ///   - addresses: what the name gives.
  ///   - names: of each address how many of our names give it.
  package init(_ addresses: some Collection<IPAddress>, names: [IPAddress: Int], by book: TagBook) {
    var counts = [TagName: Int]()
    var (untagged, shared) = (0, 0)
    for address in addresses {
      let tags = Set(book.matches(of: address).map(\.tag))
      if tags.isEmpty { untagged += 1 }
      if !book.sharers(of: address).isEmpty { shared += 1 }
      for tag in tags { counts[tag, default: 0] += 1 }
    }
    tags = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map {
      Count(tag: $0.key, addresses: $0.value)
    }
    self.untagged = untagged
    self.shared = shared
    mostNames = addresses.map { names[$0] ?? 0 }.max() ?? 0
  }

  /// For people, without the tags that sum up a whole cloud: `AzureFrontDoor.FirstParty 4, none 1`.
  package var text: String {
    let telling = tags.filter { !$0.tag.isWholeCloud }
    let shown = (telling.isEmpty ? tags : telling).map { "\($0.tag) \($0.addresses)" }
    return (shown + (untagged > 0 ? ["none \(untagged)"] : [])).joined(separator: ", ")
  }
}
