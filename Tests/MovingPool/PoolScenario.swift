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

extension PoolScenario {
  /// Pools of 3 to 64, both weights, answers of 1 to 8, TTLs of 5 to 300 s, addresses that stay or are replaced each day,
  /// in six hours or in one; then regional views.
  package static var all: [PoolScenario] {
    var all = [PoolScenario]()
    let lifetimes: [Duration?] = [nil] + [24, 6, 1].map { .seconds($0 * 3600) }
    for pool in [3, 8, 16, 64] {
      for weights in Weights.allCases {
        for answer in [1, 4, 8] where answer <= pool {
          for ttl in [5, 20, 60, 300] as [Int64] {
            all += lifetimes.map {
              PoolScenario(pool: pool, weights: weights, answer: answer, ttl: ttl, lifetime: $0)
            }
          }
        }
      }
    }
    for pool in [16, 64] {
      for ttl in [20, 300] as [Int64] {
        all += lifetimes.map {
          PoolScenario(pool: pool, weights: .zipf, answer: 2, ttl: ttl, lifetime: $0, isRegional: true)
        }
      }
    }
    return all
  }
}
