package import Deciding

/// An application rule for an Azure Firewall policy: the names that the set watches, over https, as Microsoft's page on the
/// registry's firewall rules shows it. For a firewall that can match names, which needs no addresses.
package struct AzureApplicationRuleFormat: Format {
  package let id = "azure-application-rule"
  package let fileExtension = "apprule.json"
  package let mediaType = "application/json"
  package let takes: Set<FormatOption> = [.name]
  package let products = ["Azure Firewall application rule"]
  package let needs: Set<RenderNeed> = [.selectors]

  /// It has no settings of its own: `RenderOptions` brings them all.
  package init() {}

  package func render(
    _ snapshot: Snapshot, _ options: RenderOptions, _ context: RenderContext
  ) throws(RenderError) -> [UInt8] {
    guard !snapshot.elements.isEmpty else { throw .empty(snapshot.set, .both) }
    let names = try context.leadingStarNames(for: id)
    let name = (options.name ?? snapshot.set).text
    return AzureTemplate.render(
      snapshot,
      [
        .text("firewallPolicy", standard: nil), .number("priority", standard: 1000),
        .texts("sourceAddresses", standard: ["*"]),
      ]
    ) { json in
      AzureTemplate.append(
        "firewallPolicies/ruleCollectionGroups",
        named: "[concat(parameters('firewallPolicy'), '/postern-\(name)')]", to: &json
      ) { json in
        json.string("[parameters('priority')]", "priority")
        json.beginArray("ruleCollections")
        json.beginObject()
        json.string("FirewallPolicyFilterRuleCollection", "ruleCollectionType")
        json.string(name, "name")
        json.number(1000, "priority")
        json.beginObject("action")
        json.string("Allow", "type")
        json.endObject()
        json.beginArray("rules")
        Self.append(rule: name, for: names, to: &json)
        json.endArray()
        json.endObject()
        json.endArray()
      }
    }
  }

  private static func append(rule name: String, for names: [String], to json: inout JSONText) {
    json.beginObject()
    json.string("ApplicationRule", "ruleType")
    json.string(name, "name")
    json.string("[parameters('sourceAddresses')]", "sourceAddresses")
    json.beginArray("protocols")
    json.beginObject()
    json.string("Https", "protocolType")
    json.number(443, "port")
    json.endObject()
    json.endArray()
    json.strings(names, "targetFqdns")
    json.endObject()
  }
}
