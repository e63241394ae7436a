/// Where to listen: an address or host and a port.
package struct ListenAddress: Hashable, Sendable, CustomStringConvertible {
  /// An address without brackets, or a host name.
  package let host: String
  /// 0 lets the system choose.
  package let port: Int
  /// Whether it speaks TLS, with the site's identity.
  package var isSecure: Bool
  /// Whether reading needs a principal that may.
  package var isRestricted: Bool

  /// - Parameter port: 0 to 65535.
  package init(host: String, port: Int, isSecure: Bool = false, isRestricted: Bool = false) {
    self.host = host
    self.port = port
    self.isSecure = isSecure
    self.isRestricted = isRestricted
  }

  /// Reads `127.0.0.1:8053`, `[::1]:8053` or `localhost:8053`. Nil when malformed.
  package init?(_ text: some StringProtocol) {
    guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else {
      return nil
    }
    var host = String(text[..<colon])
    if host.hasPrefix("["), host.hasSuffix("]") {
      host = String(host.dropFirst().dropLast())
    } else if host.contains(":") {
      return nil
    }
    guard !host.isEmpty else { return nil }
    self.init(host: host, port: Int(port))
  }

  package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
