package import DNS

/// How wide the hole is that a set opens: how many of its addresses others answer on too.
package struct SetExposure: Hashable, Sendable {
  /// The set.
  package let set: SetName
  /// Elements that it holds: addresses, or prefixes where service tags give it.
  package let count: Int
  /// Addresses that it opens of each family, each once.
  package let opened: [AddressFamily: UInt128]
  /// Of them, those in a range that somebody shares.
  package let shared: Int
  /// For each sharer how many of the addresses are in its ranges, most first.
  package let sharers: [Sharer]
  /// The addresses outside the expected tags, sorted; empty when nobody can say.
  package let outside: [IPAddress]
  /// Whether service tags give it.
  package let isOfPrefixes: Bool
  /// The most names of ours that one address has.
  package let mostNames: Int

  /// Who answers on how many of the addresses.
  package struct Sharer: Hashable, Sendable {
    /// A tag, or the name that the configuration gives.
    package let name: String
    /// Addresses of the set in its ranges.
    package let count: Int
  }

  /// Looks each address of a generation up.
  ///
  /// - Parameter rules: of the snapshot's set.
  package init(of snapshot: Snapshot, rules: TagRules, by book: TagBook) {
    set = snapshot.set
    count = snapshot.elements.count
    let ranges = PrefixSet(snapshot.elements.map(\.prefix))
    opened = Dictionary(
      uniqueKeysWithValues: AddressFamily.allCases.map { ($0, ranges.addressCount(of: $0)) })
    isOfPrefixes = !rules.given.isEmpty
    var counts = [String: Int]()
    var shared = 0
    for element in snapshot.elements {
      let sharers = book.sharers(of: element.address)
      if !sharers.isEmpty { shared += 1 }
      for sharer in sharers { counts[sharer, default: 0] += 1 }
    }
    self.shared = shared
    sharers = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map {
      Sharer(name: $0.key, count: $0.value)
    }
    outside = snapshot.elements.map(\.address).filter { rules.verdict(on: $0, by: book) == .outside }
    mostNames = snapshot.elements.map(\.names.count).max() ?? 0
  }

  /// One sentence for people; nil when no address is known to be shared.
  package var sentence: String? {
    guard let first = sharers.first else { return nil }
    let others = sharers.dropFirst().map(\.name)
    return
      "\(shared) of \(count) \(isOfPrefixes ? "prefixes" : "addresses") are in ranges that \(first.name) shares with other services"
      + (others.isEmpty ? "" : " (also \(others.joined(separator: ", ")))")
      + ": a rule that opens them opens more than these names"
  }
}
