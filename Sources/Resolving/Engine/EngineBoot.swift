import CAres
import Deciding
import Glibc
import NIOConcurrencyHelpers

/// What the engine's thread starts with. The loop itself is made on that thread and never leaves it.
final class EngineBoot: Sendable {
  let upstreams: [Upstream]
  let settings: ResolverSettings
  let inbox: Inbox
  let board: NIOLockedValueBox<[UpstreamStatistics]>
  let now: @Sendable () -> Timestamp

  init(
    upstreams: [Upstream], settings: ResolverSettings, inbox: Inbox,
    board: NIOLockedValueBox<[UpstreamStatistics]>,
    now: @escaping @Sendable () -> Timestamp
  ) {
    self.upstreams = upstreams
    self.settings = settings
    self.inbox = inbox
    self.board = board
    self.now = now
  }

  /// Starts the thread; nil when there is none to be had.
  func start() -> pthread_t? {
    var thread = pthread_t()
    let boot = Unmanaged.passRetained(self)
    let status = pthread_create(
      &thread, nil,
      { context in
        guard let context else { return nil }
        pca_thread_name("resolver")
        Unmanaged<EngineBoot>.fromOpaque(context).takeRetainedValue().run()
        return nil
      }, boot.toOpaque())
    if status == 0 { return thread }
    boot.release()
    return nil
  }

  private func run() {
    EngineLoop(upstreams, settings, inbox: inbox, board: board, now: now).run()
  }
}
