internal import DNS

/// Tells which answers to one question are independent: those that can't come from the same cache entry as one before.
///
/// Behind a cache an entry's end stands still while its TTL counts down, so an answer is a new one when the end of its
/// smallest TTL has moved later. That holds for an entry that has run out, for one that was fetched early, for TTL 0,
/// and for an upstream that tells the full TTL each time, which has no cache. Several caches behind one upstream are told
/// apart only where the end moves later: some answers are then missed, none is counted twice.
struct CacheEntries: Sendable {
  private var latest: [Vantage: Entry] = [:]

  fileprivate struct Entry: Sendable {
    var end: Timestamp
    var addresses: Set<IPAddress>
    var takenAt: Timestamp
    var askedAt: Timestamp
    /// The largest TTL seen: what an entry begins with.
    var fullTTL: Duration
  }

  /// TTLs are whole seconds, rounded by each cache on the way in its own manner.
  static let slack = Duration.seconds(2)
  /// What an age in whole seconds leaves out on average.
  fileprivate static let rounding = Duration.milliseconds(500)

  /// Takes in an answer. Gives back how it was found when it is independent, else nil.
  mutating func take(
    _ addresses: Set<IPAddress>, ttl: Duration, at vantage: Vantage, now: Timestamp
  ) -> NewEntry? {
    let end = now + ttl
    guard let previous = latest[vantage], now >= previous.askedAt else {
      // The first answer, or the wall clock went back: nothing is known of the entry before.
      let isShared = isShared(addresses, end: end, by: vantage)
      latest[vantage] = Entry(
        end: end, addresses: addresses, takenAt: now, askedAt: now, fullTTL: ttl)
      return isShared ? nil : NewEntry(hidden: .zero, span: .zero)
    }
    guard end > previous.end + Self.slack else {
      latest[vantage]?.askedAt = now
      return nil
    }
    let isShared = isShared(addresses, end: end, by: vantage)
    let fullTTL = max(previous.fullTTL, ttl)
    latest[vantage] = Entry(end: end, addresses: addresses, takenAt: now, askedAt: now, fullTTL: fullTTL)
    guard !isShared else { return nil }
    return NewEntry(
      hidden: previous.hidden(until: now, ttl: ttl, fullTTL: fullTTL), span: now - previous.takenAt)
  }

  /// Forgets a vantage that is asked no more.
  mutating func forget(_ vantage: Vantage) { latest[vantage] = nil }

  /// Whether another vantage gave the same addresses with the same end: two upstreams that forward to one cache look
  /// like that. Two caches that were filled in the same second do too, until one of them is filled at another moment;
  /// counted once they only make the estimate careful.
  private func isShared(_ addresses: Set<IPAddress>, end: Timestamp, by vantage: Vantage) -> Bool {
    latest.contains { other, entry in
      other != vantage && entry.addresses == addresses && end - entry.end <= Self.slack
        && entry.end - end <= Self.slack
    }
  }
}

/// How an independent answer was found.
struct NewEntry: Sendable {
  /// For how long clients behind the same cache may have been given it before we saw it.
  let hidden: Duration
  /// Since the entry before was seen first; zero for the first one.
  let span: Duration
}

extension CacheEntries.Entry {
  /// A new entry shows its age by what is missing from its full TTL. It can't be older than the end of the one before,
  /// or than our last look at that one if it was replaced early. Where a whole TTL fits into the gap, entries came and
  /// went unseen, and all of the gap counts.
  fileprivate func hidden(until now: Timestamp, ttl: Duration, fullTTL: Duration) -> Duration {
    let gap = now - end
    if gap >= fullTTL { return max(.zero, gap) }
    let age = fullTTL - ttl + CacheEntries.rounding
    return max(.zero, min(age, gap > .zero ? gap : now - askedAt))
  }
}
