/// A set of addresses as the smallest sorted list of prefixes that covers exactly those addresses: it never widens.
package struct PrefixSet: Hashable, Sendable {
  /// The aggregate: disjoint, minimal, IPv4 before IPv6, numeric order.
  package let prefixes: [IPPrefix]

  /// Aggregates prefixes in any order, overlapping or not. O(n log n), O(n) when they are in order.
  package init(_ prefixes: some Sequence<IPPrefix>) { self.init(Array(prefixes)) }

  /// The same for an array: one body that every module calls, since generic code isn't specialised across modules.
  package init(_ prefixes: [IPPrefix]) {
    var v4 = [(first: UInt32, last: UInt32)]()
    var v6 = [(first: UInt128, last: UInt128)]()
    for prefix in prefixes {
      if prefix.family == .ipv4 {
        let (first, last) = (prefix.address.bits, prefix.last.bits)
        v4.append((UInt32(truncatingIfNeeded: first), UInt32(truncatingIfNeeded: last)))
      } else {
        v6.append((prefix.address.bits, prefix.last.bits))
      }
    }
    var aggregate = [IPPrefix]()
    aggregate.reserveCapacity(v4.count + v6.count)
    Self.forEachRange(merging: &v4) { first, last in
      Self.split(first, last, width: 32) { address, length in
        aggregate.append(IPPrefix(containing: IPAddress(v4: address), length: length))
      }
    }
    Self.forEachRange(merging: &v6) { first, last in
      Self.split(first, last, width: 128) { address, length in
        aggregate.append(IPPrefix(containing: IPAddress(v6: address), length: length))
      }
    }
    self.prefixes = aggregate
  }

  /// Aggregates single addresses.
  package init(addresses: some Sequence<IPAddress>) {
    self.init(addresses.map { IPPrefix($0) })
  }

  /// Whether the address is in the set. O(log n).
  package func contains(_ address: IPAddress) -> Bool {
    var low = 0
    var high = prefixes.count
    while low < high {
      let middle = (low + high) / 2
      if prefixes[middle].last < address { low = middle + 1 } else { high = middle }
    }
    return low < prefixes.count && prefixes[low].contains(address)
  }

  /// Sorts the ranges and hands out each maximal one: overlapping and touching ranges become one.
  private static func forEachRange<Bits: FixedWidthInteger>(
    merging ranges: inout [(first: Bits, last: Bits)], _ body: (Bits, Bits) -> Void
  ) {
    guard !ranges.isEmpty else { return }
    // Sets are in order already: looking is cheaper than sorting.
    let isSorted = ranges.indices.dropFirst().allSatisfy { ranges[$0 - 1].first <= ranges[$0].first }
    if !isSorted { ranges.sort { $0.first < $1.first } }
    var current = ranges[0]
    for range in ranges.dropFirst() {
      if current.last == .max || range.first <= current.last + 1 {
        if range.last > current.last { current.last = range.last }
      } else {
        body(current.first, current.last)
        current = range
      }
    }
    body(current.first, current.last)
  }

  /// Cuts a range into the fewest prefixes, each as large as its alignment and the rest of the range allow.
  private static func split<Bits: FixedWidthInteger & UnsignedInteger>(
    _ first: Bits, _ last: Bits, width: Int, _ body: (Bits, Int) -> Void
  ) {
    var first = first
    while true {
      let size = last - first  // addresses after the first
      let fitting = size == .max ? width : width - 1 - (size + 1).leadingZeroBitCount
      let hostBits = Swift.min(first.trailingZeroBitCount, fitting)
      body(first, width - hostBits)
      let end = hostBits == width ? Bits.max : first + ((1 << Bits(hostBits)) - 1)
      if end >= last { return }
      first = end + 1
    }
  }
}
