package import DNS

/// One of the clouds for which Microsoft publishes service tags, each in a file of its own.
package enum Cloud: String, Hashable, Comparable, Sendable, CaseIterable, CustomStringConvertible {
  /// All regions but those below.
  case publicCloud = "public"
  /// Operated by 21Vianet; it has no `AzureFrontDoor.FirstParty`.
  case china
  /// Of the United States; it has no `AzureFrontDoor.FirstParty`, and its clients pull from the public cloud.
  case government

  /// The member `cloud` of the file: `Public`, `China` or `AzureGovernment`.
  package var fileWord: String {
    switch self {
    case .publicCloud: "Public"
    case .china: "China"
    case .government: "AzureGovernment"
    }
  }

  /// Reads what a file's member `cloud` says, in any case.
  package init?(fileWord: String) {
    guard let cloud = Self.allCases.first(where: { $0.fileWord.lowercased() == fileWord.lowercased() }) else {
      return nil
    }
    self = cloud
  }

  /// Whose registry a name belongs to: what 21Vianet runs has its names below `cn`.
  package init(of name: DomainName) { self = name.text.hasSuffix(".cn") ? .china : .publicCloud }

  /// `public`, `china` or `government`.
  package var description: String { rawValue }

  package static func < (left: Cloud, right: Cloud) -> Bool { left.rawValue < right.rawValue }
}
