package import Deciding

import DNS

/// One address or prefix on each line and nothing else: the list that some fifteen kinds of firewall take.
///
/// Comments are off unless asked for, since HAProxy and Sophos refuse them.
package struct PlainFormat: Format {
  package let id = "plain"
  package let fileExtension = "txt"
  package let mediaType = "text/plain; charset=utf-8"
  package let takes: Set<FormatOption> = .list.union([.cidr, .comments, .ranges])
  package let products = [
    "Palo Alto EDL", "FortiGate external resource", "Check Point Network Feed",
    "Cisco FMC Security Intelligence", "Cisco CSDAC (max_entries=10000)", "SonicWall DEAG",
    "Barracuda CloudGen", "pfSense URL Table", "OPNsense URL Table", "VyOS remote-group", "pf", "HAProxy -f",
    "iprange",
  ]

  /// It has no settings of its own: `RenderOptions` brings them all.
  package init() {}

  package func render(
    _ snapshot: Snapshot, _ options: RenderOptions, _ context: RenderContext
  ) throws(RenderError) -> [UInt8] {
    let entries = try entries(snapshot, options)
    var body = [UInt8]()
    body.reserveCapacity(entries.ipv4.count * 19 + entries.ipv6.count * 44 + 160)
    if options.comments {
      body.append(text: "# postern set=\(snapshot.set) generation=\(snapshot.generation)")
      body.append(text: " generated_at=\(snapshot.at) entries=\(entries.count)")
      if let more = entries.widenedBy { body.append(text: " widened_by=\(more)") }
      body.appendLineFeed()
    }
    if options.ranges {
      entries.forEachRange { first, last in
        first.address.appendText(to: &body)
        if first.address != last.last {
          body.append(UInt8(ascii: "-"))
          last.last.appendText(to: &body)
        }
        body.appendLineFeed()
      }
      return body
    }
    for list in [entries.ipv4, entries.ipv6] {
      for entry in list {
        entry.appendText(to: &body, alwaysLength: options.cidr == .always)
        body.appendLineFeed()
      }
    }
    return body
  }
}
