package import DNS
package import Deciding

/// The entries of a body: what a snapshot holds of the asked families, aggregated or not, in numeric order.
package struct EntryList: Hashable, Sendable {
  package let ipv4: [IPPrefix]
  package let ipv6: [IPPrefix]

  /// Takes the entries out of a snapshot.
  ///
  /// - Throws: `RenderError` when there is none, there are more than `maxEntries`, or `cidr` is `never` and one needs
  ///   a length.
  package init(_ snapshot: Snapshot, _ options: RenderOptions) throws(RenderError) {
    let families = options.families
    var prefixes = [IPPrefix]()
    prefixes.reserveCapacity(snapshot.elements.count)
    for element in snapshot.elements {
      let family = element.address.family
      if families == .both || family == (families == .ipv4 ? .ipv4 : .ipv6) {
        prefixes.append(element.prefix)
      }
    }
    if options.aggregate { prefixes = PrefixSet(prefixes).prefixes }
    guard !prefixes.isEmpty else { throw .empty(snapshot.set, families) }
    if options.widens {
      let wide = Widening.widen(prefixes, options)
      widenedBy = Widening.size(wide) - Widening.size(prefixes)
      prefixes = wide
    } else {
      widenedBy = nil
    }
    let count = options.ranges ? Self.runs(prefixes) : prefixes.count
    if let limit = options.maxEntries, count > limit { throw .tooManyEntries(count: count, limit: limit) }
    if options.cidr == .never, let wide = prefixes.first(where: { !$0.isHost }) { throw .needsLength(wide) }
    let middle = prefixes.firstIndex { $0.family == .ipv6 } ?? prefixes.count
    ipv4 = Array(prefixes[..<middle])
    ipv6 = Array(prefixes[middle...])
    self.count = count
  }

  /// The entries of one family.
  package subscript(family: AddressFamily) -> [IPPrefix] { family == .ipv4 ? ipv4 : ipv6 }

  /// How many entries consumers count: prefixes, or ranges when those were asked for.
  package let count: Int

  /// How many addresses it lets through that the set lacks; nil when nobody asked for more.
  package let widenedBy: UInt128?

  /// Calls `body` with the first and last prefix of each run of neighbours, which is the widest range.
  package func forEachRange(_ body: (_ first: IPPrefix, _ last: IPPrefix) -> Void) {
    for list in [ipv4, ipv6] {
      guard var first = list.first else { continue }
      var last = first
      for prefix in list.dropFirst() {
        if !Self.touch(last, prefix) {
          body(first, last)
          first = prefix
        }
        last = prefix
      }
      body(first, last)
    }
  }

  /// Calls `body` with each entry and the snapshot's elements inside it. Both are in the same order, so it is one walk.
  package func forEachEntry(
    in snapshot: Snapshot, _ body: (_ entry: IPPrefix, _ elements: ArraySlice<SetElement>) -> Void
  ) {
    var rest = snapshot.elements[...]
    for list in [ipv4, ipv6] {
      for entry in list {
        rest = rest.drop { $0.address < entry.address }
        let inside = rest.prefix { entry.contains($0.address) }
        rest = rest[inside.endIndex...]
        body(entry, inside)
      }
    }
  }

  private static func runs(_ prefixes: [IPPrefix]) -> Int {
    zip(prefixes, prefixes.dropFirst()).reduce(prefixes.isEmpty ? 0 : 1) { $0 + (touch($1.0, $1.1) ? 0 : 1) }
  }

  private static func touch(_ left: IPPrefix, _ right: IPPrefix) -> Bool {
    left.family == right.family && left.last.bits != .max && left.last.bits + 1 == right.address.bits
  }
}
