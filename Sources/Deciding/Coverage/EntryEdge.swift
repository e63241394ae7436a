/// When a cache entry of one question ends at one vantage, as bounds that each look at it narrows.
///
/// A resolver counts TTLs in whole seconds of its own clock, so the moment at which an entry's TTL comes to nothing is a
/// tick of that clock: a look that finds the TTL r lies less than a second before the tick r seconds away. The ticks of
/// all entries are whole seconds apart, so what one entry tells of them holds for the next. Some resolvers give an entry
/// through the second in which its TTL is nothing (Unbound), others stop at the tick (BIND): an entry that is seen with
/// TTL 0 tells which.
///
/// The bounds are not kept over a restart. They begin a second wide and halve with each entry: the first new entry of each
/// question may be seen as late as the floor (a look in its last second tells that it outlasts its tick), the next few up to
/// a second. Clients miss something only in that time, and only where the entry brings an address that nothing held.
struct EntryEdge: Sendable {
  /// The tick is after this and not after `tickBy`; microseconds since 1970.
  private var tickAfter: Int64
  private var tickBy: Int64
  /// Whether an entry lasts through the second after its tick; nil while nobody knows.
  private(set) var outlastsTick: Bool?
  /// Looks that found this entry at its end though a new one was hoped for.
  private var earlyLooks = 0
  private var askedAt: Timestamp
  private var seenAt: Timestamp
  /// Whether the last look came sooner after the one before than the floor allows.
  private var wasShort = false
  /// When bounds were last widened, since clocks run apart.
  private var widenedAt: Timestamp

  private static let second: Int64 = 1_000_000
  /// Bounds this close are not narrowed further, as it takes an extra question; so is the network's delay.
  static let fine = Duration.milliseconds(20)
  /// How far two clocks may run apart: quartz is off by at most 50 millionths, each.
  private static let millionthsOfDrift: Int64 = 100

  /// The first look at an entry.
  init(_ look: CacheLook) {
    (tickAfter, tickBy) = Self.ticks(of: look)
    (askedAt, seenAt, widenedAt) = (look.sent, look.received, look.received)
  }

  /// The entry doesn't end before this, as far as is known.
  var earliest: Timestamp {
    Timestamp(milliseconds: (tickAfter + (outlastsTick == true ? Self.second : 0)) / 1000)
  }

  /// When a question surely finds that it ended; while it isn't known whether it outlasts its tick, the sooner of both.
  var latest: Timestamp { Timestamp(milliseconds: end(tickBy) / 1000 + 1) }

  /// The earliest moment at which the entry seen now can have begun, if it began with this TTL.
  func beginning(fullTTL: Duration) -> Timestamp {
    Timestamp(milliseconds: tickAfter / 1000) - fullTTL
  }

  /// Takes in another look: at the same entry, or at one that followed.
  mutating func take(_ look: CacheLook) {
    (wasShort, askedAt, seenAt) = (!wasShort && look.sent - askedAt < look.floor, look.sent, look.received)
    widen(until: look.received)
    let ticks = Self.ticks(of: look)
    if ticks.after < tickBy && tickAfter < ticks.by {
      if look.ttl == .zero { outlastsTick = true }
      let sent = Self.micro(look.sent)
      if sent >= end(tickAfter) { earlyLooks += 1 }
      (tickAfter, tickBy) = (max(tickAfter, ticks.after), min(tickBy, ticks.by))
      tickAfter = max(tickAfter, min(sent - lasting, tickBy - 1))
    } else {
      noteNew(look)
      earlyLooks = 0
      follow(to: ticks)
    }
  }

  /// When to look next, so that the entry that follows is seen as soon as it may be there; nil when this one should
  /// have ended already, so that the bounds are worth nothing.
  ///
  /// While the bounds are wide the look falls between them: it halves them, and if it comes too early one more follows at
  /// the later. The wait is at least `floor` from the last question on, but for one wait in two: no three questions
  /// come within a floor.
  ///
  /// - Parameter mayBeEarly: whether a question may go to finding the end; else the look is where it surely is, as far as
  ///   that is known.
  func nextLook(floor: Duration, mayBeEarly: Bool = true) -> Timestamp? {
    let (after, by) = (end(tickAfter), end(tickBy))
    guard Self.micro(seenAt) <= by else { return nil }
    let middle = max(after, Self.micro(seenAt)) / 2 + by / 2
    let isWide = by - after > Self.fine.milliseconds * 1000
    let mayRepeat = mayBeEarly && earlyLooks == 0 && middle - Self.micro(askedAt) >= floor.milliseconds * 1000
    let look = Timestamp(milliseconds: (isWide && mayRepeat ? middle : by) / 1000 + 1)
    return wasShort ? max(look, askedAt + floor) : look
  }

  /// Of an entry that came when the last was expected to end: it tells of that one's end, unless it was replaced early.
  private mutating func noteNew(_ look: CacheLook) {
    let (sent, received) = (Self.micro(look.sent), Self.micro(look.received))
    if outlastsTick == nil, sent >= tickBy, received < tickAfter + Self.second { outlastsTick = false }
    let by = received - lasting
    if by > tickAfter, by < tickBy { tickBy = by }
  }

  /// Ticks are whole seconds apart: moves the bounds to those of the new entry's tick that agree with a look at it. Where
  /// two seconds do, one only by the time that the reply took, the other counts.
  private mutating func follow(to seen: (after: Int64, by: Int64)) {
    let first = (seen.after - tickBy).quotientRoundedDown(by: Self.second) + 1
    let last = max(first, (seen.by - tickAfter - 1).quotientRoundedDown(by: Self.second))
    let parts = (first...min(last, first + 3)).map { seconds in
      let shift = seconds * Self.second
      return (after: max(tickAfter + shift, seen.after), by: min(tickBy + shift, seen.by))
    }.filter { $0.after < $0.by }
    let delay = seen.by - seen.after - Self.second
    let likely = parts.filter { $0.by - $0.after > delay }
    let kept = likely.isEmpty ? parts : likely
    if let low = kept.first, let high = kept.last {
      (tickAfter, tickBy) = (low.after, high.by)
    } else {
      (tickAfter, tickBy) = seen
    }
  }

  private mutating func widen(until now: Timestamp) {
    let slip = max(0, (now - widenedAt).milliseconds) * Self.millionthsOfDrift / 1000
    guard slip > 0 || now < widenedAt else { return }
    widenedAt = now
    tickAfter -= slip
    tickBy += slip
  }

  private var lasting: Int64 { outlastsTick == true ? Self.second : 0 }

  private func end(_ tick: Int64) -> Int64 { tick + lasting }

  /// The tick that a look tells of; moments are rounded down to milliseconds.
  private static func ticks(of look: CacheLook) -> (after: Int64, by: Int64) {
    let ttl = look.ttl.milliseconds * 1000
    return (micro(look.sent) + ttl - second, micro(look.received) + ttl + 1000)
  }

  private static func micro(_ moment: Timestamp) -> Int64 { moment.milliseconds * 1000 }
}

extension Int64 {
  fileprivate func quotientRoundedDown(by divisor: Int64) -> Int64 {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? quotient - 1 : quotient
  }
}
