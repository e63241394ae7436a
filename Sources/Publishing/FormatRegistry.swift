/// The formats that are built in.
package enum FormatRegistry {
  /// All formats, in the order in which they are listed to people.
  package static let all: [any Format] = [
    PlainFormat(), JSONFormat(), NDJSONFormat(), CSVFormat(), IPSetFormat(), NFTFormat(),
    IPTablesRestoreFormat(), JuniperFormat(), CheckPointFormat(), CiscoASAFormat(), MikroTikFormat(),
    HAProxyMapFormat(), NginxGeoFormat(), NginxAllowFormat(), SquidFormat(), EnvoyFormat(), CalicoFormat(),
    CiliumFormat(), NetworkPolicyFormat(), TerraformFormat(), AzureIPGroupFormat(),
    AzureApplicationRuleFormat(), AzureServiceTagFormat(), AWSPrefixListFormat(), GCPAddressGroupFormat(),
    PowerShellFormat(), WarninglistFormat(), PassThroughZoneFormat(), PinZoneFormat(),
  ]

  /// The format with an id; nil when there is none.
  package static func format(id: some StringProtocol) -> (any Format)? {
    FormatCatalog.builtIn.format(id: id)
  }

  /// The format whose files end so; nil when there is none.
  package static func format(fileExtension: some StringProtocol) -> (any Format)? {
    FormatCatalog.builtIn.format(fileExtension: fileExtension)
  }
}

/// The formats that one service or command knows: those built in, and the user's own behind them.
package struct FormatCatalog: Sendable {
  /// In the order in which they are listed to people.
  package let all: [any Format]

  /// Without anybody's own.
  package static let builtIn = FormatCatalog(all: FormatRegistry.all)

  private init(all: [any Format]) { self.all = all }

  /// One alone, to show it.
  package init(only format: any Format) { all = [format] }

  /// Adds the user's own.
  ///
  /// - Throws: `TemplateError` when one of them is called as another format, or ends its files as another.
  package init(own: [TemplateFormat]) throws(TemplateError) {
    var all = FormatRegistry.all
    for format in own {
      if all.contains(where: { $0.id == format.id }) {
        throw TemplateError(
          format.file, "there already is a format '\(format.id)'", remedy: "another file name")
      }
      if all.contains(where: { $0.fileExtension == format.fileExtension }) {
        throw TemplateError(
          format.file, "there already are files that end in '.\(format.fileExtension)'",
          remedy: "another file name")
      }
      all.append(format)
    }
    self.all = all
  }

  /// The format with an id; nil when there is none.
  package func format(id: some StringProtocol) -> (any Format)? { all.first { $0.id == id } }

  /// The format whose files end so; nil when there is none.
  package func format(fileExtension: some StringProtocol) -> (any Format)? {
    all.first { $0.fileExtension == fileExtension }
  }
}
