package import DNS

// What comes in and out of `Quarantine`.

/// What all vantages together said of a probed name.
package enum ProbeVerdict: Sendable {
  /// Some vantage gave an address.
  case exists
  /// At least one vantage told us, and none gave an address.
  case denied
  /// It exists, but its answers are those of any made-up name: its pattern has a wildcard record.
  case wildcard
  /// No vantage could tell.
  case unknown
}

/// What became of a probed name.
package enum ProbeResult: Hashable, Sendable {
  /// Believed from now on; where the pattern was full, in the place of a name that nobody used for a month.
  case admitted(displacing: DomainName?)
  /// Real, but its pattern is full.
  case refused
  /// Denied, or unproven and unused for `unprovenAfter`: its row in the history goes.
  case forgotten
  /// Asked again later, after a growing pause.
  case waiting
}

/// Why a sighting was not taken up.
package enum SightingRefusal: String, Hashable, Sendable, CaseIterable {
  /// No set's pattern selects it.
  case noPattern
  /// A label is no hostname's (RFC 1123 §2.1): an escape, an underscore, a hyphen at its edge, a star.
  case notHostname
  /// Upstreams denied it, or an operator had it forgotten, within `denialLifetime`.
  case deniedLately
  /// `longestQueue` names wait under its pattern.
  case queueFull
  /// The source that saw it has half of a queue waiting already.
  case sourceShare
  /// Its pattern has a wildcard record and it resolves like any made-up name, so one such name stands for all.
  case likeWildcard
  /// It exists, but `namesPerPattern` names are believed and all are in use; it waits for room.
  case patternFull
}
