package import DNS
package import Deciding

/// How queries travel to an upstream.
package enum Transport: String, Hashable, Sendable, CaseIterable {
  /// UDP, and TCP for what UDP truncates.
  case udp
  /// TCP alone, on one connection that stays open.
  case tcp
  /// DNS over TLS (RFC 7858), on one connection that stays open, to a server that proves who it is.
  case tls

  /// The port where it is spoken unless another is given.
  package var standardPort: UInt16 { self == .tls ? 853 : 53 }
}

/// Who a server over TLS must prove to be. Strict, as RFC 8310 calls it: a server that can't is not asked.
package struct TLSIdentity: Hashable, Sendable {
  /// The name that its certificate must have; nil for its address.
  package let name: DomainName?
  /// A PEM file of the authorities that count, in the place of the system's.
  package let roots: String?

  /// By default the certificate has the server's address, and is by one of the system's authorities.
  package init(name: DomainName? = nil, roots: String? = nil) {
    self.name = name
    self.roots = roots
  }
}

/// A recursive resolver that we ask, and what its answers are filed under.
package struct Upstream: Hashable, Sendable {
  /// Names the upstream in lookups and in the history; unique within a resolver.
  package let vantage: Vantage
  package let address: IPAddress
  /// 1 to 65535.
  package let port: UInt16
  /// How queries start; what UDP truncates goes over TCP.
  package let transport: Transport
  /// Who it must be; means something over TLS alone.
  package let identity: TLSIdentity
  /// Sent with every query as EDNS client subnet (RFC 7871).
  package let clientSubnet: IPPrefix?

  /// The vantage is the address with its port unless it is given, and the port is the transport's.
  package init(
    vantage: Vantage? = nil, address: IPAddress, port: UInt16? = nil, transport: Transport = .udp,
    identity: TLSIdentity = TLSIdentity(), clientSubnet: IPPrefix? = nil
  ) {
    let port = port ?? transport.standardPort
    self.address = address
    self.port = port
    self.transport = transport
    self.identity = identity
    self.clientSubnet = clientSubnet
    self.vantage = vantage ?? Vantage(port == 53 ? address.description : Self.text(address, port))
  }

  /// Reads `192.0.2.1`, `192.0.2.1:5353`, `2001:db8::1` or `[2001:db8::1]:5353`; without a port it is the
  /// transport's.
  ///
  /// - Throws: `UpstreamError` for anything else, link-local addresses with a zone included: c-ares 1.18 can't reach
  ///   them.
  package init(
    _ text: String, vantage: Vantage? = nil, transport: Transport = .udp,
    identity: TLSIdentity = TLSIdentity(), clientSubnet: IPPrefix? = nil
  ) throws(UpstreamError) {
    guard !text.contains("%") else { throw .zone(text) }
    var host = text[...]
    var port = Substring("\(transport.standardPort)")
    if text.hasPrefix("[") {
      guard let close = text.lastIndex(of: "]") else { throw .notAnAddress(text) }
      host = text[text.index(after: text.startIndex)..<close]
      let rest = text[text.index(after: close)...]
      guard rest.isEmpty || rest.hasPrefix(":"), host.contains(":") else { throw .notAnAddress(text) }
      if !rest.isEmpty { port = rest.dropFirst() }
    } else if let colon = text.firstIndex(of: ":"), colon == text.lastIndex(of: ":") {
      host = text[..<colon]
      port = text[text.index(after: colon)...]
    }
    guard let address = IPAddress(host) else { throw .notAnAddress(text) }
    // c-ares takes 99999 for 34463, so the port is checked here.
    guard port.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = UInt16(port), number > 0 else {
      throw .port(text)
    }
    self.init(
      vantage: vantage, address: address, port: number, transport: transport, identity: identity,
      clientSubnet: clientSubnet)
  }

  /// The address with its port, as c-ares and people write it.
  package var endpoint: String { Self.text(address, port) }

  private static func text(_ address: IPAddress, _ port: UInt16) -> String {
    address.family == .ipv4 ? "\(address):\(port)" : "[\(address)]:\(port)"
  }
}

/// Why a text names no upstream.
package enum UpstreamError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The text; names are no upstreams, for who would resolve them?
  case notAnAddress(String)
  /// The text, whose port is missing, 0, over 65535 or no number.
  case port(String)
  /// The text with its `%`.
  case zone(String)

  package var description: String {
    switch self {
    case .notAnAddress(let text):
      "no upstream: '\(text)' is not an IP address. Try: 192.0.2.1, 192.0.2.1:53 or [2001:db8::1]:53"
    case .port(let text):
      "no upstream: '\(text)' has no port from 1 to 65535. Try: leave it out for the usual one"
    case .zone(let text):
      "no upstream: '\(text)' has a zone, and link-local resolvers are not supported. Try: a global address"
    }
  }
}
