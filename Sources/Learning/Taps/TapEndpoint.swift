/// Where a tap connects to.
package enum TapEndpoint: Sendable, Hashable, CustomStringConvertible {
  /// A unix socket that Postern makes, for resolvers on the same machine.
  case unix(path: String)
  /// A TCP port that Postern opens. Anybody who reaches it can write to it.
  case tcp(host: String, port: Int)

  /// As the configuration writes it: `unix:/run/postern/dnstap.sock`, `tcp:127.0.0.1:6000`, `tcp:[::1]:6000`.
  package var description: String {
    switch self {
    case .unix(let path): "unix:\(path)"
    case .tcp(let host, let port): host.contains(":") ? "tcp:[\(host)]:\(port)" : "tcp:\(host):\(port)"
    }
  }
}
