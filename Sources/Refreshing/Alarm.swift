internal import Synchronization

/// Lets one task sleep until a moment or until somebody rings, whichever comes first. A ring while nobody sleeps is
/// kept, so that none is lost.
final class Alarm: Sendable {
  private enum State {
    case quiet
    case rung
    case awaited(CheckedContinuation<Void, Never>)
  }

  private let state = Mutex(State.quiet)

  /// Wakes the sleeper, or the next one at once.
  func ring() {
    let sleeper: CheckedContinuation<Void, Never>? = state.withLock { state in
      if case .awaited(let continuation) = state {
        state = .quiet
        return continuation
      }
      state = .rung
      return nil
    }
    sleeper?.resume()
  }

  /// Returns when rung, when `sleep` returns, or when the task is cancelled.
  func wait(orUntil sleep: @escaping @Sendable () async -> Void) async {
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await self.ringing() }
      group.addTask { await sleep() }
      await group.next()
      group.cancelAll()
    }
  }

  private func ringing() async {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let isOver = state.withLock { state in
          if case .rung = state {
            state = .quiet
            return true
          }
          if Task.isCancelled { return true }
          state = .awaited(continuation)
          return false
        }
        if isOver { continuation.resume() }
      }
    } onCancel: {
      let sleeper: CheckedContinuation<Void, Never>? = state.withLock { state in
        guard case .awaited(let continuation) = state else { return nil }
        state = .quiet
        return continuation
      }
      sleeper?.resume()
    }
  }
}
