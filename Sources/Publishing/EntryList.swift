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
        prefixes.append(IPPrefix(element.address))
      }
    }
    if options.aggregate { prefixes = PrefixSet(prefixes).prefixes }
    guard !prefixes.isEmpty else { throw .empty(snapshot.set, families) }
    if let limit = options.maxEntries, prefixes.count > limit {
      throw .tooManyEntries(count: prefixes.count, limit: limit)
    }
    if options.cidr == .never, let wide = prefixes.first(where: { !$0.isHost }) { throw .needsLength(wide) }
    let middle = prefixes.firstIndex { $0.family == .ipv6 } ?? prefixes.count
    ipv4 = Array(prefixes[..<middle])
    ipv6 = Array(prefixes[middle...])
  }

  /// The entries of one family.
  package subscript(family: AddressFamily) -> [IPPrefix] { family == .ipv4 ? ipv4 : ipv6 }

  /// All entries, IPv4 first.
  package var count: Int { ipv4.count + ipv6.count }
}
