package import DNS
package import Deciding
import Glibc
import NIOCore
import NIOPosix

/// Listens for taps: resolvers that connect and send dnstap over Frame Streams, each in one or several connections.
///
/// An event loop of its own reads, so that a resolver never waits for a decision or for another connection. What was
/// read is gathered, bounded, and given out every few milliseconds.
package final class TapListener: Sendable {
  /// Where it listens.
  package let endpoint: TapEndpoint
  private let hub: TapHub
  private let limits: TapLimits

  /// Makes a listener that doesn't listen yet.
  ///
  /// - Parameters:
  ///   - label: the source's identity in sightings, such as `dnstap:unix:/run/postern/dnstap.sock`.
  ///   - isTrusted: whether what it says that clients were given is believed. It needs a vantage then.
  ///   - vantage: whose answers the lookups are.
  ///   - names: what is watched.
  ///   - targets: alias targets of watched names; see `NameRelation.sameTarget`.
  ///   - now: the clock; called for each piece that is read.
  package init(
    endpoint: TapEndpoint, label: String, isTrusted: Bool, vantage: Vantage?, watching names: WatchedNames,
    targets: Set<DomainName> = [], limits: TapLimits = TapLimits(), now: @escaping @Sendable () -> Timestamp
  ) {
    self.endpoint = endpoint
    self.limits = limits
    hub = TapHub(
      TapCollector(
        label: label, trustedAs: isTrusted ? vantage : nil, watching: names, targets: targets, at: now()),
      mostConnections: limits.connections, now: now)
  }

  /// Watches other names from now on.
  package func watch(_ names: WatchedNames, targets: Set<DomainName> = []) {
    hub.watch(names, targets: targets)
  }

  /// How the tap does.
  package var report: SourceReport { hub.report }

  /// Listens until it is cancelled; then everything is closed, the socket file removed and the last report given out.
  ///
  /// - Parameters:
  ///   - onListening: called when connections are accepted, with the port of TCP.
  ///   - onConnections: gets the number of connections that are past their handshake, whenever it changes, on the event
  ///     loop: it must not block. A tap without one is not live.
  ///   - deliver: gets what came, at most once every `TapLimits.interval`, never twice at a time. While it runs, more
  ///     is gathered.
  /// - Throws: `TapListenerError` when it can't listen. It may be run again.
  package func run(
    onListening: @Sendable (Int?) -> Void = { _ in },
    onConnections: @escaping @Sendable (Int) -> Void = { _ in },
    _ deliver: @Sendable (TapReport) async -> Void
  ) async throws {
    let wakeups = hub.begin(onConnections)
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    var file: UnixSocket?
    do {
      let server = try await listen(on: group, &file)
      hub.note(fault: nil)
      // Should the kernel take the socket away, `run` ends as well.
      server.closeFuture.whenComplete { [hub] _ in hub.end() }
      onListening(server.localAddress?.port)
    } catch {
      try? await group.shutdownGracefully()
      file?.remove()
      hub.note(fault: "\(error)")
      throw error
    }
    for await _ in wakeups {
      await take(deliver)
      try? await Task.sleep(for: limits.interval)
    }
    // The event loop closes the listening socket and all connections.
    try? await group.shutdownGracefully()
    file?.remove()
    await take(deliver)
    guard Task.isCancelled else { throw TapListenerError.system(endpoint, code: ECONNABORTED) }
  }

  private func take(_ deliver: @Sendable (TapReport) async -> Void) async {
    let report = hub.takeReport()
    if !report.isEmpty { await deliver(report) }
  }

  private static func tcp(_ option: Int32) -> ChannelOptions.Types.SocketOption {
    ChannelOptions.socket(IPPROTO_TCP, option)
  }

  private func listen(
    on group: MultiThreadedEventLoopGroup, _ file: inout UnixSocket?
  ) async throws(TapListenerError) -> any Channel {
    let (hub, limit) = (hub, TimeAmount(limits.handshake))
    let bootstrap = ServerBootstrap(group: group)
      .serverChannelOption(.backlog, value: 128)
      // Large pieces, for each takes a lock, a look at the clock and a wake-up; but only one at a turn, or a flood on
      // one connection would keep the others waiting.
      .childChannelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 65_536))
      .childChannelOption(.maxMessagesPerRead, value: 1)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(TapConnection(hub, handshakeLimit: limit))
        }
      }
    do {
      switch endpoint {
      case .unix(let path):
        var socket: Int32 = -1
        file = try UnixSocket(path: path, &socket)
        return try await bootstrap.withBoundSocket(socket).get()
      case .tcp(let host, let port):
        return
          try await bootstrap
          .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
          // A resolver whose machine is gone sends no end, and a tap counts as live until it does.
          .childChannelOption(.socketOption(.so_keepalive), value: 1)
          .childChannelOption(Self.tcp(TCP_KEEPIDLE), value: 30)
          .childChannelOption(Self.tcp(TCP_KEEPINTVL), value: 10)
          .childChannelOption(Self.tcp(TCP_KEEPCNT), value: 3)
          .bind(host: host, port: port).get()
      }
    } catch let error as TapListenerError {
      throw error
    } catch let error as IOError {
      throw TapListenerError(error.errnoCode, endpoint)
    } catch {
      // A host that has no address.
      throw .system(endpoint, code: EADDRNOTAVAIL)
    }
  }
}
