import DNS
import Deciding
import Synchronization

/// What the connections of one listener share: they put into it on the event loop, and `TapListener.run` takes out.
///
/// Whatever becomes of what is taken out, reading goes on: resolvers drop frames for a reader that is slow.
final class TapHub: Sendable {
  private let state: Mutex<State>
  private let mostConnections: Int
  private let now: @Sendable () -> Timestamp

  private struct State {
    var collector: TapCollector
    /// Connections that are open, and those of them that are past their handshake.
    var open = 0
    var running = 0
    var wake: AsyncStream<Void>.Continuation?
    var onConnections: (@Sendable (Int) -> Void)?
  }

  init(_ collector: TapCollector, mostConnections: Int, now: @escaping @Sendable () -> Timestamp) {
    state = Mutex(State(collector: collector))
    self.mostConnections = mostConnections
    self.now = now
  }

  /// Begins to tell of news and connections; what comes back yields whenever there is something to take.
  func begin(_ onConnections: @escaping @Sendable (Int) -> Void) -> AsyncStream<Void> {
    let (wakeups, wake) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    state.withLock {
      $0.wake = wake
      $0.onConnections = onConnections
    }
    return wakeups
  }

  /// Ends what `begin` gave.
  func end() { state.withLock { $0.wake?.finish() } }

  func read(_ octets: UnsafeRawBufferPointer, of stream: inout FrameStream) throws(FrameStreamError) {
    let now = now()
    let result = state.withLock { state in
      let result = Result { () throws(FrameStreamError) in
        try state.collector.read(octets, of: &stream, at: now)
      }
      if state.collector.hasNews { state.wake?.yield() }
      return result
    }
    try result.get()
  }

  /// Whether there is room for another connection.
  func admit() -> Bool {
    state.withLock { state in
      guard state.open < mostConnections else {
        state.collector.refuse(
          "tooManyConnections", "a connection beyond the \(mostConnections) that are allowed")
        return false
      }
      state.open += 1
      return true
    }
  }

  func refuse(_ fault: String, _ text: String) { state.withLock { $0.collector.refuse(fault, text) } }

  /// A connection is past its handshake.
  func noteStart() { change { $0.running += 1 } }

  /// A connection has ended.
  func noteEnd(wasAdmitted: Bool, wasRunning: Bool) {
    if wasAdmitted { state.withLock { $0.open -= 1 } }
    if wasRunning { change { $0.running -= 1 } }
  }

  private func change(_ body: (inout State) -> Void) {
    let (count, tell) = state.withLock { state in
      body(&state)
      state.collector.note(connections: state.running)
      return (state.running, state.onConnections)
    }
    tell?(count)
  }

  func note(fault: String?) { state.withLock { $0.collector.note(fault: fault) } }

  func watch(_ names: WatchedNames, targets: Set<DomainName>) {
    state.withLock { $0.collector.watch(names, targets: targets) }
  }

  func takeReport() -> TapReport {
    let now = now()
    let (batch, label) = state.withLock { ($0.collector.takeBatch(at: now), $0.collector.label) }
    return batch.report(source: label, at: now)
  }

  var report: SourceReport {
    let now = now()
    return state.withLock { $0.collector.sourceReport(at: now) }
  }
}
