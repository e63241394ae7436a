package import DNS

/// A host that a registry sends its clients to.
package struct PullFind: Sendable, Hashable, CustomStringConvertible {
  package let host: DomainName
  /// For what clients are sent there.
  package let way: Way

  /// For what.
  package enum Way: Sendable, Hashable {
    /// For data.
    case redirect
    /// For data, at the registry itself.
    case direct
    /// For a token; the probe doesn't ask there.
    case tokenHost
  }

  package var description: String {
    switch way {
    case .redirect, .direct: "data is at \(host)"
    case .tokenHost: "sends clients to \(host) for a token"
    }
  }
}
