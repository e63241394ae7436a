package import DNS

/// The short names of Azure's public regions, as Microsoft's list of regions has them (learn.microsoft.com/azure/
/// reliability/regions-list and, for China, learn.microsoft.com/azure/china/concepts-service-availability). A service
/// may use some of them as labels, and other labels too, so each is only worth a question.
package enum AzureRegions {
  /// Those of the public cloud.
  package static let commercial = [
    "australiacentral", "australiacentral2", "australiaeast", "australiasoutheast", "austriaeast",
    "belgiumcentral", "brazilsouth", "brazilsoutheast", "canadacentral", "canadaeast", "centralindia",
    "centralus", "chilecentral", "denmarkeast", "eastasia", "eastus", "eastus2", "francecentral",
    "francesouth", "germanynorth", "germanywestcentral", "indonesiacentral", "israelcentral",
    "italynorth", "japaneast", "japanwest", "jioindiacentral", "jioindiawest", "koreacentral",
    "koreasouth", "malaysiawest", "mexicocentral", "newzealandnorth", "northcentralus", "northeurope",
    "norwayeast", "norwaywest", "polandcentral", "qatarcentral", "southafricanorth", "southafricawest",
    "southcentralus", "southeastasia", "southindia", "spaincentral", "swedencentral", "swedensouth",
    "switzerlandnorth", "switzerlandwest", "uaecentral", "uaenorth", "uksouth", "ukwest", "westcentralus",
    "westeurope", "westindia", "westus", "westus2", "westus3",
  ]

  /// Those of the cloud that 21Vianet runs in China.
  package static let china = [
    "chinaeast", "chinaeast2", "chinaeast3", "chinanorth", "chinanorth2", "chinanorth3",
  ]

  /// Each region's name in the place of the star; China's below `.cn`, the others elsewhere. None for a pattern with
  /// more than one star, or whose star isn't a single label in front.
  package static func candidates(under pattern: NamePattern) -> [DomainName] {
    let rest = pattern.text.dropFirst(2)
    guard pattern.text.hasPrefix("*."), !rest.utf8.contains(UInt8(ascii: "*")) else { return [] }
    let regions = rest.hasSuffix(".cn") ? china : commercial
    // A pattern near the longest name leaves no room for some.
    return regions.compactMap { try? DomainName("\($0).\(rest)") }
  }
}
