package import Deciding

import DNS

/// The document of Check Point's Generic Data Center (sk167210). The object's id is made from the set's name, so that it
/// is the same object for ever.
package struct CheckPointFormat: Format {
  package let id = "checkpoint-gdc"
  package let fileExtension = "gdc.json"
  package let mediaType = "application/json"
  package let takes: Set<FormatOption> = .list.union([.name, .ranges])
  package let products = ["Check Point Generic Data Center"]

  /// It has no settings of its own: `RenderOptions` brings them all.
  package init() {}

  package func render(
    _ snapshot: Snapshot, _ options: RenderOptions, _ context: RenderContext
  ) throws(RenderError) -> [UInt8] {
    let entries = try entries(snapshot, options)
    let name = (options.name ?? snapshot.set).text
    var json = JSONText(reserving: entries.count * 46 + 512)
    json.beginObject()
    json.string("1.0", "version")
    json.string("postern", "description")
    json.beginArray("objects")
    json.beginObject()
    json.string(name, "name")
    json.string(StableID(of: snapshot.set).text, "id")
    json.string("generation \(snapshot.generation)", "description")
    json.beginArray("ranges")
    if options.ranges {
      json.appendRanges(of: entries)
    } else {
      for list in [entries.ipv4, entries.ipv6] {
        for entry in list { json.quoted { entry.appendText(to: &$0) } }
      }
    }
    json.endArray()
    json.endObject()
    json.endArray()
    json.endObject()
    json.endLine()
    return json.bytes
  }
}
