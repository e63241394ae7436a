import Glibc

/// A value behind a pthread mutex. `Synchronization.Mutex` would do, but on Linux it waits on a futex that the thread
/// sanitizer can't see, and each use is reported as a race.
package final class Lock<Value>: @unchecked Sendable {
  // Unchecked: `value` is reached through `withLock` alone.
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private var value: Value

  /// Makes an open lock around `value`.
  package init(_ value: Value) {
    self.value = value
    mutex = .allocate(capacity: 1)
    mutex.initialize(to: pthread_mutex_t())
    pthread_mutex_init(mutex, nil)
  }

  deinit {
    pthread_mutex_destroy(mutex)
    mutex.deallocate()
  }

  /// Runs `body` with the value while no other thread has it. Not recursive.
  package func withLock<Result>(_ body: (inout Value) -> Result) -> Result {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return body(&value)
  }
}
