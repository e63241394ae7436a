/// When an upstream counts as down.
package struct BreakerSettings: Hashable, Sendable {
  /// Lookups in a row that reached nobody.
  package var failures = 5
  /// The wait before the first probe; it doubles with each probe that fails.
  package var firstProbe: Duration = .seconds(1)
  /// The longest wait between probes.
  package var slowestProbe: Duration = .seconds(30)

  /// Five failures, probes after 1 s and then up to 30 s apart.
  package init() {}
}

/// Whether an upstream is asked.
package enum BreakerState: String, Hashable, Sendable {
  /// It is asked.
  case closed
  /// It is down: lookups fail at once, but for a probe now and then.
  case open
  /// A probe is in the air.
  case probing
}

/// Stops asking an upstream that is down, so that thousands of lookups neither flood it nor wait for it. A decision
/// of values and of time that is passed in, in nanoseconds of one monotonic clock.
struct Breaker {
  private(set) var state = BreakerState.closed
  private(set) var consecutiveFailures = 0
  private let settings: BreakerSettings
  private var wait: UInt64
  private var nextProbe: UInt64 = 0

  init(_ settings: BreakerSettings) {
    self.settings = settings
    wait = settings.firstProbe.nanoseconds
  }

  /// Whether a lookup may be sent now. While open, one may as soon as a probe is due, and is then the probe.
  mutating func admits(at now: UInt64) -> Bool {
    switch state {
    case .closed: return true
    case .probing: return false
    case .open:
      guard now >= nextProbe else { return false }
      state = .probing
      return true
    }
  }

  /// A reply came, whatever it said.
  mutating func recordReply() {
    state = .closed
    consecutiveFailures = 0
    wait = settings.firstProbe.nanoseconds
  }

  /// A lookup reached nobody.
  mutating func recordFailure(at now: UInt64) {
    consecutiveFailures += 1
    switch state {
    case .closed:
      guard consecutiveFailures >= settings.failures else { return }
      state = .open
      nextProbe = now + wait
    case .probing:
      state = .open
      wait = min(wait * 2, settings.slowestProbe.nanoseconds)
      nextProbe = now + wait
    case .open:
      break  // sent before it opened; the wait stands
    }
  }

  /// The probe was cancelled: the next lookup takes its place.
  mutating func recordCancelledProbe() {
    if state == .probing { state = .open }
  }

  /// Time until the next probe, zero when it is due.
  func untilProbe(at now: UInt64) -> Duration {
    state == .open && nextProbe > now ? .nanoseconds(nextProbe - now) : .zero
  }
}

extension Duration {
  /// Whole nanoseconds; 0 for negative durations.
  var nanoseconds: UInt64 {
    let (seconds, attoseconds) = components
    return seconds < 0 || attoseconds < 0
      ? 0 : UInt64(seconds) * 1_000_000_000 + UInt64(attoseconds) / 1_000_000_000
  }
}
