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
    var edge: EntryEdge
  }

  /// TTLs are whole seconds, rounded by each cache on the way in its own manner.
  static let slack = Duration.seconds(2)
  /// What passes at least until a new entry is in the set: a reply travels, is stored and published.
  fileprivate static let leastHidden = Duration.milliseconds(50)

  /// Takes in an answer. Gives back how it was found when it is independent, else nil.
  mutating func take(_ addresses: Set<IPAddress>, _ look: CacheLook, at vantage: Vantage) -> NewEntry? {
    let (now, ttl) = (look.received, look.ttl)
    let end = now + ttl
    guard var entry = latest[vantage], now >= entry.askedAt else {
      // The first answer, or the wall clock went back: nothing is known of the entry before.
      let isShared = isShared(addresses, end: end, by: vantage)
      latest[vantage] = Entry(
        end: end, addresses: addresses, takenAt: now, askedAt: now, fullTTL: ttl, edge: EntryEdge(look))
      return isShared ? nil : NewEntry(hidden: .zero, span: .zero)
    }
    let previous = entry
    entry.edge.take(look)
    entry.askedAt = now
    guard end > previous.end + Self.slack else {
      latest[vantage] = entry
      return nil
    }
    entry.end = end
    entry.addresses = addresses
    entry.takenAt = now
    entry.fullTTL = max(previous.fullTTL, ttl)
    let isShared = isShared(addresses, end: end, by: vantage)
    latest[vantage] = entry
    guard !isShared else { return nil }
    let began = entry.edge.beginning(fullTTL: entry.fullTTL)
    return NewEntry(
      hidden: previous.hidden(until: now, began: began, fullTTL: entry.fullTTL), span: now - previous.takenAt)
  }

  /// When to ask a vantage next, so that what follows its entry is seen as soon as it is there; nil when that can't be
  /// told, or when entries come and go faster than `floor` lets us ask.
  func nextLook(at vantage: Vantage, floor: Duration, mayBeEarly: Bool) -> Timestamp? {
    guard let entry = latest[vantage], entry.fullTTL + .seconds(1) >= floor else { return nil }
    return entry.edge.nextLook(floor: floor, mayBeEarly: mayBeEarly)
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
  /// For how long an entry that began at `began` or later may have stood unseen. It can't be older than the end of this
  /// one, or than our last look at this one if it was replaced early. Where a whole TTL fits into the gap, entries came
  /// and went unseen, and all of the gap counts.
  fileprivate func hidden(until now: Timestamp, began: Timestamp, fullTTL: Duration) -> Duration {
    let gap = now - min(edge.earliest, now)
    if gap >= fullTTL { return gap }
    return max(CacheEntries.leastHidden, min(now - began, gap > .zero ? gap : now - askedAt))
  }
}
