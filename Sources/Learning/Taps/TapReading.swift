package import DNS
package import Deciding

/// What one frame of a tap said.
package enum TapReading: Sendable, Hashable {
  /// The same as a line of a log: a name in use, or none.
  case line(LineReading)
  /// A client was given this for a watched name, and the tap is trusted.
  case given(Lookup, NameEvidence)
  /// A client was led from a name that no set watches to a target that a watched name has too.
  case sameTarget(DomainName, target: DomainName)
}
