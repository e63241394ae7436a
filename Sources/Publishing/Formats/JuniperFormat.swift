package import Deciding

import DNS

/// The plain list with a length on every line, as Juniper SRX's feed server wants it, under a path that ends in `.txt`.
package struct JuniperFormat: Format {
  package let id = "juniper"
  package let fileExtension = "srx.txt"
  package let mediaType = "text/plain; charset=utf-8"
  package let takes: Set<FormatOption> = .list
  package let products = ["Juniper SRX dynamic-address feed"]

  /// It has no settings of its own: `RenderOptions` brings them all.
  package init() {}

  package func render(
    _ snapshot: Snapshot, _ options: RenderOptions, _ context: RenderContext
  ) throws(RenderError) -> [UInt8] {
    let entries = try entries(snapshot, options)
    var body = [UInt8]()
    body.reserveCapacity(entries.ipv4.count * 19 + entries.ipv6.count * 44)
    for list in [entries.ipv4, entries.ipv6] {
      for entry in list {
        entry.appendText(to: &body, alwaysLength: true)
        body.appendLineFeed()
      }
    }
    return body
  }
}
