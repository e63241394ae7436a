package import Deciding

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
    try NginxLines.render(self, snapshot, options, before: "allow ", after: ";\n")
  }
}
