package import Deciding

import DNS

/// A table for spreadsheets and SIEM look-ups, with a heading: `cidr,family,fqdns,first_seen,last_seen`.
///
/// With service tags at hand `tags` and `shared_with` follow, separated like the names.
///
/// The names are separated by blanks in one cell. Cells are quoted where RFC 4180 asks for it; lines end with a line
/// feed alone, which every reader takes.
package struct CSVFormat: Format {
  package let id = "csv"
  package let fileExtension = "csv"
  package let mediaType = "text/csv; charset=utf-8; header=present"
  package let takes: Set<FormatOption> = .list.union([.cidr])
  package let products = ["spreadsheets", "Splunk lookup", "Microsoft Sentinel watchlist"]

  /// It has no settings of its own: `RenderOptions` brings them all.
  package init() {}

  package func render(
    _ snapshot: Snapshot, _ options: RenderOptions, _ context: RenderContext
  ) throws(RenderError) -> [UInt8] {
    let entries = try entries(snapshot, options)
    var body = [UInt8]()
    body.reserveCapacity(entries.count * 160 + 64)
    body.append(
      text: "cidr,family,fqdns,first_seen,last_seen" + (context.tags == nil ? "\n" : ",tags,shared_with\n"))
    entries.forEachEntry(in: snapshot) { entry, elements in
      entry.appendText(to: &body, alwaysLength: options.cidr == .always)
      body.append(text: entry.family == .ipv4 ? ",4," : ",6,")
      if elements.count == 1, let names = elements.first?.names {
        Self.append(names, to: &body)
      } else {
        Self.append(Set(elements.flatMap(\.names)).sorted(), to: &body)
      }
      let isKnown = elements.contains { !$0.names.isEmpty }
      body.append(UInt8(ascii: ","))
      if isKnown, let first = elements.lazy.map(\.firstSeen).min() { first.appendText(to: &body) }
      body.append(UInt8(ascii: ","))
      if isKnown, let last = elements.lazy.map(\.lastSeen).max() { last.appendText(to: &body) }
      if let tags = context.tags {
        let owners = ElementOwners(elements, by: tags)
        // Neither tags nor the names that a configuration gives hold what RFC 4180 wants quoted.
        body.append(text: ",\(owners.tags.joined(separator: " ")),\(owners.sharers.joined(separator: " "))")
      }
      body.appendLineFeed()
    }
    return body
  }

  private static func append(_ names: [DomainName], to body: inout [UInt8]) {
    // A host name holds none of RFC 4180's special characters; other names may.
    let isPlain = names.allSatisfy { $0.text.utf8.allSatisfy { $0 != 0x22 && $0 != 0x2c } }
    if !isPlain { body.append(0x22) }
    for (index, name) in names.enumerated() {
      if index > 0 { body.append(0x20) }
      for octet in name.text.utf8 {
        if octet == 0x22 { body.append(0x22) }
        body.append(octet)
      }
    }
    if !isPlain { body.append(0x22) }
  }
}
