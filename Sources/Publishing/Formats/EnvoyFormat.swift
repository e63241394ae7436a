package import Deciding

import DNS

/// The rules of Envoy's RBAC filter (`envoy.config.rbac.v3.RBAC`) as JSON: connections to the set are allowed, others not.
package struct EnvoyFormat: Format {
  package let id = "envoy-rbac"
  package let fileExtension = "rbac.json"
  package let mediaType = "application/json"
  package let takes: Set<FormatOption> = .list.union([.name])
  package let products = ["Envoy RBAC filter"]

  /// It has no settings of its own: `RenderOptions` brings them all.
  package init() {}

  package func render(
    _ snapshot: Snapshot, _ options: RenderOptions, _ context: RenderContext
  ) throws(RenderError) -> [UInt8] {
    let entries = try entries(snapshot, options)
    var json = JSONText(reserving: entries.count * 90 + 256)
    json.beginObject()
    json.string("ALLOW", "action")
    json.beginObject("policies")
    json.beginObject(named: options.name ?? snapshot.set)
    json.beginArray("permissions")
    json.beginObject()
    json.beginObject("or_rules")
    json.beginArray("rules")
    for list in [entries.ipv4, entries.ipv6] {
      for entry in list {
        json.beginObject()
        json.beginObject("destination_ip")
        json.quoted("address_prefix") { entry.address.appendText(to: &$0) }
        json.number(entry.length, "prefix_len")
        json.endObject()
        json.endObject()
      }
    }
    json.endArray()
    json.endObject()
    json.endObject()
    json.endArray()
    json.beginArray("principals")
    json.beginObject()
    json.boolean(true, "any")
    json.endObject()
    json.endArray()
    json.endObject()
    json.endObject()
    json.endObject()
    json.endLine()
    return json.bytes
  }
}
