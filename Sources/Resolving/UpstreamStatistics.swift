package import Deciding

/// What a resolver did at one upstream since it started. Counters only grow.
package struct UpstreamStatistics: Hashable, Sendable {
  package let vantage: Vantage
  /// Packets sent, repeats and TCP included.
  package internal(set) var sent = 0
  /// Replies that were accepted.
  package internal(set) var answered = 0
  /// Tries that nobody answered in time.
  package internal(set) var timeouts = 0
  /// Tries that could not reach the upstream.
  package internal(set) var unreachable = 0
  /// Replies that could not be read or didn't fit their query.
  package internal(set) var malformed = 0
  /// Replies without the case of their question, from an upstream that repeats it: forged ones.
  package internal(set) var caseMismatches = 0
  /// Queries over TCP, with or without TLS.
  package internal(set) var tcp = 0
  /// Lookups that were refused while the breaker was open or the queue full.
  package internal(set) var refused = 0
  /// Lookups completed, each exactly once.
  package internal(set) var completed = 0
  /// Lookups that are in the air.
  package internal(set) var outstanding = 0
  /// Lookups that wait for their turn.
  package internal(set) var queued = 0
  /// Sockets opened so far.
  package internal(set) var sockets = 0
  /// Whether it is being asked.
  package internal(set) var breaker = BreakerState.closed
  /// The moving average of the time from a query to its reply; nil before the first.
  package internal(set) var roundTrip: Duration?

  init(_ vantage: Vantage) { self.vantage = vantage }
}
