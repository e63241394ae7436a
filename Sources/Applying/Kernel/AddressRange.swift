package import DNS

/// Addresses that follow one another, as nftables keeps them in a set with the flag `interval`.
package struct AddressRange: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// The lowest address.
  package let first: IPAddress
  /// The highest address; of the family of `first`.
  package let last: IPAddress

  /// Nil when the families differ or the ends are the wrong way round.
  package init?(_ first: IPAddress, _ last: IPAddress) {
    guard first.family == last.family, first <= last else { return nil }
    self.first = first
    self.last = last
  }

  /// The addresses of a prefix.
  package init(_ prefix: IPPrefix) {
    first = prefix.address
    last = prefix.last
  }

  /// `20.0.0.1`, or `20.0.0.1-20.0.0.3`: what nft reads as one element.
  package var description: String { first == last ? "\(first)" : "\(first)-\(last)" }

  package static func < (left: AddressRange, right: AddressRange) -> Bool {
    left.first != right.first ? left.first < right.first : left.last < right.last
  }

  /// The fewest ranges that cover exactly the prefixes: neighbours become one, as nft's `auto-merge` makes them, so that
  /// what was loaded can be compared with what is read back.
  package static func merging(_ prefixes: PrefixSet, _ family: AddressFamily) -> [AddressRange] {
    var ranges = [AddressRange]()
    for prefix in prefixes.prefixes where prefix.family == family {
      // Disjoint and in order, so only the last range can touch the next prefix.
      if let open = ranges.last, open.last.bits + 1 == prefix.address.bits,
        let joined = AddressRange(open.first, prefix.last)
      {
        ranges[ranges.count - 1] = joined
      } else {
        ranges.append(AddressRange(prefix))
      }
    }
    return ranges
  }
}
