import Deciding

/// Whether an offer may replace what was taken before.
package enum TrustRule {
  /// What becomes of an offer.
  package enum Verdict: Hashable, Sendable {
    /// Fetch and check its addresses.
    case fetch
    /// It is what we have.
    case known
    /// It is not taken.
    case refuse(FollowFault)
  }

  /// Decides.
  ///
  /// - Parameters:
  ///   - taken: what was taken last; nil at first.
  ///   - allowsRollback: a person's word that older generations may come.
  package static func judge(_ offer: Offer, after taken: Offer?, allowsRollback: Bool) -> Verdict {
    if let taken, offer.generation == taken.generation, offer.digest == taken.digest { return .known }
    // What we have is not worse for the server's staleness; what we don't have isn't taken.
    if offer.isStale { return .refuse(.stale(offer.generation)) }
    guard let taken, !allowsRollback else { return .fetch }
    if offer.generation < taken.generation {
      return .refuse(.rollback(from: taken.generation, to: offer.generation))
    }
    if offer.generation == taken.generation { return .refuse(.forked(offer.generation)) }
    return .fetch
  }
}
