/// Which question goes first when more is due than the budget lets ask.
///
/// A new answer is worth a question where part of the pool is unseen: there a client may be given what the set lacks. Where
/// coverage is at its target the next answer most likely holds what is held already, so such a question gives way, up to
/// the ceiling: from then on nothing goes before it. Among equals go names that clients use now, then what is due
/// longest.
package struct Precedence: Hashable, Sendable {
  /// Whether the coverage of its question isn't known to be at the target of its set.
  package let isBelowTarget: Bool
  /// Whether clients were seen to use its name lately.
  package let isInUse: Bool

  /// As most questions begin: nothing is known of their coverage.
  package init(isBelowTarget: Bool = true, isInUse: Bool = false) {
    self.isBelowTarget = isBelowTarget
    self.isInUse = isInUse
  }

  /// How many there are.
  static let count = 4

  /// 0 goes first.
  var rank: Int { (isBelowTarget ? 0 : 2) + (isInUse ? 0 : 1) }
}
