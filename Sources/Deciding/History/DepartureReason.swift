/// Why an address left a set.
package enum DepartureReason: String, Hashable, Sendable {
  /// No answer to the set's names held it for the whole retention.
  case expired
  /// It was taken out before: a name or family was removed, somebody had it forgotten, or the set's rules reject it.
  case revoked
  /// The service tags that give the set hold it no more, or as part of another prefix.
  case untagged
  /// A person excluded it from the set, or a part of it.
  case excluded

  /// Judges by the intervals that gave the address, whichever set's names they belong to.
  ///
  /// - Parameter policy: the set's as it is now: an older, longer retention is told as a revocation.
  /// - Returns: nil when no interval is kept.
  package init?(_ intervals: [ObservedInterval], of policy: SetPolicy) {
    guard !intervals.isEmpty else { return nil }
    let counted = intervals.filter { policy.selects($0.observation.key.name) }
    // Whatever still counts, or counted for other sets only, was kept from the set by a decision.
    guard let last = counted.max(by: { $0.end < $1.end }), let until = last.until,
      until - last.observation.lastSeen >= policy.retention
    else {
      self = .revoked
      return
    }
    self = .expired
  }
}

extension ObservedInterval {
  fileprivate var end: Timestamp { until ?? Timestamp(milliseconds: .max) }
}
