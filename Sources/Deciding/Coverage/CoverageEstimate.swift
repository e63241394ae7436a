/// How likely it is that a client gets an address that isn't held, for one name and type.
package struct CoverageEstimate: Hashable, Sendable, Codable {
  /// Independent answers within the retention: those that can't come from one cache entry.
  package let answers: Int
  /// How much `missing` is worth.
  package let confidence: CoverageConfidence
  /// 1 − C: the estimated share (0...1) of the next new answer that no answer within the retention held.
  package let missing: Double
  /// `missing` isn't above this, but for one case in forty. It bounds also what is too rare to be estimated.
  package let missingAtMost: Double
  /// The share of time in which a cache of ours may give clients a new answer before it was seen here.
  package let exposure: Double

  /// The share (0...1) of the address pool, weighted by how often each address is answered, that is held.
  package var coverage: Double { 1 - missing }
  /// The chance that a client behind our upstreams is given an address that isn't held.
  package var clientMissing: Double { missing * exposure }
  /// The same, at most.
  package var clientMissingAtMost: Double { missingAtMost * exposure }

  /// Shares are of 0...1; nothing here checks it.
  package init(
    answers: Int, confidence: CoverageConfidence, missing: Double, missingAtMost: Double, exposure: Double
  ) {
    self.answers = answers
    self.confidence = confidence
    self.missing = missing
    self.missingAtMost = missingAtMost
    self.exposure = exposure
  }
}

/// How much an estimate of coverage is worth.
package enum CoverageConfidence: String, Hashable, Sendable, Codable {
  /// Too few answers: nothing is claimed.
  case unknown
  /// Too little was missed to say how much it is; only the bound is claimed.
  case bounded
  /// The true share is within a factor of two.
  case estimated
}
