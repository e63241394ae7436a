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
  /// The logarithm of the factor within which an estimate must be right.
  private static let factorOfTwo = 0.6931
  /// Standard deviations that must fit into it: then about one claim in forty is wrong by chance.
  private static let deviations = 2.25

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
  ///   - look: when it was given, and its TTL.
  ///   - window: the retention.
  /// - Returns: whether it was independent of all before.
  @discardableResult
  package mutating func take(
    _ addresses: Set<IPAddress>, _ look: CacheLook, at vantage: Vantage, window: Duration
  ) -> Bool {
    guard !addresses.isEmpty, let entry = entries.take(addresses, look, at: vantage) else { return false }
    let now = look.received
    let predicted = ledger.incidences(at: now, window: window)
    let found = ledger.take(addresses, entry, at: now, window: window)
    for gap in found.gaps { gaps.note(gap) }
    discoveries.take(
      Double(found.new) / Double(addresses.count),
      predicted: predicted.answers == 0 ? 1 : predicted.unseenShare)
    isUnsaved = true
    return true
  }

  /// When to ask a vantage next, so that its next cache entry is seen as soon as it is there; nil when that can't be told.
  ///
  /// - Parameter mayBeEarly: whether a question may go to finding where its entry ends.
  package func nextLook(at vantage: Vantage, floor: Duration, mayBeEarly: Bool) -> Timestamp? {
    entries.nextLook(at: vantage, floor: floor, mayBeEarly: mayBeEarly)
  }

  /// Forgets which cache entry a vantage had.
  package mutating func forget(_ vantage: Vantage) { entries.forget(vantage) }

  /// What is missing now.
  package func estimate(at now: Timestamp, window: Duration) -> CoverageEstimate {
    let incidences = ledger.incidences(at: now, window: window)
    let drift = discoveries.drift
    let unseen = incidences.unseenShare
    let missing = min(1, unseen + drift.mean * drift.weight)
    let rare = PoissonBounds.upper(Double(incidences.once)) / Double(max(incidences.total, 1))
    let atMost = drift.isSure ? rare + drift.atMost : discoveries.atMost
    let spread = Self.spread(
      of: missing, incidences, drift, answersPerHour: ledger.answersPerHour(at: now, window: window))
    let confidence: CoverageConfidence =
      incidences.answers < Self.fewestAnswers
      ? .unknown : spread * Self.deviations <= Self.factorOfTwo ? .estimated : .bounded
    return CoverageEstimate(
      answers: incidences.answers, confidence: confidence, missing: missing,
      missingAtMost: max(missing, min(1, atMost)), exposure: incidences.exposure ?? 1)
  }

  /// How far what the next hour shows may lie from the estimate: the standard deviation as a share of it.
  ///
  /// Three things are uncertain: the count of rare addresses (C. Mao and B. Lindsay, A Poisson model for the coverage
  /// problem, Biometrika 89, 2002: its variance is Q1 + 2·Q2), the drift of the past, and how much of it the hour
  /// brings. A drift that isn't sure may be there all the same, up to its bound.
  private static func spread(
    of missing: Double, _ incidences: Incidences, _ drift: Drift, answersPerHour: Double
  ) -> Double {
    guard missing > 0 else { return .infinity }
    let (once, twice) = (Double(incidences.once), Double(incidences.twice))
    let counted = (once + 2 * twice) / pow2(Double(max(incidences.total, 1)))
    guard drift.isSure else {
      let excess = max(0, (incidences.unseenShare + drift.atMost) / missing - 1)
      return max(counted.squareRoot() / missing, excess * factorOfTwo / deviations)
    }
    let past = drift.events > 0 ? pow2(drift.gross) / drift.events : 0
    let coming = answersPerHour > 0 ? drift.gross * drift.lot / answersPerHour : .infinity
    return (counted + past + coming).squareRoot() / missing
  }

  private static func pow2(_ value: Double) -> Double { value * value }
}
