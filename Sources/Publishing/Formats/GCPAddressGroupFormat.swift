package import Deciding

import DNS

/// An address group of Google Cloud as the REST API's resource: the body for `addressGroups.create`, and with
/// `?updateMask=items` for `patch`. A group has one family and a size for ever (`capacity`).
package struct GCPAddressGroupFormat: Format {
  package let id = "gcp-address-group"
  package let fileExtension = "gcp.json"
  package let mediaType = "application/json"
  package let takes: Set<FormatOption> = .list.union([.capacity])
  package let products = ["Google Cloud address group"]
  package let families: [Families] = [.ipv4, .ipv6]

  /// It has no settings of its own: `RenderOptions` brings them all.
  package init() {}

  package func render(
    _ snapshot: Snapshot, _ options: RenderOptions, _ context: RenderContext
  ) throws(RenderError) -> [UInt8] {
    let entries = try entries(snapshot, options)
    let capacity = options.capacity ?? Self.standardCapacity
    guard entries.count <= capacity else { throw .tooManyForCapacity(count: entries.count, limit: capacity) }
    var json = JSONText(reserving: entries.count * 46 + 256)
    json.beginObject()
    json.string("postern \(snapshot.set) generation \(snapshot.generation)", "description")
    json.string(options.families == .ipv4 ? "IPV4" : "IPV6", "type")
    json.number(capacity, "capacity")
    json.beginArray("items")
    for list in [entries.ipv4, entries.ipv6] {
      for entry in list { json.quoted { entry.appendText(to: &$0, alwaysLength: true) } }
    }
    json.endArray()
    json.endObject()
    json.endLine()
    return json.bytes
  }

  /// As in Google's own examples.
  private static let standardCapacity = 100
}
