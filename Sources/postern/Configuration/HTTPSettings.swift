import DNS

/// How HTTP proves itself, to whom it is open and what it bears, each with its origin.
struct HTTPSettings: Sendable, Equatable {
  /// Who may read.
  enum Access: String, Sendable, Hashable, CaseIterable {
    /// Everybody who reaches the listener.
    case open
    /// Whoever a token, a client certificate or a trusted network lets in.
    case restricted
  }

  /// What happens to a listener that other machines reach without TLS.
  enum Plaintext: String, Sendable, Hashable, CaseIterable {
    case refuse
    case allow
  }

  /// The files of TLS.
  struct TLS: Sendable, Equatable {
    enum ClientCertificates: String, Sendable, Hashable, CaseIterable {
      case required
      case optional
    }

    let certificate: Setting<String>
    let key: Setting<String>
    /// The authorities of client certificates; nil when nobody is asked for one.
    let clients: Setting<String?>
    let clientCertificates: Setting<ClientCertificates>
  }

  /// Nil without TLS.
  let tls: TLS?
  /// Nil: open on loopback, restricted elsewhere.
  let access: Setting<Access?>
  let plaintext: Setting<Plaintext>
  let tokenHeader: Setting<String>
  let limits: HTTPLimitSettings

  /// Who may read at a listener.
  func access(at address: ListenAddress) -> Access {
    access.value ?? (address.isLoopback ? .open : .restricted)
  }
}

/// What one client may take of the server, each with its origin.
struct HTTPLimitSettings: Sendable, Equatable {
  let requestsPerSecond: Setting<Int>
  let burst: Setting<Int>
  let connections: Setting<Int>
  let connectionsPerAddress: Setting<Int>
  let exempt: Setting<[IPPrefix]>
  let headerOctets: Setting<Int>
  let headerFields: Setting<Int>
  let bodyOctets: Setting<Int>
  let headerTime: Setting<Duration>
  let bodyTime: Setting<Duration>
  let idleTime: Setting<Duration>
  let stallTime: Setting<Duration>
}
