import CoreMetrics

/// Counts what was refused before it was answered, by reason.
struct RefusalMetrics: Sendable {
  enum Reason: String, CaseIterable {
    case unauthorized, forbidden, rate, guesses
    case connections, connectionsPerAddress = "connections_per_address"
    case headerSize = "header_size", malformed
    case headerTime = "header_time", idleTime = "idle_time", bodyTime = "body_time", stallTime = "stall_time"
    case bodySize = "body_size"
    case handshake
  }

  private let counters: [Reason: Counter]

  /// All reasons are shown from the start, so that an alert on their rise needs no first time.
  init(_ factory: any MetricsFactory) {
    counters = Dictionary(
      uniqueKeysWithValues: Reason.allCases.map { reason in
        let counter = Counter(
          label: "postern_http_refused", dimensions: [("reason", reason.rawValue)], factory: factory)
        return (reason, counter)
      })
  }

  func count(_ reason: Reason) { counters[reason]?.increment() }
}
