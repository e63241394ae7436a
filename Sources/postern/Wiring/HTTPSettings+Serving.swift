import Serving

extension HTTPSettings {
  /// The files of TLS as the server takes them; nil without TLS.
  var files: TLSFiles? {
    tls.map {
      TLSFiles(
        certificate: $0.certificate.value, key: $0.key.value, clients: $0.clients.value,
        requiresClientCertificate: $0.clientCertificates.value == .required)
    }
  }

  /// What TLS listeners prove themselves with; nil when none is configured.
  func identity() throws -> TLSIdentity? {
    do { return try files.map { try TLSIdentity($0) } } catch {
      throw CommandFailure(.usage, "http.tls: \(error)")
    }
  }

  /// A listener as the server takes it.
  func listener(_ address: ListenAddress) -> Serving.ListenAddress {
    Serving.ListenAddress(
      host: address.host, port: address.port, isSecure: address.isSecure,
      isRestricted: access(at: address) == .restricted)
  }
}

extension HTTPLimits {
  /// As configured.
  init(_ settings: HTTPLimitSettings) {
    self.init()
    requestsPerSecond = settings.requestsPerSecond.value
    burst = settings.burst.value
    connections = settings.connections.value
    connectionsPerAddress = settings.connectionsPerAddress.value
    exempt = settings.exempt.value
    headerOctets = settings.headerOctets.value
    headerFields = settings.headerFields.value
    bodyOctets = settings.bodyOctets.value
    headerTime = settings.headerTime.value
    bodyTime = settings.bodyTime.value
    idleTime = settings.idleTime.value
    stallTime = settings.stallTime.value
  }
}
