package import DNS

/// What a rule by service tags would open, beside what was observed.
package struct TagComparison: Hashable, Sendable {
  /// The tags that are compared and that the file has.
  package let tags: [TagName]
  /// Those that it doesn't have.
  package let missing: [TagName]
  /// Each family.
  package let families: [Family]
  /// Observed addresses that the tags don't hold, sorted.
  package let outside: [IPAddress]

  /// One family's figures.
  package struct Family: Hashable, Sendable {
    package let family: AddressFamily
    /// Prefixes after aggregation.
    package let prefixes: Int
    /// Addresses that the tags hold, each once.
    package let opened: UInt128
    /// Addresses that the set holds.
    package let observed: Int

    /// How many times as many the tags open; nil when nothing was observed.
    package var ratio: Double? { observed == 0 ? nil : Double(opened) / Double(observed) }
  }

  package init(_ addresses: [IPAddress], with tags: [TagName], in edition: TagEdition) {
    self.tags = tags.filter { edition.file[$0] != nil }
    missing = tags.filter { edition.file[$0] == nil }
    let ranges = edition.ranges(of: tags) ?? PrefixSet([])
    families = AddressFamily.allCases.map { family in
      let prefixes = ranges.prefixes.filter { $0.family == family }
      let opened = prefixes.reduce(UInt128(0)) { sum, prefix in
        let (total, isOver) = sum.addingReportingOverflow(prefix.addressCount)
        return isOver ? .max : total
      }
      return Family(
        family: family, prefixes: prefixes.count, opened: opened,
        observed: addresses.count { $0.family == family })
    }
    outside = addresses.filter { !ranges.contains($0) }.sorted()
  }
}

extension IPPrefix {
  /// How many addresses it holds; of `::/0`, which has one more than fits, the largest number.
  package var addressCount: UInt128 {
    let (count, isOver) = (last.bits - address.bits).addingReportingOverflow(1)
    return isOver ? .max : count
  }
}

extension UInt128 {
  /// Small numbers as they are, others as a power of two, which a person can compare: `49424`, `2^88.7`.
  package var countText: String {
    guard self > 1_000_000_000 else { return "\(self)" }
    let width = 127 - leadingZeroBitCount
    // log2 is width + log2(1 + rest), and a chord through the ends of that curve is within 0.09.
    let rest = (self - (1 << UInt128(width))) >> UInt128(Swift.max(0, width - 20))
    let tenths = UInt128(width) * 10 + ((rest * 10) >> 20)
    return tenths % 10 == 0 ? "2^\(tenths / 10)" : "2^\(tenths / 10).\(tenths % 10)"
  }
}
