package import Deciding

import DNS

/// A warninglist for MISP: addresses that are no sign of an attack. Its version is the generation.
package struct WarninglistFormat: Format {
  package let id = "misp-warninglist"
  package let fileExtension = "warninglist.json"
  package let mediaType = "application/json"
  package let takes: Set<FormatOption> = .list.union([.name])
  package let products = ["MISP warninglist"]

  /// It has no settings of its own: `RenderOptions` brings them all.
  package init() {}

  package func render(
    _ snapshot: Snapshot, _ options: RenderOptions, _ context: RenderContext
  ) throws(RenderError) -> [UInt8] {
    let entries = try entries(snapshot, options)
    var json = JSONText(reserving: entries.count * 46 + 512)
    json.beginObject()
    json.string("postern \(options.name ?? snapshot.set)", "name")
    json.number(snapshot.generation.number, "version")
    json.string("The addresses of the names that postern's set \(snapshot.set) watches", "description")
    json.string("cidr", "type")
    json.strings(["ip-src", "ip-dst", "domain|ip", "ip-src|port", "ip-dst|port"], "matching_attributes")
    json.beginArray("list")
    for list in [entries.ipv4, entries.ipv6] {
      for entry in list { json.quoted { entry.appendText(to: &$0, alwaysLength: true) } }
    }
    json.endArray()
    json.endObject()
    json.endLine()
    return json.bytes
  }
}
