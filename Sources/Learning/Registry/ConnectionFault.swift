/// Why a registry could not be talked to.
package enum ConnectionFault: Error, Sendable, Hashable {
  /// The system's resolver gave no address.
  case unresolved
  /// No connection: refused, unreachable, reset.
  case unreachable
  /// Nothing came in time.
  case timeout
  /// The connection ended within a response.
  case torn
  /// What came isn't HTTP, or breaks its limits.
  case notHTTP
  /// The file of extra trust roots can't be read as PEM.
  case trustRoots
  /// The certificate has another name than the registry.
  case certificateName
  /// The certificate is over its time.
  case certificateExpired
  /// The certificate's time has not begun; a clock may be wrong.
  case certificateNotYetValid
  /// Nobody who is trusted has signed it, as when a proxy opens the connection.
  case certificateUntrusted
  /// The handshake failed for another reason.
  case handshake

  /// For counters.
  package var name: String { "\(self)" }
}

extension ConnectionFault {
  /// For people.
  package var description: String {
    switch self {
    case .unresolved: "its name has no address here. Try: postern doctor"
    case .unreachable: "no connection to it. Try: whether the firewall lets this machine out to it"
    case .timeout: "it did not answer in time"
    case .torn: "the connection ended within a response"
    case .notHTTP: "what came is not HTTP, or is too much of it"
    case .trustRoots: "the file of trust roots can't be read. Try: certificates in PEM"
    case .certificateName: "its certificate has another name"
    case .certificateExpired: "its certificate has expired"
    case .certificateNotYetValid: "its certificate is not valid yet. Try: look at this machine's clock"
    case .certificateUntrusted:
      "its certificate is signed by nobody who is trusted. Try: give the file of the authority that your proxy uses"
    case .handshake: "the TLS handshake failed"
    }
  }
}
