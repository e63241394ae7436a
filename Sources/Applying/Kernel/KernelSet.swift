package import DNS

/// One set as the kernel has it.
package struct KernelSet: Hashable, Sendable {
  /// Its elements in order; for ipset each is a prefix.
  package var ranges: [AddressRange]
  /// Elements that will leave by themselves, which no set of ours has: they are replaced.
  package var expiring: [AddressRange] = []
  /// What makes it unfit, as a phrase after its name; nil when it can be used.
  package var fault: String?
  /// ipset's `maxelem`; nil for nftables.
  package var capacity: Int?
  /// ipset: whether new elements expire unless told otherwise.
  package var hasTimeout = false

  /// A usable set with these elements.
  package init(
    ranges: [AddressRange], expiring: [AddressRange] = [], fault: String? = nil, capacity: Int? = nil,
    hasTimeout: Bool = false
  ) {
    self.ranges = ranges
    self.expiring = expiring
    self.fault = fault
    self.capacity = capacity
    self.hasTimeout = hasTimeout
  }

  /// Whether it holds nothing.
  package var isEmpty: Bool { ranges.isEmpty && expiring.isEmpty }
}

/// What differs between one set of the kernel and the wanted one.
package struct SetChange: Hashable, Sendable {
  /// The set's name in the kernel.
  package let set: String
  package let family: AddressFamily
  /// Whether the set itself is missing.
  package let isNew: Bool
  /// Elements to add, as the tool writes them.
  package let added: [AddressRange]
  /// Elements to delete.
  package let removed: [AddressRange]
  /// Elements that are left alone.
  package let kept: Int

  /// Compares.
  ///
  /// - Throws: `ApplyError` when the kernel's set can't be used, or would lose a whole family.
  package init(
    set: String, family: AddressFamily, held: KernelSet?, wanted: [AddressRange], allowsEmptyFamily: Bool
  ) throws(ApplyError) {
    if let fault = held?.fault { throw .unlike(set: set, reason: fault) }
    if wanted.isEmpty, let held, !held.isEmpty, !allowsEmptyFamily {
      throw .emptyFamily(family, set: set)
    }
    let has = Set(held?.ranges ?? [])
    let wants = Set(wanted)
    self.set = set
    self.family = family
    isNew = held == nil
    added = wanted.filter { !has.contains($0) }
    removed = (held?.ranges ?? []).filter { !wants.contains($0) } + (held?.expiring ?? [])
    kept = wanted.count - added.count
  }

  /// Whether the kernel is in step.
  package var isNone: Bool { !isNew && added.isEmpty && removed.isEmpty }
}
