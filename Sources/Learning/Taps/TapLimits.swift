/// What a tap may take.
package struct TapLimits: Sendable, Hashable {
  /// The most connections at a time; further ones are closed at once. PowerDNS opens one for each thread.
  package var connections = 64
  /// How long a connection may take until START. Afterwards it may be silent for as long as its resolver is.
  package var handshake = Duration.seconds(10)
  /// The least time between two reports.
  package var interval = Duration.milliseconds(5)

  /// The defaults.
  package init() {}
}
