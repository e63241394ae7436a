package import Deciding

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
    try NginxLines.render(self, snapshot, options, after: " 1;\n")
  }
}
