import Deciding
import Refreshing
import Synchronization

/// Time that only passes when a test says so.
final class ScriptedClock: WallClock {
  private struct Sleeper {
    let until: Timestamp
    let continuation: CheckedContinuation<Void, Never>
  }

  private struct State {
    var now = Timestamp(seconds: 1_800_000_000)
    var sleepers: [Int: Sleeper] = [:]
    var cancelled = Set<Int>()
    var last = 0
  }

  private let state = Mutex(State())

  var now: Timestamp { state.withLock(\.now) }

  func sleep(for span: Duration) async {
    let id = state.withLock { state in
      state.last += 1
      return state.last
    }
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let isOver = state.withLock { state in
          if span <= .zero || state.cancelled.remove(id) != nil { return true }
          state.sleepers[id] = Sleeper(until: state.now + span, continuation: continuation)
          return false
        }
        if isOver { continuation.resume() }
      }
    } onCancel: {
      let sleeper = state.withLock { state in
        let sleeper = state.sleepers.removeValue(forKey: id)
        if sleeper == nil { state.cancelled.insert(id) }
        return sleeper
      }
      sleeper?.continuation.resume()
    }
  }

  /// Lets time pass and wakes who slept until then.
  func pass(_ span: Duration) {
    let due = state.withLock { state in
      state.now = state.now + span
      let due = state.sleepers.filter { $0.value.until <= state.now }
      for id in due.keys { state.sleepers[id] = nil }
      return due.values.map(\.continuation)
    }
    due.forEach { $0.resume() }
  }

  /// Lets time pass in steps until the condition holds; false when it doesn't within the given time.
  func pass(_ span: Duration, step: Duration = .milliseconds(10), until condition: () async -> Bool) async
    -> Bool
  {
    let end = now + span
    while now < end {
      // Everybody who can run does, before time goes on.
      for _ in 0..<20 { await Task.yield() }
      if await condition() { return true }
      pass(step)
    }
    return await condition()
  }
}
