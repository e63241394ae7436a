package import Deciding

import DNS

/// A script for RouterOS (7 and newer) that `/import` runs: each entry is added or, when it is there, marked with this generation;
/// then what bears another mark is removed. So the list never is empty in between.
///
/// RouterOS runs what it is given: fetch it over TLS with `check-certificate=yes`.
package struct MikroTikFormat: Format {
  package let id = "mikrotik"
  package let fileExtension = "rsc"
  package let mediaType = "text/plain; charset=utf-8"
  package let takes: Set<FormatOption> = .list.union([.name])
  package let products = ["MikroTik RouterOS address-list"]

  /// It has no settings of its own: `RenderOptions` brings them all.
  package init() {}

  package func render(
    _ snapshot: Snapshot, _ options: RenderOptions, _ context: RenderContext
  ) throws(RenderError) -> [UInt8] {
    let entries = try entries(snapshot, options)
    let name = (options.name ?? snapshot.set).text
    let mark = "postern \(snapshot.set) generation \(snapshot.generation)"
    var body = [UInt8]()
    body.reserveCapacity(entries.count * (250 + 2 * name.utf8.count) + 512)
    body.appendHeading("#", snapshot)
    for family in options.families.all {
      let menu = family == .ipv4 ? "/ip/firewall/address-list" : "/ipv6/firewall/address-list"
      let add = Array(":do { \(menu)/add list=\"\(name)\" comment=\"\(mark)\" address=".utf8)
      let find = Array(" } on-error={ \(menu)/set [ find where list=\"\(name)\" and address=\"".utf8)
      let end = Array("\" ] comment=\"\(mark)\" }\n".utf8)
      for entry in entries[family] {
        body.append(contentsOf: add)
        // RouterOS shows IPv6 addresses with their length and IPv4 ones without, and finds them as it shows them.
        entry.appendText(to: &body, alwaysLength: family == .ipv6)
        body.append(contentsOf: find)
        entry.appendText(to: &body, alwaysLength: family == .ipv6)
        body.append(contentsOf: end)
      }
    }
    for family in options.families.all {
      let menu = family == .ipv4 ? "/ip/firewall/address-list" : "/ipv6/firewall/address-list"
      body.append(text: "\(menu)/remove [ find where list=\"\(name)\" and comment!=\"\(mark)\" ]\n")
    }
    return body
  }
}
