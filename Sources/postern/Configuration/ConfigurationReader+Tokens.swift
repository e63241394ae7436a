import DNS
import Yams

extension ConfigurationReader {
  /// Reads `tokens`.
  static func readTokens(_ node: ConfigurationNode) -> [TokenSetting] {
    var names = Set<String>()
    let tokens = node.list { element -> TokenSetting? in
      guard let token = readToken(element) else { return nil }
      if !names.insert(token.name.value).inserted {
        element.fail(
          .conflict, "two tokens are called \(quoted(token.name.value))",
          remedy: "give one of them another name")
      }
      return token
    }
    return tokens ?? []
  }

  private static func readToken(_ node: ConfigurationNode) -> TokenSetting? {
    var mapping = MappingReader(node)
    guard case .mapping = node.node else { return nil }
    let name = mapping.setting("name", default: nil) { $0.value(.label) }
    let file = mapping.setting("file", default: nil) { $0.value(.absolutePath) }
    let sha256 = mapping.setting("sha256", default: nil) { readDigests($0) }
    let certificates = mapping.setting("certificates", default: []) { $0.distinctList(.certificateName) }
    let networks = mapping.setting("networks", default: []) { $0.distinctList(.prefix) }
    let permissions = mapping.setting("may", default: []) { $0.distinctList(.permission).map(Set.init) }
    if !mapping.has("name") { mapping.missing("name", remedy: "name: ops") }
    if !mapping.has("may") { mapping.missing("may", remedy: "may: [sightings]") }
    let proofs = ["file", "sha256", "certificates", "networks"].filter(mapping.has)
    if proofs.isEmpty {
      mapping.missing("file", remedy: "file: /etc/postern/ops.token, or sha256: with 64 digits")
    }
    if proofs.starts(with: ["file", "sha256"]) {
      node.fail(.conflict, "both 'file' and 'sha256' are given", remedy: "keep one of them")
    }
    if proofs == ["networks"], let written = permissions.value.sorted().first(where: { !$0.isReading }) {
      node.fail(
        .conflict, "an address proves nothing, so networks alone can't be allowed '\(written)'",
        remedy: "may: [read], or a file with a token beside the networks")
    }
    mapping.finish()
    guard let label = name.value, !proofs.isEmpty else { return nil }
    var secret: Setting<TokenSetting.Secret>?
    if let path = file.value {
      secret = Setting(.file(path), file.origin)
    } else if let digests = sha256.value {
      secret = Setting(.sha256(digests), sha256.origin)
    } else if mapping.has("file") || mapping.has("sha256") {
      return nil
    }
    return TokenSetting(
      name: Setting(label, name.origin), secret: secret, certificates: certificates, networks: networks,
      permissions: permissions)
  }

  /// One digest, or a list of two.
  private static func readDigests(_ node: ConfigurationNode) -> [[UInt8]]? {
    guard case .sequence = node.node else { return node.value(.sha256).map { [$0] } }
    let digests = node.list { $0.value(.sha256) } ?? []
    if digests.count > 2 {
      node.fail(.outOfRange, "\(digests.count) secrets are listed", remedy: "the present one and the next")
    }
    return digests.isEmpty ? nil : digests
  }
}

extension ValueGrammar<TokenSetting.Permission> {
  static let permission = ValueGrammar { text throws(ValueRejection) in
    guard let permission = TokenSetting.Permission(text) else {
      let words = ["read", "sightings", "operate"]
      throw ValueRejection(
        .malformed, "\(quoted(text)) is not known here",
        remedy: NearestKey.find(text, among: words) ?? "read, read:SET, sightings or operate")
    }
    return permission
  }
}

extension ValueGrammar<String> {
  /// What a client certificate is known by.
  static let certificateName = ValueGrammar(
    "a certificate's name", remedy: "an alternative name, the common name, or the 64 digits of its SHA-256"
  ) { text in
    (1...255).contains(text.utf8.count) && text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f } ? text : nil
  }
}
