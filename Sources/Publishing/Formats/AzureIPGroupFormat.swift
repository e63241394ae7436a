package import Deciding

import DNS

/// An IP group for Azure Firewall as an ARM template. IP groups hold IPv4 only, and no more than 5,000 entries; a rule whose
/// group is empty is skipped.
package struct AzureIPGroupFormat: Format {
  package let id = "azure-ipgroup"
  package let fileExtension = "ipgroup.json"
  package let mediaType = "application/json"
  package let takes: Set<FormatOption> = .list.union([.name, .ranges])
  package let products = ["Azure Firewall IP group"]
  package let families: [Families] = [.ipv4]
  package let limits = [FormatLimit(.entries, 5_000, "an IP group of Azure Firewall holds no more")]

  /// It has no settings of its own: `RenderOptions` brings them all.
  package init() {}

  package func render(
    _ snapshot: Snapshot, _ options: RenderOptions, _ context: RenderContext
  ) throws(RenderError) -> [UInt8] {
    let entries = try entries(snapshot, options)
    return AzureTemplate.render(
      snapshot, reserving: entries.count * 22 + 1024,
      [.text("location", standard: "[resourceGroup().location]")]
    ) { json in
      AzureTemplate.append(
        "ipGroups", named: (options.name ?? snapshot.set).text, to: &json,
        fields: { $0.string("[parameters('location')]", "location") }
      ) { json in
        json.beginArray("ipAddresses")
        if options.ranges {
          json.appendRanges(of: entries)
        } else {
          for entry in entries.ipv4 { json.quoted { entry.appendText(to: &$0) } }
        }
        json.endArray()
      }
    }
  }
}
