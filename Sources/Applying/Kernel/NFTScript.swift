import DNS
package import Publishing

/// The text for one `nft -f`, which is one transaction.
package enum NFTScript {
  /// Brings sets of one table in step; nil when they are.
  ///
  /// Only what differs is deleted and added. An element that stays is not touched, because before Linux 6.17 a lookup
  /// could miss an element that one transaction removed and added again ("netfilter: nf_tables: restart set lookup on
  /// base_seq change"). Where nothing stays, a flush is the same and cheaper.
  ///
  /// - Parameter isWhole: flush and fill whatever differs: for a second try, after steps did not lead to what they should.
  package static func text(
    _ changes: [SetChange], table: TableName, wanted: [String: [AddressRange]], isWhole: Bool
  )
    -> [UInt8]?
  {
    guard changes.contains(where: { !$0.isNone }) else { return nil }
    var text = [UInt8]()
    if changes.contains(where: \.isNew) {
      text.append(text: "add table inet \(table)\n")
      for change in changes where change.isNew {
        let type = change.family == .ipv4 ? "ipv4_addr" : "ipv6_addr"
        text.append(
          text: "add set inet \(table) \(change.set) { type \(type); flags interval; auto-merge; }\n")
      }
    }
    for change in changes where !change.isNone {
      if !change.isNew, isWhole || change.kept == 0 {
        text.append(text: "flush set inet \(table) \(change.set)\n")
        append("add", wanted[change.set] ?? [], to: change.set, of: table, &text)
      } else {
        append("delete", change.removed, to: change.set, of: table, &text)
        append("add", change.added, to: change.set, of: table, &text)
      }
    }
    return text
  }

  /// Empty braces would be a syntax error.
  private static func append(
    _ verb: String, _ ranges: [AddressRange], to set: String, of table: TableName, _ text: inout [UInt8]
  ) {
    guard !ranges.isEmpty else { return }
    text.append(text: "\(verb) element inet \(table) \(set) { ")
    for (index, range) in ranges.enumerated() {
      if index > 0 { text.append(text: ", ") }
      text.append(text: range.description)
    }
    text.append(text: " }\n")
  }
}
