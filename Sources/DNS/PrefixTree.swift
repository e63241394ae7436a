/// Many prefixes, nested or not, in which all that hold an address are found: the widest inside the next, as in a routing
/// table.
package struct PrefixTree: Hashable, Sendable {
  /// Each once, IPv4 before IPv6, numeric order, a wider one before those inside it.
  package let prefixes: [IPPrefix]
  /// For each prefix the position of the next wider one that holds it; -1 when there is none.
  private let parents: [Int32]

  /// Takes prefixes in any order; those given twice count once. O(n log n).
  package init(_ prefixes: some Sequence<IPPrefix>) { self.init(distinct: Array(Set(prefixes))) }

  private init(distinct: [IPPrefix]) {
    let sorted = distinct.sorted()
    var parents = [Int32]()
    parents.reserveCapacity(sorted.count)
    for (index, prefix) in sorted.enumerated() {
      // Two prefixes are either nested or apart: what doesn't hold this one holds none that come after it.
      var parent = Int32(index) - 1
      while parent >= 0, !sorted[Int(parent)].contains(prefix.address) { parent = parents[Int(parent)] }
      parents.append(parent)
    }
    self.prefixes = sorted
    self.parents = parents
  }

  /// The positions in `prefixes` of all that hold the address, the longest first. O(log n) for each level of nesting.
  package func positions(holding address: IPAddress) -> [Int] {
    var position = Int32(start(after: address)) - 1
    var found = [Int]()
    while position >= 0 {
      if prefixes[Int(position)].contains(address) { found.append(Int(position)) }
      position = parents[Int(position)]
    }
    return found
  }

  /// The position of a prefix; nil when it isn't there.
  package func position(of prefix: IPPrefix) -> Int? {
    var (low, high) = (0, prefixes.count)
    while low < high {
      let middle = (low + high) / 2
      if prefixes[middle] < prefix { low = middle + 1 } else { high = middle }
    }
    return low < prefixes.count && prefixes[low] == prefix ? low : nil
  }

  /// The position of the first prefix that begins after the address.
  private func start(after address: IPAddress) -> Int {
    var (low, high) = (0, prefixes.count)
    while low < high {
      let middle = (low + high) / 2
      if prefixes[middle].address <= address { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
