package import DNS
package import Deciding

/// How queries travel to an upstream.
package enum Transport: String, Hashable, Sendable, CaseIterable {
  /// UDP, and TCP for what UDP truncates.
  case udp
  /// TCP alone, on one connection that stays open.
  case tcp
}

/// A recursive resolver that we ask, and what its answers are filed under.
package struct Upstream: Hashable, Sendable {
  /// Names the upstream in lookups and in the history; unique within a resolver.
  package let vantage: Vantage
  package let address: IPAddress
  /// 1 to 65535.
  package let port: UInt16
  /// How queries start; what UDP truncates goes over TCP in either case.
  package let transport: Transport
  /// Sent with every query as EDNS client subnet (RFC 7871).
  package let clientSubnet: IPPrefix?

  /// The vantage is the address with its port unless it is given.
  package init(
    vantage: Vantage? = nil, address: IPAddress, port: UInt16 = 53, transport: Transport = .udp,
    clientSubnet: IPPrefix? = nil
  ) {
    self.address = address
    self.port = port
    self.transport = transport
    self.clientSubnet = clientSubnet
    self.vantage = vantage ?? Vantage(port == 53 ? address.description : Self.text(address, port))
  }

  /// Reads `192.0.2.1`, `192.0.2.1:5353`, `2001:db8::1` or `[2001:db8::1]:5353`; the port is 53 when it is left out.
  ///
  /// - Throws: `UpstreamError` for anything else, link-local addresses with a zone included: c-ares 1.18 can't reach
  ///   them.
  package init(
    _ text: String, vantage: Vantage? = nil, transport: Transport = .udp, clientSubnet: IPPrefix? = nil
  ) throws(UpstreamError) {
    guard !text.contains("%") else { throw .zone(text) }
    var host = text[...]
    var port = Substring("53")
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
      vantage: vantage, address: address, port: number, transport: transport, clientSubnet: clientSubnet)
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
    case .port(let text): "no upstream: '\(text)' has no port from 1 to 65535. Try: leave it out for port 53"
    case .zone(let text):
      "no upstream: '\(text)' has a zone, and link-local resolvers are not supported. Try: a global address"
    }
  }
}
