import CAres
package import DNS
package import Deciding
import Glibc
import NIOConcurrencyHelpers

/// Asks upstreams over UDP, TCP and TLS, through c-ares, with one thread that sleeps while nothing is asked.
///
/// Each upstream is its own vantage: a lookup is tried again at the same upstream, never at another.
package final class DNSResolver: Resolver {
  private let inbox: Inbox
  private let board: NIOLockedValueBox<[UpstreamStatistics]>
  private let thread: NIOLockedValueBox<pthread_t?>
  private let now: @Sendable () -> Timestamp

  /// Starts the engine. `now` dates the lookups; it is called on the engine's thread and must not block.
  ///
  /// - Throws: `DNSResolverError` when the process is out of descriptors or threads.
  package init(
    upstreams: [Upstream], settings: ResolverSettings = ResolverSettings(),
    now: @escaping @Sendable () -> Timestamp
  ) throws(DNSResolverError) {
    guard let inbox = Inbox() else { throw .noDescriptor }
    self.inbox = inbox
    self.now = now
    board = NIOLockedValueBox(upstreams.map { UpstreamStatistics($0.vantage) })
    thread = NIOLockedValueBox(nil)
    let boot = EngineBoot(upstreams: upstreams, settings: settings, inbox: inbox, board: board, now: now)
    guard let started = boot.start() else { throw .noThread }
    thread.withLockedValue { $0 = started }
  }

  deinit { stop() }

  package func lookup(_ question: Question, at vantage: Vantage) async -> Lookup {
    let ticket = Ticket(question, at: vantage)
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        guard !inbox.submit(Job(ticket: ticket, continuation: continuation)) else { return }
        continuation.resume(
          returning: Lookup(
            question: question, vantage: vantage, at: now(), outcome: .failure(.cancelled), attempts: 0,
            detail: "the resolver is stopped"))
      }
    } onCancel: {
      inbox.cancel(ticket)
    }
  }

  /// Ends every lookup as cancelled and the engine's thread with them; returns when both are done, within
  /// milliseconds. Later lookups are cancelled at once. May be called twice.
  package func stop() {
    inbox.stop()
    let joined = thread.withLockedValue { thread in
      defer { thread = nil }
      return thread
    }
    if let joined { pthread_join(joined, nil) }
  }

  /// Asks these upstreams from now on. Those that stay keep their sockets and figures; lookups at those that go end
  /// as cancelled. Of upstreams with the same vantage the first counts.
  package func replaceUpstreams(_ upstreams: [Upstream]) { inbox.replace(upstreams) }

  /// What was done at each upstream, in their order; at most one tick (20 ms) old while lookups are in the air.
  package var statistics: [UpstreamStatistics] { board.withLockedValue { $0 } }

  /// The version of the c-ares that is loaded, such as `1.18.1`.
  package static var libraryVersion: String { String(cString: pca_version()) }

  /// Whether the loaded c-ares sends DNS cookies (RFC 7873): it does by itself since 1.33.
  package static var sendsCookies: Bool {
    let parts = libraryVersion.split(separator: ".").compactMap { Int($0) }
    return parts.count > 1 && (parts[0], parts[1]) >= (1, 33)
  }
}

/// Why a resolver could not start.
package enum DNSResolverError: Error, Hashable, Sendable, CustomStringConvertible {
  /// epoll or eventfd had no descriptor left (EMFILE, ENFILE).
  case noDescriptor
  /// pthread_create failed (EAGAIN).
  case noThread

  package var description: String {
    switch self {
    case .noDescriptor: "the resolver can't start: no file descriptor is left. Try: raise LimitNOFILE"
    case .noThread: "the resolver can't start: no thread is left. Try: raise TasksMax"
    }
  }
}
