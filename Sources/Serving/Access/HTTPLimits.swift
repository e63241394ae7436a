package import DNS

/// What one client may take of the server. The defaults suit a fleet of firewalls that poll each minute.
package struct HTTPLimits: Hashable, Sendable {
  /// Answers a second for each principal, or for each address of those who are none. 304s are free.
  package var requestsPerSecond = 50
  /// Answers at once before the rate counts.
  package var burst = 200
  /// Connections in all, for each listener.
  package var connections = 16_384
  /// Connections from one address, or from one /64 of IPv6.
  package var connectionsPerAddress = 256
  /// Whose addresses are limited only as principals: a proxy on this machine stands for many clients.
  package var exempt: [IPPrefix] = ["127.0.0.0/8", "::1/128"].compactMap { IPPrefix($0) }
  /// Octets of all header fields of a request.
  package var headerOctets = 32_768
  /// Header fields of a request.
  package var headerFields = 100
  /// Octets of a request's body.
  package var bodyOctets = 1 << 20
  /// From the connection to the end of its first request's header, TLS handshake included.
  package var headerTime = Duration.seconds(10)
  /// From the end of the header to the end of the body.
  package var bodyTime = Duration.seconds(30)
  /// From an answer to the end of the next request's header.
  package var idleTime = Duration.seconds(60)
  /// The time in which a client that has answers waiting must take 1 KiB for each second of it.
  package var stallTime = Duration.seconds(30)

  /// The defaults.
  package init() {}
}
