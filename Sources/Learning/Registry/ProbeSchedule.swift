/// When the next round of a probe is due.
package struct ProbeSchedule: Sendable, Hashable {
  /// Never more often, whatever a configuration says: others pay for what a registry gives.
  package static let floor = Duration.seconds(600)

  private let every: Duration
  private var fruitless = 0

  /// - Parameter every: The time between rounds; below `floor` it counts as that.
  package init(every: Duration) { self.every = max(every, Self.floor) }

  /// How long to wait after a round. A tenth more or less, so that many sites don't ask at the same moment; never less
  /// than the floor or than the registry asked for.
  package mutating func wait(
    after round: RegistryRound, using random: inout some RandomNumberGenerator
  ) -> Duration {
    let asked = round.retryAfter ?? .zero
    var span = every
    if round.finds.isEmpty {
      // Sooner than the next regular round, as what failed may be over, but ever later.
      span = min(every, Self.floor * (1 << min(fruitless, 10)))
      fruitless += 1
    } else {
      fruitless = 0
    }
    let share = Double.random(in: -0.1...0.1, using: &random)
    let least = max(Self.floor, asked)
    // What many were told at once they shall not all do at once.
    return max(max(span, asked) * (1 + share), least * (1 + abs(share)))
  }
}
