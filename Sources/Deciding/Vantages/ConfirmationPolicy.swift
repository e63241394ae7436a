/// How many vantages must give an address that is far from all that its name ever had, before it is believed.
package struct ConfirmationPolicy: Sendable, Hashable {
  /// 1 believes each vantage at once.
  package let vantages: Int
  /// How long such an address waits at most for another vantage.
  package let atMost: Duration
  /// What becomes of it then.
  package let afterwards: Afterwards

  /// What becomes of an address that nobody confirmed in time.
  package enum Afterwards: String, Sendable, Hashable, CaseIterable {
    /// It is let in: nobody is kept out for longer than the wait.
    case admit
    /// It stays out until another vantage gives it.
    case refuse
  }

  /// Off unless `vantages` is 2 or more.
  package init(
    vantages: Int = 1, atMost: Duration = Self.defaultAtMost, afterwards: Afterwards = .admit
  ) {
    self.vantages = vantages
    self.atMost = atMost
    self.afterwards = afterwards
  }

  /// 5 min: one TTL ceiling, after which other caches have the new address too.
  package static let defaultAtMost = Duration.seconds(300)

  /// Whether any address waits.
  package var isOn: Bool { vantages > 1 }
}
