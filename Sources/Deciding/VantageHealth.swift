/// How a vantage does, over all names.
package struct VantageHealth: Hashable, Sendable {
  /// Failures in a row.
  package private(set) var failures = 0
  /// The first of the failures in a row; nil while the last lookup succeeded.
  package private(set) var failingSince: Timestamp?
  /// The last answer or denial to any name; nil since the start when there was none.
  package private(set) var lastSuccess: Timestamp?
  /// What the last failure was, such as `network: connection refused`.
  package private(set) var lastFailure: String?
  /// Of the last success, retries included; nil when there was none.
  package private(set) var roundTrip: Duration?

  /// A vantage that was not asked yet: it counts as well.
  package init() {}

  /// Failures in a row from which it counts as failing; single losses are the network's daily life.
  package static let threshold = 3

  /// Whether `threshold` lookups in a row failed, of whatever names.
  package var isFailing: Bool { failures >= Self.threshold }

  mutating func note(_ lookup: Lookup) {
    guard case .failure(let kind) = lookup.outcome else {
      failures = 0
      failingSince = nil
      lastSuccess = lookup.at
      roundTrip = lookup.roundTrip
      return
    }
    if kind == .cancelled { return }
    failures += 1
    failingSince = failingSince ?? lookup.at
    // One that wasn't asked, because it is down, says nothing new.
    if lookup.attempts == 0, lastFailure != nil, failures > 1 { return }
    lastFailure = lookup.detail.map { "\(kind.rawValue): \($0)" } ?? kind.rawValue
  }
}
