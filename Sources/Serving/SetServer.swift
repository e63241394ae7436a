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
    let requests = RequestMetrics(site.metrics)
    let (sets, consumers, now) = (site.sets, site.consumers, site.now)
    var configuration = HTTP1Channel.Configuration()
    configuration.httpDecoder = .init(
      maxHeaderFieldSize: 16_384, maxHeaderListSize: 32_768, maxHeaderFieldCount: 100)
    let application = Application(
      responder: SiteResponder(site, requests),
      server: HTTPServerBuilder { [configuration] responder in
        SetChannel(
          base: HTTP1Channel(responder: responder, configuration: configuration), idleTimeout: .seconds(60),
          hotPath: { HotPath(sets, requests, consumers: consumers, now: now) },
          waiting: { WaitingHandler(sets, $0) })
      },
      configuration: ApplicationConfiguration(
        address: .hostname(address.host, port: address.port),
        availableConnectionsDelegate: MaximumAvailableConnections(8192 + sets.waiting.most)),
      onServerRunning: { [onListening] channel in
        await onListening(ListenAddress(host: address.host, port: channel.localAddress?.port ?? address.port))
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
    case EADDRNOTAVAIL:
      "can't listen on \(address): this machine does not have the address. Try: 127.0.0.1, or one from `ip address`"
    default:
      "can't listen on \(address): \(String(cString: strerror(code))). Try: another address"
    }
  }
}
