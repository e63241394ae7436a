package import Deciding

import DNS

/// A chain for `iptables-restore --noflush`, or with `family=6` for `ip6tables-restore --noflush`: filled anew as one
/// transaction, with a rule for each entry. Without `--noflush` other chains would go.
///
/// Rules are matched one after the other: beyond a few hundred, `ipset` or `nft` is better.
package struct IPTablesRestoreFormat: Format {
  package let id = "iptables-restore"
  package let fileExtension = "rules"
  package let mediaType = "text/plain; charset=utf-8"
  package let takes: Set<FormatOption> = .list.union([.chain])
  package let products = ["Linux iptables-restore"]
  package let families: [Families] = [.ipv4, .ipv6]

  /// It has no settings of its own: `RenderOptions` brings them all.
  package init() {}

  package func render(
    _ snapshot: Snapshot, _ options: RenderOptions, _ context: RenderContext
  ) throws(RenderError) -> [UInt8] {
    let entries = try entries(snapshot, options)
    guard let chain = options.chain ?? ChainName(snapshot.set.text) else {
      throw .forbiddenName(snapshot.set.text, rule: "a chain that begins with a letter, with chain=")
    }
    var body = [UInt8]()
    body.reserveCapacity(entries.count * (66 + chain.text.utf8.count) + 256)
    body.appendHeading("#", snapshot, "family=\(options.families.rawValue) ")
    body.append(text: "*filter\n:\(chain) - [0:0]\n")
    let rule = Array("-A \(chain) -d ".utf8)
    for list in [entries.ipv4, entries.ipv6] {
      for entry in list {
        body.append(contentsOf: rule)
        entry.appendText(to: &body)
        body.append(text: " -j ACCEPT\n")
      }
    }
    body.append(text: "COMMIT\n")
    return body
  }
}
