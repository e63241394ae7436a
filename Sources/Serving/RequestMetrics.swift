import CoreMetrics
import Synchronization

/// Counts answers by route and status.
final class RequestMetrics: Sendable {
  private let factory: any MetricsFactory
  private let counters = Mutex<[Key: Counter]>([:])
  /// Of the hot path, made once.
  private let ok: Counter
  private let notModified: Counter

  private struct Key: Hashable {
    let route: String
    let status: Int
  }

  init(_ factory: any MetricsFactory) {
    self.factory = factory
    let route = "/v1/sets/{set}"
    ok = Self.counter(Key(route: route, status: 200), factory)
    notModified = Self.counter(Key(route: route, status: 304), factory)
  }

  /// Counts an answer of the slow path.
  func count(_ route: String, _ status: Int) {
    let key = Key(route: route, status: status)
    let counter = counters.withLock { counters in
      if let counter = counters[key] { return counter }
      let counter = Self.counter(key, factory)
      counters[key] = counter
      return counter
    }
    counter.increment()
  }

  /// Counts an answer of the hot path.
  func countPrepared(isNotModified: Bool) { (isNotModified ? notModified : ok).increment() }

  private static func counter(_ key: Key, _ factory: any MetricsFactory) -> Counter {
    Counter(
      label: "postern_http_requests", dimensions: [("route", key.route), ("status", String(key.status))],
      factory: factory)
  }
}
