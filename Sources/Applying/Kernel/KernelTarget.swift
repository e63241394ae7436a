package import DNS
package import Deciding
package import Publishing

/// Where a set is loaded, and within which bounds.
package struct KernelTarget: Hashable, Sendable {
  /// Which of the kernel's sets.
  package let kind: Kind
  /// The families that are loaded; the other's set is not looked at.
  package let families: [AddressFamily]
  /// The sets are called `<name>4` and `<name>6`.
  package let name: SetName
  /// The most elements of a family; ipset's `maxelem` of new sets.
  package let maxElements: Int
  /// Whether a family that has elements may lose all of them.
  package let allowsEmptyFamily: Bool

  /// Which of the kernel's sets.
  package enum Kind: Hashable, Sendable {
    /// Sets of an nftables table of the family `inet`.
    case nft(TableName)
    /// Sets of ipset, for iptables.
    case ipset
  }

  /// - Throws: `ApplyError.unusableName` for a name that nft would read as something else.
  package init(
    _ kind: Kind, name: SetName, families: Families = .both,
    maxElements: Int = RenderOptions.defaultMaxElements,
    allowsEmptyFamily: Bool = false
  ) throws(ApplyError) {
    self.kind = kind
    self.families = families.all
    self.name = name
    self.maxElements = maxElements
    self.allowsEmptyFamily = allowsEmptyFamily
    if case .nft = kind {
      for set in families.all.map({ "\(name)\($0.rawValue)" }) {
        // nft's scanner: an identifier begins with a letter; these two words of its grammar end like our names.
        guard set.utf8.first.map({ (0x61...0x7a).contains($0) }) == true, !["ip6", "icmpv6"].contains(set)
        else {
          throw .unusableName(set)
        }
      }
    }
  }

  /// What a family's set is called.
  package func set(_ family: AddressFamily) -> String { "\(name)\(family.rawValue)" }

  /// The elements that a family's set shall have, cut as the kernel keeps them: nftables as ranges, ipset as prefixes.
  ///
  /// - Throws: `ApplyError.tooMany`.
  package func elements(_ wanted: WantedSet, _ family: AddressFamily) throws(ApplyError) -> [AddressRange] {
    let elements: [AddressRange] =
      switch kind {
      case .nft: AddressRange.merging(wanted.prefixes, family)
      case .ipset: wanted.prefixes.prefixes.filter { $0.family == family }.map { AddressRange($0) }
      }
    guard elements.count <= maxElements else { throw .tooMany(count: elements.count, limit: maxElements) }
    return elements
  }
}
