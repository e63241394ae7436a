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

  /// Exactly the addresses that it holds and the other doesn't. O((n + m) · width).
  package func subtracting(_ other: PrefixSet) -> PrefixSet {
    var left = [IPPrefix]()
    var others = other.prefixes[...]
    for prefix in prefixes {
      // What ends before this prefix is before all that follow, too.
      while let hole = others.first, hole.last < prefix.address { others.removeFirst() }
      prefix.cut(others.prefix { $0.address <= prefix.last }, into: &left)
    }
    return PrefixSet(left)
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
  /// Adds what is left of it without the holes, which are sorted and disjoint and all meet it.
  fileprivate func cut(_ holes: ArraySlice<IPPrefix>, into left: inout [IPPrefix]) {
    guard let hole = holes.first else { return left.append(self) }
    guard hole.length > length else { return }
    let middle = IPPrefix(containing: last, length: length + 1)
    let start = holes.firstIndex { $0.address >= middle.address } ?? holes.endIndex
    IPPrefix(containing: address, length: length + 1).cut(holes[..<start], into: &left)
    middle.cut(holes[start...], into: &left)
  }

  /// How many addresses it holds; of `::/0`, which has one more than fits, the largest number.
  package var addressCount: UInt128 {
    let (count, isOver) = (last.bits - address.bits).addingReportingOverflow(1)
    return isOver ? .max : count
  }
}
