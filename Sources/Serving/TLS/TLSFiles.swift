/// The files that make a server's TLS.
package struct TLSFiles: Hashable, Sendable {
  /// PEM: the server's certificate, then those between it and the root.
  package let certificate: String
  /// PEM: its private key.
  package let key: String
  /// PEM: the authorities of client certificates; nil when clients aren't asked for one.
  package let clients: String?
  /// Whether a client without a certificate is refused in the handshake.
  package let requiresClientCertificate: Bool

  /// - Parameter requiresClientCertificate: means nothing without `clients`.
  package init(
    certificate: String, key: String, clients: String? = nil, requiresClientCertificate: Bool = false
  ) {
    self.certificate = certificate
    self.key = key
    self.clients = clients
    self.requiresClientCertificate = requiresClientCertificate
  }

  /// The paths of all of them.
  package var paths: [String] { [certificate, key] + (clients.map { [$0] } ?? []) }
}

/// Why files make no TLS.
package struct TLSError: Error, Hashable, CustomStringConvertible {
  /// The file that is at fault, as far as that can be told.
  package let path: String
  let problem: String
  let remedy: String

  package var description: String { "\(path): \(problem). Try: \(remedy)" }
}
