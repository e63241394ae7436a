package import Deciding

/// A response policy zone that lets the watched names through whatever later zones say: for resolvers that block much.
///
/// Its serial number is the generation. A star in a policy zone stands for one or more labels.
package struct PassThroughZoneFormat: Format {
  package let id = "rpz"
  package let fileExtension = "rpz"
  package let mediaType = "text/dns; charset=utf-8"
  package let takes: Set<FormatOption> = []
  package let products = [
    "BIND response-policy",
    "Unbound rpz",
    "Knot Resolver policy",
    "PowerDNS Recursor rpzFile",
  ]
  package let needs: Set<RenderNeed> = [.selectors]

  /// It has no settings of its own: `RenderOptions` brings them all.
  package init() {}

  package func render(
    _ snapshot: Snapshot, _ options: RenderOptions, _ context: RenderContext
  ) throws(RenderError) -> [UInt8] {
    guard !snapshot.elements.isEmpty else { throw .empty(snapshot.set, .both) }
    var body = PolicyZone.opening(snapshot)
    for name in try context.leadingStarNames(for: id) {
      guard name.utf8.count <= PolicyZone.longestName else { throw .unwritableSelector(name, format: id) }
      body.append(text: "\(name) IN CNAME rpz-passthru.\n")
    }
    return body
  }
}
