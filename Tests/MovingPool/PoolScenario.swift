import Deciding

/// How a name's addresses move, and how many of them an answer holds.
package struct PoolScenario: Sendable, CustomStringConvertible {
  /// How often each address is answered.
  package enum Weights: String, Sendable, CaseIterable {
    case uniform
    /// As 1 by its rank.
    case zipf
  }

  package let pool: Int
  package let weights: Weights
  /// Addresses in an answer, drawn without putting back.
  package let answer: Int
  /// Whole seconds.
  package let ttl: Int64
  /// How long an address stays in the pool on average, before another takes its place; nil for ever.
  package let lifetime: Duration?
  /// Whether each of the two upstreams is given only half of the pool and the quarter that both are given.
  package let isRegional: Bool

  package init(
    pool: Int, weights: Weights = .uniform, answer: Int = 1, ttl: Int64 = 60, lifetime: Duration? = nil,
    isRegional: Bool = false
  ) {
    self.pool = pool
    self.weights = weights
    self.answer = answer
    self.ttl = ttl
    self.lifetime = lifetime
    self.isRegional = isRegional
  }

  package var description: String {
    let life = lifetime.map { "each \($0.milliseconds / 3_600_000) h" } ?? "never"
    return
      "\(pool) \(weights.rawValue)\(isRegional ? " regional" : ""), \(answer) of TTL \(ttl), replaced \(life)"
  }
}
