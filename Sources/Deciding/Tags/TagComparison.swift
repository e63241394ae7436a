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
      Family(
        family: family, prefixes: ranges.prefixes.count { $0.family == family },
        opened: ranges.addressCount(of: family), observed: addresses.count { $0.family == family })
    }
    outside = addresses.filter { !ranges.contains($0) }.sorted()
  }
}

extension TagComparison {
  /// For people: how many addresses the tags open, and beside how many that names gave.
  ///
  /// - Parameter set: whose addresses were compared.
  package func sentence(beside set: SetName) -> String {
    let parts = families.filter { $0.opened > 0 || $0.observed > 0 }.map { family in
      let times = family.ratio.map { ", \(UInt128(min($0, 1e38)).countText) times as many" } ?? ""
      return
        "\(family.opened.countText) \(family.family) addresses beside \(family.observed) of set \(set)\(times)"
    }
    return "it opens \(parts.joined(separator: "; "))"
      + (outside.isEmpty ? "" : "; \(outside.count) of those are not in its tags")
  }

  /// The sets of names with which a set of service tags is to be compared: of its cloud, and expected in any of its tags.
  package static func companions(of policy: SetPolicy, among policies: [SetPolicy]) -> [SetPolicy] {
    policies.filter { other in
      !other.isGivenByTags && other.tagRules.cloud == policy.tagRules.cloud
        && other.tagRules.expected.contains(where: policy.tagRules.given.contains)
    }
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
