package import Deciding

import DNS

/// One JSON object a line for each entry: for log pipelines and databases that read a file by lines.
package struct NDJSONFormat: Format {
  package let id = "ndjson"
  package let fileExtension = "ndjson"
  package let mediaType = "application/x-ndjson"
  package let takes: Set<FormatOption> = .list.union([.cidr])
  package let products = ["Elastic", "Splunk", "jq"]

  /// It has no settings of its own: `RenderOptions` brings them all.
  package init() {}

  package func render(
    _ snapshot: Snapshot, _ options: RenderOptions, _ context: RenderContext
  ) throws(RenderError) -> [UInt8] {
    let entries = try entries(snapshot, options)
    var json = JSONText(reserving: entries.count * 220)
    entries.forEachEntry(in: snapshot) { entry, elements in
      json.beginObject()
      json.string(snapshot.set.text, "set")
      json.number(snapshot.generation.number, "generation")
      json.entry(entry, elements, alwaysLength: options.cidr == .always)
      if let tags = context.tags { json.owners(of: elements, by: tags) }
      json.endObject()
      json.endLine()
    }
    return json.bytes
  }
}
