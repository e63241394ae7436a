import DNS
import Deciding
import Yams

extension ConfigurationReader {
  /// Reads `exclude`: prefixes, or `{ prefix: 198.51.100.0/24, reason: "…" }` for each.
  static func readExclusions(_ node: ConfigurationNode) -> [Exclusion]? {
    var seen = Set<IPPrefix>()
    return node.list { element -> Exclusion? in
      guard let exclusion = readExclusion(element) else { return nil }
      guard exclusion.prefix.length > 0 else {
        let other: AddressFamily = exclusion.prefix.family == .ipv4 ? .ipv6 : .ipv4
        element.fail(
          .outOfRange, "\(exclusion.prefix) is all of \(exclusion.prefix.family)",
          remedy: "families: [\(other)] to publish none of them")
        return nil
      }
      if !seen.insert(exclusion.prefix).inserted {
        element.fail(.conflict, "\(exclusion.prefix) is listed twice", remedy: "remove one of them")
      }
      return exclusion
    }
  }

  private static func readExclusion(_ element: ConfigurationNode) -> Exclusion? {
    guard case .mapping = element.node else { return element.value(.prefix).map { Exclusion($0) } }
    var mapping = MappingReader(element)
    let prefix = mapping.child("prefix")
    let reason = mapping.setting("reason", default: "", .reason)
    mapping.finish()
    guard let prefix else {
      mapping.missing("prefix", remedy: "prefix: 198.51.100.0/24")
      return nil
    }
    return prefix.value(.prefix).map { Exclusion($0, reason: reason.value) }
  }
}

extension ValueGrammar<String> {
  /// A person's words on one line.
  static let reason = ValueGrammar("a reason", remedy: "1 to 200 characters on one line") { text in
    let isPlain = text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7f }
    return isPlain && (1...200).contains(text.count) ? text : nil
  }
}
