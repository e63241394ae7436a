import DNS

extension Profile {
  /// The profiles that come with Postern, in the order in which they are listed.
  package static let builtIn: [Profile] = [mcrGlobal, mcrChina, mcrCompat]

  /// The built-in profile of that name; nil when there is none.
  package static func builtIn(id: String) -> Profile? { builtIn.first { $0.id == id } }

  /// Microsoft Artifact Registry (MAR, MCR) in the public cloud, also what Azure Government uses.
  package static let mcrGlobal = Profile(
    id: "mcr-global",
    title: "Microsoft Artifact Registry, public cloud",
    entries: [
      ProfileEntry(
        .name(DomainName(canonical: "mcr.microsoft.com")), purpose: "registry endpoint",
        stability: .vendorPromised),
      ProfileEntry(
        .pattern(NamePattern(canonical: "*.data.mcr.microsoft.com")), purpose: "data endpoint",
        stability: .vendorPromised,
        seeds: [
          "centralus", "eastasia", "eastus", "northeurope", "southeastasia", "westcentralus", "westeurope",
          "westus", "westus2",
        ].map { ProfileSeed(DomainName(canonical: "\($0).data.mcr.microsoft.com"), .observed) }),
    ],
    expectedServiceTags: ["AzureFrontDoor.FirstParty", "MicrosoftContainerRegistry"],
    expectedAliasSuffixes: ["trafficmanager.net", "mcr-msedge.net"].map { DomainName(canonical: $0) },
    source: firewallRules,
    isOnSharedEdge: true,
    notes: [
      "The addresses belong to a shared edge of Microsoft services: a rule that lets them in lets in more than the "
        + "registry.",
      "The vendor changes the hosts behind the wildcard without notice; the seeds are what was publicly seen.",
    ])

  /// Microsoft Artifact Registry in the cloud that 21Vianet operates in China. No host behind its wildcard is publicly
  /// known, so all are learned.
  package static let mcrChina = Profile(
    id: "mcr-china",
    title: "Microsoft Artifact Registry, Azure in China (21Vianet)",
    entries: [
      ProfileEntry(
        .name(DomainName(canonical: "mcr.azure.cn")), purpose: "registry endpoint", stability: .vendorPromised
      ),
      ProfileEntry(
        .pattern(NamePattern(canonical: "*.data.mcr.azure.cn")), purpose: "data endpoint",
        stability: .vendorPromised,
        seeds: ["chinaeast3", "chinanorth3"].map {
          ProfileSeed(DomainName(canonical: "\($0).data.mcr.azure.cn"), .candidate)
        }),
    ],
    expectedServiceTags: ["MicrosoftContainerRegistry"],
    // This cloud has no AzureFrontDoor.FirstParty; in the public one the clients' edge is under that tag alone.
    toleratedServiceTags: ["AzureFrontDoor.Frontend"],
    cloud: .china,
    source: firewallRules,
    companions: ["mcr-global"],
    notes: [
      "No host behind the wildcard is publicly known: a data host is covered only once a client was seen to use it.",
      "Clusters in China need the names of mcr-global as well.",
    ])

  /// Names that MCR used before or that leaked into documents: to report who still uses them, not to open.
  package static let mcrCompat = Profile(
    id: "mcr-compat",
    title: "Microsoft Artifact Registry, retired and internal names (report only)",
    entries: [
      ProfileEntry(
        .pattern(NamePattern(canonical: "*.cdn.mscr.io")), purpose: "data endpoint until 2020",
        stability: .observed,
        seeds: ["mcreus0", "mcrflowprodcentralus", "mcrneu0", "mcrwcus0", "mcrweu0"].map {
          ProfileSeed(DomainName(canonical: "\($0).cdn.mscr.io"), .observed)
        }),
      ProfileEntry(
        .name(DomainName(canonical: "global.fe.mscr.io")),
        purpose: "alias of the registry endpoint until 2024",
        stability: .observed),
      ProfileEntry(
        .name(DomainName(canonical: "mcr-0001.mcr-msedge.net")), purpose: "alias of the registry endpoint",
        stability: .observed),
      ProfileEntry(
        .name(DomainName(canonical: "mcrprod.azurecr.io")),
        purpose: "seen in redirects during an outage in 2026",
        stability: .observed),
    ],
    source: ProfileSource(
      url: "https://github.com/microsoft/containerregistry/issues/193", date: "2026-06-16"),
    isReportOnly: true,
    isOnSharedEdge: true,
    notes: ["For finding clients and rules that still rely on these names; don't load it into a firewall."])

  private static let firewallRules = ProfileSource(
    url: "https://github.com/microsoft/containerregistry/blob/main/docs/client-firewall-rules.md",
    date: "2025-04-01")
}
