package import Deciding

import DNS

/// A file for `acl NAME dst "FILE"` of Squid, which takes ranges and comments. An empty one would never match.
package struct SquidFormat: Format {
  package let id = "squid"
  package let fileExtension = "squid"
  package let mediaType = "text/plain; charset=utf-8"
  package let takes: Set<FormatOption> = .list.union([.ranges, .comments])
  package let products = ["Squid"]

  /// It has no settings of its own: `RenderOptions` brings them all.
  package init() {}

  package func render(
    _ snapshot: Snapshot, _ options: RenderOptions, _ context: RenderContext
  ) throws(RenderError) -> [UInt8] {
    guard families.contains(options.families) else { throw .familyNotTaken(format: id, families) }
    return try PlainFormat().render(snapshot, options, context)
  }
}
