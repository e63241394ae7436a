package import DNS

/// What the answers to one question over all vantages say of the addresses that were not seen.
///
/// Two upstreams that forward to one cache count as one where that shows. Views that differ by region are one pool here:
/// the estimate is that of a client that gets its answer from any of our vantages alike.
package struct CoverageEstimator: Sendable {
  private var entries = CacheEntries()
  private var ledger = IncidenceLedger()
  private var discoveries = Discoveries()
  /// How long addresses stayed away within the window before they came back.
  package internal(set) var gaps = ReappearanceGaps()
  /// Whether there is an answer since the estimate was stored.
  package internal(set) var isUnsaved = false

  /// Fewer independent answers say nothing: ten without a discovery still allow for a third of the pool being unseen, five
  /// for two thirds.
  static let fewestAnswers = 10
  /// Events that an estimate must rest on to be right within a factor of two: the bounds of a Poisson mean of nine are
  /// four and seventeen.
  static let fewestEvents = 9.0

  /// One that was never asked.
  package init() {}

  /// Counts an address as known: the history has it.
  package mutating func restore(_ address: IPAddress, lastSeen: Timestamp) {
    ledger.restore(address, lastSeen: lastSeen)
  }

  /// Takes in an answer.
  ///
  /// - Parameters:
  ///   - addresses: those that may be held; nothing happens when there is none.
  ///   - ttl: the smallest of its chain and addresses.
  ///   - window: the retention.
  /// - Returns: whether it was independent of all before.
  @discardableResult
  package mutating func take(
    _ addresses: Set<IPAddress>, ttl: Duration, at vantage: Vantage, now: Timestamp, window: Duration
  ) -> Bool {
    guard !addresses.isEmpty, let entry = entries.take(addresses, ttl: ttl, at: vantage, now: now) else {
      return false
    }
    let predicted = ledger.incidences(at: now, window: window)
    let found = ledger.take(addresses, entry, at: now, window: window)
    for gap in found.gaps { gaps.note(gap) }
    discoveries.take(
      Double(found.new) / Double(addresses.count),
      predicted: predicted.answers == 0 ? 1 : predicted.unseenShare)
    isUnsaved = true
    return true
  }

  /// Forgets which cache entry a vantage had.
  package mutating func forget(_ vantage: Vantage) { entries.forget(vantage) }

  /// What is missing now.
  package func estimate(at now: Timestamp, window: Duration) -> CoverageEstimate {
    let incidences = ledger.incidences(at: now, window: window)
    let drift = discoveries.drift
    let unseen = incidences.unseenShare
    let missing = min(1, unseen + (drift.isSure ? drift.mean : 0))
    let isEstimated =
      drift.isSure ? drift.events >= Self.fewestEvents : Double(incidences.once) >= Self.fewestEvents
    let rare = PoissonBounds.upper(Double(incidences.once)) / Double(max(incidences.total, 1))
    let atMost = drift.isSure ? rare + drift.atMost : discoveries.atMost
    let confidence: CoverageConfidence =
      incidences.answers < Self.fewestAnswers ? .unknown : isEstimated ? .estimated : .bounded
    return CoverageEstimate(
      answers: incidences.answers, confidence: confidence, missing: missing,
      missingAtMost: max(missing, min(1, atMost)), exposure: incidences.exposure ?? 1)
  }
}
