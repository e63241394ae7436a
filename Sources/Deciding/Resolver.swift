package import DNS

/// Asks upstreams. One question gives one lookup; it never throws, since each failure is an outcome.
package protocol Resolver: Sendable {
  /// Asks `question` at one vantage, with that vantage's own tries and deadline. Cancelling the task ends this lookup
  /// alone, with outcome `cancelled`.
  func lookup(_ question: Question, at vantage: Vantage) async -> Lookup
}
