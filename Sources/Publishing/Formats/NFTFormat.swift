package import Deciding

import DNS

/// A script for `nft -f`: one transaction that makes the table and its sets `<name>4` and `<name>6` when they are
/// missing, empties them and fills them.
///
/// A family without elements is flushed and gets no `add element`, whose empty braces would be a syntax error.
package struct NFTFormat: Format {
  package let id = "nft"
  package let fileExtension = "nft"
  package let mediaType = "text/plain; charset=utf-8"
  package let takes: Set<FormatOption> = .list.union([.name, .table, .timeout])
  package let products = ["Linux nftables", "cron jobs with scripts/load-nft"]

  /// It has no settings of its own: `RenderOptions` brings them all.
  package init() {}

  package func render(
    _ snapshot: Snapshot, _ options: RenderOptions, _ context: RenderContext
  ) throws(RenderError) -> [UInt8] {
    let entries = try entries(snapshot, options)
    let name = options.name ?? snapshot.set
    let families = options.families.all
    for family in families {
      let name = Self.setName(name, family)
      // nft's scanner: an identifier begins with a letter; these two words of its grammar end like our names.
      guard name.utf8.first.map({ (0x61...0x7a).contains($0) }) == true, !["ip6", "icmpv6"].contains(name)
      else {
        throw .unusableName(name)
      }
    }
    var body = [UInt8]()
    body.reserveCapacity(entries.count * 45 + 1024)
    body.append(text: "#!/usr/sbin/nft -f\n")
    body.append(text: "# postern set=\(snapshot.set) generation=\(snapshot.generation)\n")
    body.append(text: "add table inet \(options.table)\n")
    for family in families {
      let type = family == .ipv4 ? "ipv4_addr" : "ipv6_addr"
      body.append(text: "add set inet \(options.table) \(Self.setName(name, family)) ")
      let timeout = options.timeout.map { ",timeout; timeout \($0.components.seconds)s" } ?? ""
      body.append(text: "{ type \(type); flags interval\(timeout); auto-merge; }\n")
    }
    for family in families {
      body.append(text: "flush set inet \(options.table) \(Self.setName(name, family))\n")
    }
    for family in families where !entries[family].isEmpty {
      body.append(text: "add element inet \(options.table) \(Self.setName(name, family)) { ")
      for (index, entry) in entries[family].enumerated() {
        if index > 0 { body.append(text: ", ") }
        entry.appendText(to: &body)
      }
      body.append(text: " }\n")
    }
    return body
  }

  private static func setName(_ name: SetName, _ family: AddressFamily) -> String {
    "\(name)\(family.rawValue)"
  }
}
