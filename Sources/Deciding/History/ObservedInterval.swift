/// A closed interval has `until`; one without is open. An observation with when it stopped counting.
package struct ObservedInterval: Hashable, Sendable {
  /// What was seen, with its first and last sighting: it counts beyond the last, for its retention.
  package let observation: Observation
  /// The moment from which it no longer counted; nil while it does.
  package let until: Timestamp?

  /// - Parameter until: exclusive, after `observation.lastSeen`.
  package init(observation: Observation, until: Timestamp?) {
    self.observation = observation
    self.until = until
  }
}
