package import Deciding

/// Rules for an Azure network security group that allow https to the service tags of the set's profile, one rule for each
/// tag, since a rule takes one. They open more than the set: every address that Microsoft files under the tags.
///
/// In the public cloud the registry's clients need both `MicrosoftContainerRegistry` and `AzureFrontDoor.FirstParty`. The
/// cloud in China has no `AzureFrontDoor.FirstParty`; the template says so then.
package struct AzureServiceTagFormat: Format {
  package let id = "azure-service-tag-rule"
  package let fileExtension = "tagrule.json"
  package let mediaType = "application/json"
  package let takes: Set<FormatOption> = [.name]
  package let products = ["Azure network security group"]
  package let needs: Set<RenderNeed> = [.serviceTags]

  /// It has no settings of its own: `RenderOptions` brings them all.
  package init() {}

  package func render(
    _ snapshot: Snapshot, _ options: RenderOptions, _ context: RenderContext
  ) throws(RenderError) -> [UInt8] {
    guard !snapshot.elements.isEmpty else { throw .empty(snapshot.set, .both) }
    guard !context.serviceTags.isEmpty else { throw .missing(.serviceTags, format: id) }
    let name = (options.name ?? snapshot.set).text
    let note = context.serviceTags.contains(Self.edge) ? nil : Self.withoutEdge
    return AzureTemplate.render(
      snapshot, note: note,
      [.text("networkSecurityGroup", standard: nil), .number("priority", standard: 1000)]
    ) { json in
      for (index, tag) in context.serviceTags.enumerated() {
        let rule = "postern-\(name)-\(index + 1)"
        AzureTemplate.append(
          "networkSecurityGroups/securityRules",
          named: "[concat(parameters('networkSecurityGroup'), '/\(rule)')]", to: &json
        ) { json in
          json.string(note ?? "https to \(tag)", "description")
          json.string("[add(parameters('priority'), \(index))]", "priority")
          json.string("Outbound", "direction")
          json.string("Allow", "access")
          json.string("Tcp", "protocol")
          json.string("*", "sourceAddressPrefix")
          json.string("*", "sourcePortRange")
          json.string(tag, "destinationAddressPrefix")
          json.string("443", "destinationPortRange")
        }
      }
    }
  }

  private static let edge = "AzureFrontDoor.FirstParty"
  /// A rule's description holds 140 characters.
  private static let withoutEdge =
    "AzureFrontDoor.FirstParty doesn't exist in this cloud: the tag alone may miss the client edge"
}
