import DNS
import Deciding
import Learning

extension ValueGrammar<TapEndpoint> {
  static let tapEndpoint = ValueGrammar(
    "where a tap can connect", remedy: "unix:/run/postern/dnstap.sock or tcp:127.0.0.1:6000"
  ) { text in
    if text.hasPrefix("unix:/") {
      let path = String(text.dropFirst(5))
      return path.utf8.contains(0) ? nil : .unix(path: path)
    }
    guard text.hasPrefix("tcp:"), let (host, port) = EndpointText.host(String(text.dropFirst(4))), port != 0
    else { return nil }
    return .tcp(host: host, port: port)
  }
}

extension ValueGrammar<RegistryEndpoint> {
  static let registry = ValueGrammar { text throws(ValueRejection) in
    do throws(RegistryNameError) { return try RegistryEndpoint(text) } catch { throw ValueRejection(error) }
  }
}

extension ValueGrammar<RegistryRepository> {
  static let repository = ValueGrammar { text throws(ValueRejection) in
    do throws(RegistryNameError) { return try RegistryRepository(reading: text) } catch {
      throw ValueRejection(error)
    }
  }
}

extension ValueGrammar<LineTemplate> {
  static func lineTemplate(containing: String? = nil, evidence: NameEvidence = .asked) -> ValueGrammar {
    ValueGrammar { text throws(ValueRejection) in
      do throws(LineTemplateError) {
        return try LineTemplate(text, containing: containing, evidence: evidence)
      } catch {
        throw ValueRejection(error)
      }
    }
  }
}

extension ValueGrammar<LineFormatSetting> {
  /// One of the formats that the configuration describes.
  static func formatName(among formats: [LineFormatSetting]) -> ValueGrammar {
    ValueGrammar { text throws(ValueRejection) in
      if let format = formats.first(where: { $0.name == text }) { return format }
      let names = formats.map(\.name)
      throw ValueRejection(
        .malformed, "there is no format \(quoted(text)) under formats",
        remedy: NearestKey.find(text, among: names)
          ?? (names.isEmpty ? "formats: { \(text): '{*} {name} {*}' }" : names.joined(separator: " or ")))
    }
  }
}

extension ValueGrammar<NameEvidence> {
  /// What each line of a format says of its name.
  static let evidence = ValueGrammar("known here", remedy: "asked or resolved") { text in
    ["asked": .asked, "resolved": .resolved][text]
  }
}

extension ValueGrammar<String> {
  /// Any text but none.
  static let text = ValueGrammar("a text", remedy: "at least one character") { $0.isEmpty ? nil : $0 }
}

extension ValueRejection {
  /// Of an error whose text is "what. Try: remedy", or without the latter.
  fileprivate init(_ error: some Error & CustomStringConvertible) {
    let parts = error.description.split(separator: ". Try: ", maxSplits: 1).map(String.init)
    self.init(.malformed, parts.first ?? "", remedy: parts.count > 1 ? parts[1] : "look at the README")
  }
}
