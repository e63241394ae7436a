/// Many names of which few move, and a budget that may be too small for all of them.
package struct ScarceScenario: Sendable {
  /// Questions that may go out in a second.
  package let queriesPerSecond: Int
  /// The coverage that the set wants; at 0 every known name is at its target, so that none goes before another.
  package let target: Double
  /// Names with few addresses that stay.
  package let resting: Int
  /// Names with many addresses that are replaced one after another.
  package let moving: Int
  /// Of all addresses, in seconds.
  package let ttl: Int64

  package init(
    queriesPerSecond: Int, target: Double = 0.999, resting: Int = 50, moving: Int = 10, ttl: Int64 = 20
  ) {
    self.queriesPerSecond = queriesPerSecond
    self.target = target
    self.resting = resting
    self.moving = moving
    self.ttl = ttl
  }

  /// How many questions a second would ask each name at the edge of each of its cache entries.
  package var demand: Double { Double(resting + moving) / Double(ttl + 1) }

  /// The pool of the name with this number: the moving ones stand first.
  func pool(_ number: Int) -> PoolScenario {
    number < moving
      ? PoolScenario(pool: 8, ttl: ttl, lifetime: .seconds(3600)) : PoolScenario(pool: 3, ttl: ttl)
  }
}
