/// The name of a service tag, such as `AzureFrontDoor.FirstParty`.
///
/// Names that differ only in case and dots are equal: Microsoft's own pages write `AzureFrontDoorFirstParty` too.
package struct TagName: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// As it was written.
  package let text: String
  /// In lower case without dots: what is compared.
  package let key: String

  /// Nil unless it is 1 to 128 letters, digits, dots, hyphens and underscores with at least one letter or digit.
  package init?(_ text: some StringProtocol) {
    let isPlain = text.utf8.allSatisfy { octet in
      (0x61...0x7a).contains(octet) || (0x41...0x5a).contains(octet) || (0x30...0x39).contains(octet)
        || ".-_".utf8.contains(octet)
    }
    guard isPlain, (1...128).contains(text.utf8.count) else { return nil }
    let key = text.lowercased().filter { $0 != "." }
    guard key.contains(where: { $0 != "-" && $0 != "_" }) else { return nil }
    self.text = String(text)
    self.key = key
  }

  /// Whether other customers' or services' sites answer in its ranges: an edge of Azure Front Door.
  package var isSharedEdge: Bool { key.hasPrefix("azurefrontdoor") }

  /// Whether it only sums up all of Azure or of a region, so that most prefixes are under it as well.
  package var isWholeCloud: Bool { key.hasPrefix("azurecloud") }

  package var description: String { text }

  package static func == (left: TagName, right: TagName) -> Bool { left.key == right.key }

  package func hash(into hasher: inout Hasher) { hasher.combine(key) }

  package static func < (left: TagName, right: TagName) -> Bool { left.key < right.key }
}
