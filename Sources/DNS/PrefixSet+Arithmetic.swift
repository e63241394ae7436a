extension PrefixSet {
  /// Exactly the addresses that both hold. O(n + m).
  package func intersection(_ other: PrefixSet) -> PrefixSet {
    var shared = [IPPrefix]()
    var (mine, others) = (prefixes[...], other.prefixes[...])
    // Two prefixes are disjoint, or one holds the other.
    while let one = mine.first, let two = others.first {
      if one.length <= two.length, one.contains(two.address) {
        shared.append(two)
        others.removeFirst()
      } else if two.contains(one.address) {
        shared.append(one)
        mine.removeFirst()
      } else if one.address < two.address {
        mine.removeFirst()
      } else {
        others.removeFirst()
      }
    }
    return PrefixSet(shared)
  }

  /// How many addresses of a family it holds; of all IPv6, which has one more than fits, the largest number.
  package func addressCount(of family: AddressFamily) -> UInt128 {
    prefixes.reduce(0) { sum, prefix in
      guard prefix.family == family else { return sum }
      let (total, isOver) = sum.addingReportingOverflow(prefix.addressCount)
      return isOver ? .max : total
    }
  }
}

extension IPPrefix {
  /// How many addresses it holds; of `::/0`, which has one more than fits, the largest number.
  package var addressCount: UInt128 {
    let (count, isOver) = (last.bits - address.bits).addingReportingOverflow(1)
    return isOver ? .max : count
  }
}
