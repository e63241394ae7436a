import DNS
import Deciding

/// A name server's addresses for one name: they are drawn by weight, and one after another is replaced.
struct MovingPool {
  private let scenario: PoolScenario
  private let weights: [Double]
  private var addresses: [IPAddress]
  private var nextAddress: UInt32
  private var movedAt: Timestamp
  private var random: SplitMix

  init(_ scenario: PoolScenario, seed: UInt64, firstAddress: UInt32 = 0x1400_0000, now: Timestamp) {
    self.scenario = scenario
    weights = (1...scenario.pool).map { scenario.weights == .zipf ? 1 / Double($0) : 1 }
    addresses = (0..<scenario.pool).map { IPAddress(v4: firstAddress + UInt32($0)) }
    nextAddress = firstAddress + UInt32(scenario.pool)
    movedAt = now
    random = SplitMix(state: seed)
  }

  /// Replaces what is due to be replaced.
  mutating func move(to now: Timestamp) {
    defer { movedAt = now }
    guard let lifetime = scenario.lifetime else { return }
    let chance = (now - movedAt) / lifetime
    for slot in addresses.indices where Double.random(in: 0..<1, using: &random) < chance {
      addresses[slot] = IPAddress(v4: nextAddress)
      nextAddress += 1
    }
  }

  /// An answer as the name server gives it to one of the two upstreams.
  mutating func draw(for upstream: Int) -> Set<IPAddress> {
    var slots = Array(addresses.indices)
    if scenario.isRegional {
      // Every fourth slot is given to both.
      slots.removeAll { $0 % 4 != 0 && $0 % 2 == upstream % 2 }
    }
    guard slots.count > scenario.answer else { return Set(slots.map { addresses[$0] }) }
    var drawn = Set<IPAddress>()
    var total = slots.reduce(0) { $0 + weights[$1] }
    for _ in 0..<scenario.answer {
      var rest = Double.random(in: 0..<total, using: &random)
      let index = slots.firstIndex { slot in
        rest -= weights[slot]
        return rest < 0
      }
      let slot = slots.remove(at: index ?? slots.endIndex - 1)
      drawn.insert(addresses[slot])
      total -= weights[slot]
    }
    return drawn
  }
}

/// A resolver's cache entry for one name, with whole seconds as Unbound keeps them: an entry lives through the second in
/// which its TTL comes to nothing.
struct PoolCache {
  private var addresses: Set<IPAddress> = []
  private var lastSecond = Int64.min
  /// By how much the seconds of its clock begin after ours.
  private let tick: Duration

  init(tick: Duration = .zero) { self.tick = tick }

  /// What a question gets: the entry, or a new one.
  mutating func answer(_ pool: inout MovingPool, ttl: Int64, upstream: Int, at now: Timestamp) -> (
    addresses: Set<IPAddress>, ttl: UInt32
  ) {
    let second = (now - tick).seconds
    if second > lastSecond {
      pool.move(to: now)
      addresses = pool.draw(for: upstream)
      lastSecond = second + ttl
    }
    return (addresses, UInt32(lastSecond - second))
  }
}
