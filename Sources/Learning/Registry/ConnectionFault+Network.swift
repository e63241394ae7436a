import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

extension ConnectionFault {
  /// Names what the client threw. Only types and codes are looked at: a text might hold what a server sent.
  init(_ error: any Error) {
    switch error {
    case let fault as ConnectionFault: self = fault
    case let error as NIOConnectionError: self = error.connectionErrors.isEmpty ? .unresolved : .unreachable
    case let error as HTTPClientError: self.init(client: error)
    case let error as NIOSSLError: self.init(tls: error)
    case let error as NIOSSLExtraError:
      self =
        error == .failedToValidateHostname || error == .serverHostnameImpossibleToMatch
        ? .certificateName : .handshake
    case let error as ChannelError:
      if case .connectTimeout = error { self = .timeout } else { self = .torn }
    case is IOError: self = .unreachable
    case HTTPParserError.invalidEOFState: self = .torn
    case is HTTPParserError: self = .notHTTP
    case is CancellationError: self = .timeout
    default: self = .notHTTP
    }
  }

  private init(client error: HTTPClientError) {
    switch error {
    case .connectTimeout, .readTimeout, .deadlineExceeded, .tlsHandshakeTimeout, .cancelled,
      .getConnectionFromPoolTimeout, .writeTimeout:
      self = .timeout
    case .remoteConnectionClosed, .uncleanShutdown: self = .torn
    default: self = .notHTTP
    }
  }

  private init(tls error: NIOSSLError) {
    switch error {
    case .uncleanShutdown: self = .torn
    case .handshakeFailed(.sslError(let errors)):
      self =
        errors.contains { "\($0)".contains("CERTIFICATE_VERIFY_FAILED") } ? .certificateUntrusted : .handshake
    case .unableToValidateCertificate, .noCertificateToValidate: self = .certificateUntrusted
    default: self = .handshake
    }
  }
}
