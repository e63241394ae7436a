package import Deciding

import DNS

/// `allow` lines for nginx, to be followed by `deny all;`.
package struct NginxAllowFormat: Format {
  package let id = "nginx-allow"
  package let fileExtension = "allow.conf"
  package let mediaType = "text/plain; charset=utf-8"
  package let takes: Set<FormatOption> = .list
  package let products = ["nginx access"]

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
        body.append(text: "allow ")
        entry.appendText(to: &body)
        body.append(text: ";\n")
      }
    }
    return body
  }
}
