package import Deciding

import DNS

/// A script for `ipset restore`: for each family a set `<name>4` or `<name>6`, filled beside the live one and swapped
/// in, because `ipset restore` is no transaction. An error anywhere leaves the live set as it was.
///
/// A family without elements becomes an empty set, so that rules which name it still load; that both are empty is
/// refused.
package struct IPSetFormat: Format {
  package let id = "ipset"
  package let fileExtension = "ipset"
  package let mediaType = "text/plain; charset=utf-8"
  package let takes: Set<FormatOption> = .list.union([.name, .maxelem, .timeout])
  package let products = ["Linux ipset and iptables", "cron jobs with scripts/load-ipset"]

  /// It has no settings of its own: `RenderOptions` brings them all.
  package init() {}

  package func render(
    _ snapshot: Snapshot, _ options: RenderOptions, _ context: RenderContext
  ) throws(RenderError) -> [UInt8] {
    let entries = try entries(snapshot, options)
    let name = options.name ?? snapshot.set
    for family in options.families.all where entries[family].count > options.maxElements {
      throw .overMaxElements(family, count: entries[family].count, limit: options.maxElements)
    }
    var body = [UInt8]()
    body.reserveCapacity(entries.count * 52 + 1024)
    for family in options.families.all {
      let live = "\(name)\(family.rawValue)"
      let new = "\(live)-new"
      let kind =
        "hash:net family \(family == .ipv4 ? "inet" : "inet6") hashsize 1024 maxelem \(options.maxElements)"
        + (options.timeout.map { " timeout \($0.components.seconds)" } ?? "")
      body.append(
        text: """
          # postern set=\(snapshot.set) family=\(family.rawValue) generation=\(snapshot.generation)
          create \(live) \(kind) -exist
          destroy \(new) -exist
          create \(new) \(kind)

          """)
      let add = Array("add \(new) ".utf8)
      for entry in entries[family] {
        body.append(contentsOf: add)
        entry.appendText(to: &body)
        body.appendLineFeed()
      }
      body.append(text: "swap \(new) \(live)\ndestroy \(new)\n")
    }
    return body
  }
}
