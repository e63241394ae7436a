import DNS
import Serving

extension ConfigurationReader {
  /// Reads `http`.
  static func readHTTP(_ root: inout MappingReader) -> (
    Setting<[ListenAddress]>, HTTPSettings, HTTPSetting
  ) {
    var http = root.mapping("http")
    let listen = http.setting("listen", default: [defaultListen]) { $0.distinctList(.listenAddress) }
    let tls = http.child("tls").flatMap { readTLS(MappingReader($0)) }
    let access = http.setting("access", default: nil) { node -> HTTPSettings.Access?? in
      node.value(.oneOf(HTTPSettings.Access.self))
    }
    let settings = HTTPSettings(
      tls: tls, access: access,
      plaintext: http.setting("plaintext", default: .refuse, .oneOf(HTTPSettings.Plaintext.self)),
      tokenHeader: http.setting("tokenHeader", default: "X-Postern-Token", .fieldName),
      limits: readHTTPLimits(&http))
    let push = readPush(&http)
    http.finish()
    return (listen, settings, push)
  }

  private static func readTLS(_ mapping: MappingReader) -> HTTPSettings.TLS? {
    var mapping = mapping
    let certificate = mapping.setting("certificate", default: "", .absolutePath)
    let key = mapping.setting("key", default: "", .absolutePath)
    let clients = mapping.setting("clients", default: nil) { node -> String?? in node.value(.absolutePath) }
    let asked = mapping.setting(
      "clientCertificates", default: .required, .oneOf(HTTPSettings.TLS.ClientCertificates.self))
    if !mapping.has("certificate") {
      mapping.missing("certificate", remedy: "certificate: /etc/postern/tls.pem, the whole chain")
    }
    if !mapping.has("key") { mapping.missing("key", remedy: "key: /etc/postern/tls.key") }
    if !mapping.has("clients"), mapping.has("clientCertificates") {
      mapping.missing(
        "clients", remedy: "clients: /etc/postern/clients.pem, the authorities of client certificates")
    }
    mapping.finish()
    return HTTPSettings.TLS(certificate: certificate, key: key, clients: clients, clientCertificates: asked)
  }

  private static func readHTTPLimits(_ http: inout MappingReader) -> HTTPLimitSettings {
    var mapping = http.mapping("limits")
    let standard = HTTPLimits()
    let time = ValueGrammar.duration(.seconds(1) ... .seconds(3600))
    let limits = HTTPLimitSettings(
      requestsPerSecond: mapping.setting(
        "requestsPerSecond", default: standard.requestsPerSecond, .whole(1...1_000_000)),
      burst: mapping.setting("burst", default: standard.burst, .whole(1...1_000_000)),
      connections: mapping.setting("connections", default: standard.connections, .whole(1...1_000_000)),
      connectionsPerAddress: mapping.setting(
        "connectionsPerAddress", default: standard.connectionsPerAddress, .whole(1...1_000_000)),
      exempt: mapping.setting("exempt", default: standard.exempt) { $0.distinctList(.prefix) },
      headerOctets: mapping.setting("headerOctets", default: standard.headerOctets, .whole(1024...1_048_576)),
      headerFields: mapping.setting("headerFields", default: standard.headerFields, .whole(10...1000)),
      bodyOctets: mapping.setting("bodyOctets", default: standard.bodyOctets, .whole(1024...67_108_864)),
      headerTime: mapping.setting("headerTime", default: standard.headerTime, time),
      bodyTime: mapping.setting("bodyTime", default: standard.bodyTime, time),
      idleTime: mapping.setting("idleTime", default: standard.idleTime, time),
      stallTime: mapping.setting("stallTime", default: standard.stallTime, time))
    mapping.finish()
    return limits
  }
}

extension Configuration {
  /// Refuses listeners that would send sets and tokens in the clear, or have no certificate for their TLS.
  func checkListeners(_ collector: ProblemCollector) {
    let open = listen.value.filter { !$0.isLoopback && !$0.isSecure }
    if !open.isEmpty, http.plaintext.value == .refuse {
      collector.add(
        .conflict, listen.origin, path: "http.listen",
        "\(open.map(\.description).joined(separator: ", ")) can be reached from other machines, without TLS: "
          + "sets, names and tokens can be read and changed on the way",
        remedy: "https://\(open[0]) with http.tls, 127.0.0.1:8053 behind a proxy, or http.plaintext: allow")
    }
    if let secure = listen.value.first(where: \.isSecure), http.tls == nil {
      collector.add(
        .missing, listen.origin, path: "http.listen",
        "\(secure) is to speak TLS, and there is no certificate",
        remedy: "http: { tls: { certificate: /etc/postern/tls.pem, key: /etc/postern/tls.key } }")
    }
  }
}

extension ValueGrammar<String> {
  /// A header field's name (RFC 9110 §5.6.2) that has no other meaning.
  static let fieldName = ValueGrammar("a header field for tokens", remedy: "X-Postern-Token") { text in
    let isToken = text.utf8.allSatisfy { octet in
      (0x61...0x7a).contains(octet) || (0x41...0x5a).contains(octet) || (0x30...0x39).contains(octet)
        || "!#$%&'*+-.^_`|~".utf8.contains(octet)
    }
    let taken = [
      "accept-encoding", "authorization", "connection", "content-length", "content-type", "cookie", "expect",
      "host",
      "if-modified-since", "if-none-match", "transfer-encoding", "upgrade",
    ]
    return isToken && (1...64).contains(text.utf8.count) && !taken.contains(text.lowercased()) ? text : nil
  }
}
