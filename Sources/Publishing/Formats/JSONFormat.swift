package import Deciding

import DNS

/// The set as one JSON object: flat `ipv4` and `ipv6` for jq, and `prefixes` with the names behind each.
///
/// `counts` are addresses; `entries` are what the arrays hold. Status and `valid_until` change without a new
/// generation, so they stand in the headers and in `/version` and not here. An element without names comes from an
/// old generation whose provenance isn't kept: its entry then has no `fqdns`, `first_seen` and `last_seen`.
package struct JSONFormat: Format {
  package let id = "json"
  package let fileExtension = "json"
  package let mediaType = "application/json"
  package let takes: Set<FormatOption> = .list.union([.cidr])
  package let products = [
    "OPNsense URL Table in JSON", "Check Point Network Feed in JSON", "FortiOS 7.6 JSON", "Terraform http",
    "jq",
  ]

  /// It has no settings of its own: `RenderOptions` brings them all.
  package init() {}

  package func render(
    _ snapshot: Snapshot, _ options: RenderOptions, _ context: RenderContext
  ) throws(RenderError) -> [UInt8] {
    let entries = try entries(snapshot, options)
    let alwaysLength = options.cidr == .always
    var json = JSONText(reserving: entries.count * 220 + 512)
    json.beginObject()
    json.string(snapshot.set.text, "set")
    json.number(snapshot.generation.number, "generation")
    json.timestamp(snapshot.at, "generated_at")
    json.string(snapshot.digest.description, "sha256")
    json.beginObject("counts")
    json.number(snapshot.count(of: .ipv4), "ipv4")
    json.number(snapshot.count(of: .ipv6), "ipv6")
    json.endObject()
    json.beginObject("entries")
    json.number(entries.ipv4.count, "ipv4")
    json.number(entries.ipv6.count, "ipv6")
    json.endObject()
    // As text: beyond 2^53 a number would be another one to most readers.
    if let more = entries.widenedBy { json.string("\(more)", "widened_by") }
    json.beginArray("ipv4")
    for entry in entries.ipv4 { json.quoted { entry.appendText(to: &$0, alwaysLength: alwaysLength) } }
    json.endArray()
    json.beginArray("ipv6")
    for entry in entries.ipv6 { json.quoted { entry.appendText(to: &$0, alwaysLength: alwaysLength) } }
    json.endArray()
    json.beginArray("prefixes")
    entries.forEachEntry(in: snapshot) { entry, elements in
      json.beginObject()
      json.entry(entry, elements, alwaysLength: alwaysLength)
      if let tags = context.tags { json.owners(of: elements, by: tags) }
      json.endObject()
    }
    json.endArray()
    json.endObject()
    json.endLine()
    return json.bytes
  }
}

extension JSONText {
  /// Writes what is known of one entry, inside an object: what it covers, whose names gave it, and when.
  mutating func entry(_ entry: IPPrefix, _ elements: ArraySlice<SetElement>, alwaysLength: Bool) {
    quoted("cidr") { entry.appendText(to: &$0, alwaysLength: alwaysLength) }
    number(entry.family.rawValue, "family")
    guard elements.contains(where: { !$0.names.isEmpty }) else { return }
    beginArray("fqdns")
    if elements.count == 1, let names = elements.first?.names {
      for name in names { string(name.text) }
    } else {
      for name in Set(elements.flatMap(\.names)).sorted() { string(name.text) }
    }
    endArray()
    if let firstSeen = elements.lazy.map(\.firstSeen).min() { timestamp(firstSeen, "first_seen") }
    if let lastSeen = elements.lazy.map(\.lastSeen).max() { timestamp(lastSeen, "last_seen") }
  }
}
