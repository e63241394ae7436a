import DNS
import Deciding
import Yams

/// Turns the tree of a configuration file into values; every problem goes to the collector.
enum ConfigurationReader {
  /// Reads the root. `state` is the folder to use when the file names none.
  static func configuration(
    _ root: MappingReader, file: String?, defaultState: Setting<String>?, collector: ProblemCollector
  ) -> Configuration {
    var root = root
    let state = root.child("state").flatMap { node in
      node.value(.absolutePath).map { Setting($0, node.origin) }
    }
    let (listen, http, push) = readHTTP(&root)
    let upstreams = root.setting("upstreams", default: nil) { readUpstreams($0) }
    let sets = root.child("sets").map(readSets) ?? SetSetting.builtIn
    let formats = readFormats(&root)
    let sources = root.child("sources").map { readSources($0, formats: formats) } ?? []
    let limits = readLimits(&root)
    let history = readHistory(&root)
    let tokens = root.child("tokens").map(readTokens) ?? []
    let templates = root.setting("templates", default: nil) { $0.value(.absolutePath) }
    let webhooks = readWebhooks(&root, sets: sets)
    let serviceTags = root.child("serviceTags").map(readTagSources) ?? []
    let sharedRanges = readSharedRanges(&root)
    root.finish()
    return Configuration(
      file: file, state: state ?? defaultState ?? Setting(""), listen: listen, http: http,
      upstreams: upstreams,
      sets: sets,
      formats: formats, sources: sources, limits: limits, history: history, tokens: tokens,
      templates: templates, push: push, webhooks: webhooks, serviceTags: serviceTags,
      sharedRanges: sharedRanges)
  }

  static let defaultListen = ListenAddress(host: "127.0.0.1", port: 8053)

  private static func readLimits(_ root: inout MappingReader) -> LimitSettings {
    var mapping = root.mapping("limits")
    let standard = Limits()
    let limits = LimitSettings(
      queriesPerSecond: mapping.setting(
        "queriesPerSecond", default: standard.queriesPerSecond, .whole(1...1_000_000)),
      // A query's ID has 16 bits (RFC 1035 §4.1.1).
      outstanding: mapping.setting("outstanding", default: standard.outstanding, .whole(1...65_536)),
      namesPerPattern: mapping.setting(
        "namesPerPattern", default: standard.namesPerPattern, .whole(1...1_000_000)),
      addressesPerName: mapping.setting(
        "addressesPerName", default: standard.addressesPerName, .whole(1...1_000_000)),
      probation: mapping.setting(
        "probation", default: standard.probation, .duration(.seconds(1) ... .seconds(7 * 86_400))))
    mapping.finish()
    return limits
  }

  // MARK: Upstreams

  private static func readUpstreams(_ node: ConfigurationNode) -> [UpstreamSetting]? {
    var labels = Set<String>()
    let upstreams = node.list { element -> UpstreamSetting? in
      guard let upstream = readUpstream(element) else { return nil }
      if !labels.insert(upstream.label).inserted {
        element.fail(
          .conflict, "two upstreams are called \(quoted(upstream.label))",
          remedy: "give one of them another name")
      }
      return upstream
    }
    // An empty list would leave nobody to ask; the system's resolvers are meant when the key isn't given.
    if case .sequence(let sequence) = node.node, sequence.isEmpty {
      node.fail(
        .missing, "no upstream is listed",
        remedy: "an address, or leave the key out for the system's resolvers")
    }
    return upstreams
  }

  private static func readUpstream(_ node: ConfigurationNode) -> UpstreamSetting? {
    guard case .mapping = node.node else { return node.value(.upstream) }
    var mapping = MappingReader(node)
    let place = mapping.child("address")?.value(.upstreamPlace)
    if !mapping.has("address") { mapping.missing("address", remedy: "address: 10.0.0.53") }
    let label = mapping.setting("name", default: nil) { $0.value(.label) }
    let subnet = mapping.setting("clientSubnet", default: nil) { $0.value(.prefix) }
    let (transport, tlsName, tlsRoots) = readTransport(&mapping, place)
    mapping.finish()
    return place.map {
      UpstreamSetting(
        label: label.value, address: $0.address, port: $0.port, transport: transport, tlsName: tlsName,
        tlsRoots: tlsRoots, clientSubnet: subnet.value)
    }
  }

  /// How an upstream is asked; a name for its certificate, or authorities, mean TLS.
  private static func readTransport(
    _ mapping: inout MappingReader, _ place: UpstreamPlace?
  ) -> (UpstreamSetting.Transport, tlsName: DomainName?, tlsRoots: String?) {
    let transport = mapping.setting("transport", default: nil) {
      $0.value(.oneOf(UpstreamSetting.Transport.self))
    }
    let name = mapping.setting("tlsName", default: nil) { $0.value(.tlsName) }
    let roots = mapping.setting("tlsRoots", default: nil) { $0.value(.absolutePath) }
    if let said = transport.value, said != .tls {
      let meansTLS = [
        "address": place?.tlsName != nil, "tlsName": name.value != nil, "tlsRoots": roots.value != nil,
      ]
      for key in meansTLS.keys.sorted() where meansTLS[key] == true {
        mapping.child(key)?.fail(
          .conflict, "this is for TLS, and the transport is \(said.rawValue)", remedy: "transport: tls")
      }
    }
    if let short = place?.tlsName, let long = name.value, short != long {
      mapping.child("tlsName")?.fail(
        .conflict, "the address says \(short), and this \(long)", remedy: "one of them")
    }
    let tlsName = name.value ?? place?.tlsName
    let isTLS = tlsName != nil || roots.value != nil
    return (transport.value ?? (isTLS ? .tls : .udp), tlsName, roots.value)
  }
}

extension ValueGrammar where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
  /// One of the words of an enumeration.
  static func oneOf(_ type: Value.Type) -> ValueGrammar {
    ValueGrammar { text throws(ValueRejection) in
      guard let value = Value(rawValue: text) else {
        let words = Value.allCases.map(\.rawValue)
        throw ValueRejection(
          .malformed, "\(quoted(text)) is not known here",
          remedy: NearestKey.find(text, among: words) ?? words.joined(separator: " or "))
      }
      return value
    }
  }
}

extension ValueGrammar<[UInt8]> {
  /// 64 hexadecimal digits. What was found is not repeated: it may be the secret itself.
  static let sha256 = ValueGrammar { text throws(ValueRejection) in
    let digits = text.utf8.map { Character(Unicode.Scalar($0)).hexDigitValue }
    guard digits.count == 64, !digits.contains(nil) else {
      throw ValueRejection(
        .malformed, "the value is not a SHA-256", remedy: "the 64 digits of: printf %s TOKEN | sha256sum")
    }
    let values = digits.compactMap(\.self)
    return stride(from: 0, to: 64, by: 2).map { UInt8(values[$0] << 4 | values[$0 + 1]) }
  }
}
