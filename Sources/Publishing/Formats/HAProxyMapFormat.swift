package import Deciding

import DNS

/// A map file for HAProxy: `src,map_ip(FILE)` gives the set's name for an address of the set.
///
/// HAProxy takes comments only at the start of a line, and no range at all (tried with 2.6).
package struct HAProxyMapFormat: Format {
  package let id = "haproxy-map"
  package let fileExtension = "map"
  package let mediaType = "text/plain; charset=utf-8"
  package let takes: Set<FormatOption> = .list.union([.name])
  package let products = ["HAProxy map_ip"]

  /// It has no settings of its own: `RenderOptions` brings them all.
  package init() {}

  package func render(
    _ snapshot: Snapshot, _ options: RenderOptions, _ context: RenderContext
  ) throws(RenderError) -> [UInt8] {
    let entries = try entries(snapshot, options)
    let name = (options.name ?? snapshot.set).text
    var body = [UInt8]()
    body.reserveCapacity(entries.count * (46 + name.utf8.count))
    body.appendHeading("#", snapshot)
    for list in [entries.ipv4, entries.ipv6] {
      for entry in list {
        entry.appendText(to: &body)
        body.append(UInt8(ascii: " "))
        body.append(text: name)
        body.appendLineFeed()
      }
    }
    return body
  }
}
