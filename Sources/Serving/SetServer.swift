package import Logging
import ServiceLifecycle

import Glibc
import Hummingbird
import HummingbirdCore
import NIOCore
import NIOHTTP1

/// The HTTP server, as a service. It listens on several addresses and ends gracefully: what is being answered is
/// finished.
package struct SetServer: Service {
  private let site: Site
  private let listen: [ListenAddress]
  private let logger: Logger
  private let onListening: @Sendable (ListenAddress) async -> Void
  // Limits count over all listeners.
  private let guesses = GuessBook()
  private let allowances: Allowances
  private let connections: ConnectionBook

  /// - Parameters:
  ///   - onListening: called for each address once it takes connections, with the port that the system chose when it
  ///     was asked to.
  package init(
    _ site: Site, listen: [ListenAddress], logger: Logger,
    onListening: @escaping @Sendable (ListenAddress) async -> Void = { _ in }
  ) {
    self.site = site
    self.listen = listen
    self.logger = logger
    self.onListening = onListening
    allowances = Allowances(site.limits)
    connections = ConnectionBook(site.limits)
  }

  /// Serves until the service group shuts down.
  ///
  /// - Throws: `SetServerError` when an address can't be listened on.
  package func run() async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for address in listen {
        group.addTask { try await serve(at: address) }
      }
      do { try await group.waitForAll() } catch {
        group.cancelAll()
        throw error
      }
    }
  }

  private func serve(at address: ListenAddress) async throws {
    if address.isSecure, site.identity == nil { throw SetServerError(address: address, code: ENOKEY) }
    let limits = site.limits
    let door = Door(
      site: site, isRestricted: address.isRestricted,
      gate: Gate(list: site.access, guesses: guesses), allowances: allowances,
      connections: connections, requests: RequestMetrics(site.metrics), refusals: RefusalMetrics(site.metrics)
    )
    let sets = site.sets
    var configuration = HTTP1Channel.Configuration()
    configuration.httpDecoder = .init(
      maxHeaderFieldSize: min(16_384, limits.headerOctets), maxHeaderListSize: limits.headerOctets,
      maxHeaderFieldCount: limits.headerFields)
    let identity = address.isSecure ? site.identity : nil
    let application = Application(
      responder: SiteResponder(door),
      server: HTTPServerBuilder { [configuration] responder in
        SetChannel(
          base: HTTP1Channel(responder: responder, configuration: configuration), door: door,
          identity: identity, waiting: { WaitingHandler(sets, $0) })
      },
      configuration: ApplicationConfiguration(address: .hostname(address.host, port: address.port)),
      onServerRunning: { [onListening] channel in
        await onListening(
          ListenAddress(
            host: address.host, port: channel.localAddress?.port ?? address.port, isSecure: address.isSecure,
            isRestricted: address.isRestricted))
      },
      logger: logger)
    do { try await application.run() } catch let error as IOError {
      throw SetServerError(address: address, code: error.errnoCode)
    }
  }
}

/// Why an address can't be listened on.
package struct SetServerError: Error, Hashable, CustomStringConvertible {
  /// The address of the configuration, not one that the system chose.
  package let address: ListenAddress
  /// The system's error number.
  package let code: CInt

  package var description: String {
    switch code {
    case EADDRINUSE:
      "can't listen on \(address): the port is in use. Try: another port with --listen, or end the other program"
    case EACCES:
      "can't listen on \(address): this user may not use the port. Try: a port above 1023"
    case ENOKEY:
      "can't listen on \(address): it is to speak TLS, and there is no certificate. Try: http.tls"
    case EADDRNOTAVAIL:
      "can't listen on \(address): this machine does not have the address. Try: 127.0.0.1, or one from `ip address`"
    default:
      "can't listen on \(address): \(String(cString: strerror(code))). Try: another address"
    }
  }
}
