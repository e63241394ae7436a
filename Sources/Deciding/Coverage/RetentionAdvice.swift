package import DNS

/// What a set's retention cost, and what others would have cost: from how long addresses stayed away before they came
/// back.
package struct RetentionAdvice: Sendable {
  /// The set that is advised on.
  package let set: SetName
  /// As it is configured.
  package let retention: Duration
  /// Since when something is known, at most for `longestLook`.
  package let since: Timestamp
  /// Addresses that were away and came back.
  package let returns: Int64
  /// Of them, those that found the address gone from the set, and for how long it was missing, all together.
  package let late: (returns: Int64, span: Duration)
  /// The shortest retention that would have held `share` of the returns, to the minute, or to the hour above a day; nil
  /// without a return.
  package let advised: Duration?
  /// The present retention, the advised one and some others, from the shortest.
  package let options: [Option]

  /// What a retention would have cost.
  package struct Option: Hashable, Sendable {
    /// How long addresses would have been held after they were last seen.
    package let retention: Duration
    /// Returns that would have found the address gone.
    package let lateReturns: Int64
    /// For how long addresses would have been missing, all together.
    package let lateSpan: Duration
    /// How many addresses the set would have held on average.
    package let addresses: Double
  }

  /// The share of the returns that should find their address.
  package static let share = 0.999
  /// No further back than this.
  package static let longestLook = Duration.seconds(90 * 86_400)
  /// Intervals that are read of one name.
  private static let mostIntervals = 10_000

  /// Reads what is known of the set's names.
  package static func gather(_ policy: SetPolicy, now: Timestamp, from history: any HistoryReader)
    async throws
    -> RetentionAdvice
  {
    var stays = [IPAddress: [ObservedInterval]]()
    var gaps = ReappearanceGaps()
    for part in try await history.coverages() where policy.selects(part.question.name) { gaps.add(part.gaps) }
    let names = Set(try await history.questions().map(\.question.name)).filter(policy.selects).sorted()
    for name in names {
      for interval in try await history.intervals(
        for: name, in: (now - longestLook)...now, limit: mostIntervals)
      where interval.observation.key.name == name {
        guard case .address(let address) = interval.observation.key.data, policy.admits(address) else {
          continue
        }
        stays[address, default: []].append(interval)
      }
    }
    return RetentionAdvice(policy, stays: stays, short: gaps, now: now)
  }

  /// - Parameters:
  ///   - stays: the intervals of each address over all names and vantages, in any order.
  ///   - short: absences after which the address was still held, which no interval shows.
  package init(
    _ policy: SetPolicy, stays: [IPAddress: [ObservedInterval]], short: ReappearanceGaps, now: Timestamp
  ) {
    set = policy.name
    retention = policy.retention
    let oldest = stays.values.lazy.flatMap { $0 }.map(\.observation.firstSeen).min() ?? now
    since = max(oldest, now - Self.longestLook)
    let merged = stays.values.map(Stay.merged)
    var gaps = short
    var late = (returns: Int64(0), span: Duration.zero)
    for (before, after) in merged.flatMap({ zip($0, $0.dropFirst()) }) {
      gaps.note(after.first - before.last)
      late.returns += 1
      late.span += after.first - before.until
    }
    self.late = late
    returns = gaps.total
    advised = gaps.retention(holding: Self.share).map(\.roundedUpForPeople)
    var tried: Set<Duration> = [
      .seconds(3600), .seconds(6 * 3600), SetPolicy.defaultRetention, .seconds(7 * 86_400), policy.retention,
    ]
    if let advised { tried.insert(advised) }
    let (since, time) = (since, max(now - since, .seconds(1)))
    options = tried.sorted().map { tried in
      let missed = tried == policy.retention ? late : gaps.late(for: tried)
      let held = merged.reduce(Duration.zero) { $0 + Stay.time(of: $1, holding: tried, from: since, to: now) }
      let away = tried < policy.retention ? short.late(for: tried).span : .zero
      return Option(
        retention: tried, lateReturns: missed.returns, lateSpan: missed.span,
        addresses: max(.zero, held - away) / time)
    }
  }
}

/// An unbroken stay of an address in the set, over all names and vantages.
private struct Stay {
  var first: Timestamp
  var last: Timestamp
  /// When it was gone; the end of time while it is held.
  var until: Timestamp

  /// Joins what overlaps: an address is gone only when nobody gives it.
  static func merged(_ intervals: [ObservedInterval]) -> [Stay] {
    var stays = [Stay]()
    for interval in intervals.sorted(by: { $0.observation.firstSeen < $1.observation.firstSeen }) {
      let seen = interval.observation
      let until = interval.until ?? Timestamp(milliseconds: .max)
      if let open = stays.last, seen.firstSeen <= open.until {
        stays[stays.endIndex - 1].last = max(open.last, seen.lastSeen)
        stays[stays.endIndex - 1].until = max(open.until, until)
      } else {
        stays.append(Stay(first: seen.firstSeen, last: seen.lastSeen, until: until))
      }
    }
    return stays
  }

  /// For how long an address would have been held.
  static func time(of stays: [Stay], holding retention: Duration, from: Timestamp, to: Timestamp) -> Duration
  {
    var held = Duration.zero
    var reached = from
    for stay in stays {
      let start = max(stay.first, reached)
      let end = min(stay.last + retention, to)
      guard end > start else { continue }
      held += end - start
      reached = end
    }
    return held
  }
}

extension Duration {
  /// To the next minute, or above a day to the next hour.
  fileprivate var roundedUpForPeople: Duration {
    let unit: Int64 = self > .seconds(86_400) ? 3_600_000 : 60_000
    return .milliseconds((milliseconds + unit - 1) / unit * unit)
  }
}
