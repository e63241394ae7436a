package import Deciding

import DNS

/// Lines for the inside of a `geo` block of nginx: `geo $mcr { default 0; include FILE; }`.
package struct NginxGeoFormat: Format {
  package let id = "nginx-geo"
  package let fileExtension = "geo.conf"
  package let mediaType = "text/plain; charset=utf-8"
  package let takes: Set<FormatOption> = .list
  package let products = ["nginx geo"]

  /// It has no settings of its own: `RenderOptions` brings them all.
  package init() {}

  package func render(
    _ snapshot: Snapshot, _ options: RenderOptions, _ context: RenderContext
  ) throws(RenderError) -> [UInt8] {
    let entries = try entries(snapshot, options)
    var body = [UInt8]()
    body.reserveCapacity(entries.count * 52 + 64)
    body.appendHeading("#", snapshot)
    for list in [entries.ipv4, entries.ipv6] {
      for entry in list {
        entry.appendText(to: &body)
        body.append(text: " 1;\n")
      }
    }
    return body
  }
}
