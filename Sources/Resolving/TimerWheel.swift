/// Deadlines in ticks: adding one and finding those that are over cost the same however many there are. Entries are
/// never removed early; whoever takes one checks whether it still matters.
struct TimerWheel {
  /// How precise deadlines are, in nanoseconds.
  static let tick: UInt64 = 20_000_000
  private static let spokes = 512

  private var buckets = [[Entry]](repeating: [], count: spokes)
  private var current: UInt64

  private struct Entry {
    let token: UInt64
    let tick: UInt64
  }

  init(now: UInt64) { current = now / Self.tick }

  /// Arranges for `token` to be due at `deadline`, or up to one tick later.
  mutating func add(_ token: UInt64, at deadline: UInt64) {
    let tick = max(deadline / Self.tick, current) + 1
    buckets[Int(tick % UInt64(Self.spokes))].append(Entry(token: token, tick: tick))
  }

  /// Appends the tokens whose time is over by `now`, in the order of their ticks.
  mutating func advance(to now: UInt64, due: inout [UInt64]) {
    let target = now / Self.tick
    // After a long sleep one round sees every bucket.
    if target > current + UInt64(Self.spokes) { current = target - UInt64(Self.spokes) }
    while current < target {
      current += 1
      let spoke = Int(current % UInt64(Self.spokes))
      if buckets[spoke].isEmpty { continue }
      var later = [Entry]()
      for entry in buckets[spoke] {
        if entry.tick <= target { due.append(entry.token) } else { later.append(entry) }
      }
      buckets[spoke].removeAll(keepingCapacity: later.isEmpty)
      buckets[spoke] += later
    }
  }
}
