import DNS

/// A recursive resolver to ask.
struct UpstreamSetting: Sendable, Hashable {
  enum Transport: String, Sendable, Hashable, CaseIterable {
    case udp
    case tcp
    /// DNS over TLS, strict: the certificate must verify (RFC 7858, RFC 8310).
    case tls

    /// The port that isn't written.
    var standardPort: Int { self == .tls ? 853 : 53 }
  }

  /// The vantage: the configured name, else the address, with the port unless it is 53 and `@` with the subnet.
  let label: String
  let address: IPAddress
  let port: Int
  let transport: Transport
  /// The name that a certificate must have; nil for the address.
  let tlsName: DomainName?
  /// A PEM file of the authorities that count, in the place of the system's.
  let tlsRoots: String?
  /// Sent as EDNS client subnet (RFC 7871).
  let clientSubnet: IPPrefix?

  /// Its address with its port.
  var endpoint: String { EndpointText.text(address, port: port) }

  /// The port is the transport's unless it is given.
  init(
    label: String? = nil, address: IPAddress, port: Int? = nil, transport: Transport = .udp,
    tlsName: DomainName? = nil, tlsRoots: String? = nil, clientSubnet: IPPrefix? = nil
  ) {
    let port = port ?? transport.standardPort
    let place = port == 53 ? address.description : EndpointText.text(address, port: port)
    self.label = label ?? place + (clientSubnet.map { "@\($0)" } ?? "")
    self.address = address
    self.port = port
    self.transport = transport
    self.tlsName = tlsName
    self.tlsRoots = tlsRoots
    self.clientSubnet = clientSubnet
  }
}

/// Where an upstream is, as one word: `10.0.0.53`, `10.0.0.53:5353`, or `9.9.9.9#dns.quad9.net` for TLS.
struct UpstreamPlace: Sendable, Hashable {
  let address: IPAddress
  /// Nil when it isn't written.
  let port: Int?
  /// What stands after `#`.
  let tlsName: DomainName?

  /// The upstream that the word alone means.
  var setting: UpstreamSetting {
    UpstreamSetting(
      address: address, port: port, transport: tlsName == nil ? .udp : .tls, tlsName: tlsName)
  }
}

extension ValueGrammar<UpstreamPlace> {
  /// An address, with its port if that isn't the usual one, and with `#` and a name for TLS.
  static let upstreamPlace = ValueGrammar { text throws(ValueRejection) in
    let parts = text.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    guard let (address, port) = EndpointText.address(parts[0]), port != 0 else {
      throw ValueRejection(.malformed, "\(quoted(text)) is not an address", remedy: remedy(for: text))
    }
    guard parts.count > 1 else { return UpstreamPlace(address: address, port: port, tlsName: nil) }
    do throws(ValueRejection) {
      let name = try ValueGrammar<DomainName>.tlsName.read(parts[1])
      return UpstreamPlace(address: address, port: port, tlsName: name)
    } catch {
      throw ValueRejection(
        error.kind,
        "\(quoted(text)): after # stands the name in the resolver's certificate, and "
          + error.sentence, remedy: "\(parts[0])#dns.example.net")
    }
  }

  /// The same place as Postern writes it, for those who know another program's way.
  private static func remedy(for text: String) -> String {
    let bare = text.hasPrefix("tls://") ? String(text.dropFirst(6)) : text
    let ours = bare.replacing("@", with: ":")
    let host = ours.split(separator: "#", omittingEmptySubsequences: false).first.map(String.init) ?? ""
    if ours != text, EndpointText.address(host) != nil {
      return ours.contains("#") ? ours : "\(ours)#NAME with the name in its certificate, for DNS over TLS"
    }
    return "an address or address:port, such as 10.0.0.53, 10.0.0.53:5353 or [2001:db8::53]:53, or for "
      + "DNS over TLS 9.9.9.9#dns.quad9.net"
  }
}

extension ValueGrammar<DomainName> {
  /// The name that a resolver's certificate must have.
  static let tlsName = ValueGrammar { text throws(ValueRejection) in
    guard IPAddress(text) == nil else {
      throw ValueRejection(
        .malformed, "\(quoted(text)) is an address, which a certificate doesn't have as a name",
        remedy: "transport: tls without a name, and the certificate must be for the address")
    }
    return try name.read(text)
  }
}

extension ValueGrammar<UpstreamSetting> {
  /// The short form.
  static let upstream = ValueGrammar { text throws(ValueRejection) in
    try ValueGrammar<UpstreamPlace>.upstreamPlace.read(text).setting
  }
}
