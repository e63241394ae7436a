import DNS
import Deciding
import Learning
import Yams

extension ConfigurationReader {
  /// Reads `formats`: what one's own lines look like.
  static func readFormats(_ root: inout MappingReader) -> [LineFormatSetting] {
    var mapping = root.mapping("formats")
    let formats = mapping.keys.compactMap { name -> LineFormatSetting? in
      guard let node = mapping.child(name) else { return nil }
      if LineFormat(rawValue: name) != nil || Self.otherSources.contains(name) {
        node.fail(.conflict, "\(quoted(name)) is the name of a built-in format", remedy: "another name")
        return nil
      }
      guard case .mapping = node.node else {
        return node.value(.lineTemplate()).map { LineFormatSetting(name: name, template: $0) }
      }
      return readFormat(name, MappingReader(node))
    }
    mapping.finish()
    return formats
  }

  private static func readFormat(_ name: String, _ mapping: MappingReader) -> LineFormatSetting? {
    var mapping = mapping
    let containing = mapping.setting("containing", default: nil) { $0.value(.text) }
    let tells = mapping.setting("tells", default: .asked, .evidence)
    let template = mapping.child("line")?.value(
      .lineTemplate(containing: containing.value, evidence: tells.value))
    if !mapping.has("line") { mapping.missing("line", remedy: "line: '{time} {client} {name} {*}'") }
    mapping.finish()
    return template.map { LineFormatSetting(name: name, template: $0) }
  }

  /// Reads `sources`.
  static func readSources(_ node: ConfigurationNode, formats: [LineFormatSetting]) -> [SourceSetting] {
    var labels = Set<String>()
    var places = Set<String>()
    let sources = node.list { element -> SourceSetting? in
      guard let (source, place) = readSource(element, formats) else { return nil }
      if !places.insert("\(source.key == "dnstap" ? "dnstap" : "") \(source.place.value)").inserted {
        place.fail(.conflict, "\(quoted(source.place.value)) is followed twice", remedy: "remove one of them")
      } else if !labels.insert(source.label).inserted {
        element.fail(
          .conflict, "two sources are called \(quoted(source.label))", remedy: "give one of them another name"
        )
      }
      return source
    }
    return sources ?? []
  }

  /// The keys that name a kind of source and are no line format's.
  private static let otherSources = ["dnstap", "pihole", "registry", "lines"]

  private static func readSource(
    _ element: ConfigurationNode, _ formats: [LineFormatSetting]
  ) -> (source: SourceSetting, place: ConfigurationNode)? {
    var mapping = MappingReader(element)
    guard case .mapping = element.node else { return nil }
    let kinds = LineFormat.allCases.map(\.rawValue) + otherSources
    let given = kinds.filter(mapping.has)
    guard let key = given.first else {
      // The key that is wrong is worth more than the one that is missing.
      let wrong = mapping.keys.first { NearestKey.find($0, among: kinds) != nil }
      if let wrong {
        element.collector.add(
          .unknownKey, mapping.origin(of: wrong), path: element.path, "\(quoted(wrong)) is no kind of source",
          remedy: NearestKey.find(wrong, among: kinds) ?? "")
      } else {
        element.fail(
          .missing, "the kind of source is missing",
          remedy: "dnsmasq: /var/log/dnsmasq.log, or one of \(kinds.joined(separator: ", "))")
      }
      return nil
    }
    if given.count > 1 {
      element.fail(
        .conflict, "\(given.map { "'\($0)'" }.joined(separator: " and ")) are given",
        remedy: "one line of sources for each")
    }
    // Asked for once, so that `finish` does not report a second kind again.
    let places = given.map { mapping.child($0) }
    let name = mapping.setting("name", default: nil) { $0.value(.label) }
    let mayHaveResolver =
      ["lines", "pihole"].contains(key) || LineFormat(rawValue: key)?.isOfResolver == true
    let resolver =
      mayHaveResolver ? mapping.setting("resolver", default: nil) { $0.value(.upstream) } : Setting(nil)
    defer { mapping.finish() }
    guard let place = places.first ?? nil, let (kind, text) = readKind(key, place, &mapping, formats) else {
      return nil
    }
    let source = SourceSetting(
      kind: kind, place: Setting(text, place.origin), name: name, resolver: resolver)
    return (source, place)
  }

  private static func readKind(
    _ key: String, _ place: ConfigurationNode, _ mapping: inout MappingReader, _ formats: [LineFormatSetting]
  ) -> (SourceSetting.Kind, String)? {
    switch key {
    case "dnstap": return readTap(place, &mapping)
    case "registry": return readRegistry(place, &mapping)
    case "pihole": return place.value(.absolutePath).map { (.pihole, $0) }
    case "lines":
      let format = mapping.child("format")?.value(.formatName(among: formats))
      if !mapping.has("format") {
        mapping.missing("format", remedy: "format: NAME, with NAME under formats")
      }
      guard let path = place.value(.absolutePath), let format else { return nil }
      return (.lines(format), path)
    default:
      guard let format = LineFormat(rawValue: key), let path = place.value(.absolutePath) else { return nil }
      return (.log(format), path)
    }
  }

  private static func readTap(
    _ place: ConfigurationNode, _ mapping: inout MappingReader
  ) -> (SourceSetting.Kind, String)? {
    let isTrusted = mapping.setting("trusted", default: false, .boolean).value
    let allowsRemote = mapping.setting("allowRemote", default: false, .boolean).value
    guard let endpoint = place.value(.tapEndpoint) else { return nil }
    if case .tcp(let host, let port) = endpoint, !ListenAddress.isLoopback(host), !allowsRemote {
      place.fail(
        .conflict, "\(endpoint) can be reached from other machines, and nothing proves who sends",
        remedy: "tcp:127.0.0.1:\(port), unix:/run/postern/dnstap.sock, or allowRemote: true")
    }
    return (.dnstap(endpoint, isTrusted: isTrusted), endpoint.description)
  }

  private static func readRegistry(
    _ place: ConfigurationNode, _ mapping: inout MappingReader
  ) -> (SourceSetting.Kind, String)? {
    let repositories = mapping.setting("repositories", default: nil) { $0.distinctList(.repository) }.value
    let every = mapping.setting(
      "every", default: .seconds(6 * 3600), .duration(ProbeSchedule.floor ... .seconds(30 * 86_400)))
    let roots = mapping.setting("roots", default: nil) { $0.value(.absolutePath) }.value
    guard let endpoint = place.value(.registry) else { return nil }
    let known = endpoint == .mcr ? RegistryRepository.mcr : []
    guard let asked = repositories ?? (known.isEmpty ? nil : known), !asked.isEmpty else {
      mapping.missing("repositories", remedy: "repositories: [hello-world], small ones that anybody may pull")
      return nil
    }
    let registry = RegistrySetting(
      endpoint: endpoint, repositories: asked, every: every.value, roots: roots)
    return (.registry(registry), endpoint.description)
  }
}
