/// When an address was in a set: from the generation that brought it to the one that took it away.
package struct Membership: Hashable, Sendable {
  /// The set; an address may be in several at once.
  package let set: SetName
  /// The generation that brought it.
  package let entered: GenerationRecord
  /// Nil while it is in the set.
  package let left: GenerationRecord?
  /// Whether an older generation, which is not kept any more, may have brought it.
  package let orBefore: Bool

  /// One stay of an address in a set: coming back begins another.
  package init(set: SetName, entered: GenerationRecord, left: GenerationRecord?, orBefore: Bool = false) {
    self.set = set
    self.entered = entered
    self.left = left
    self.orBefore = orBefore
  }

  /// The order in which stays are told: newest first, then by set.
  package static func isNewer(_ left: Membership, _ right: Membership) -> Bool {
    (right.entered.at, right.entered.generation, left.set)
      < (left.entered.at, left.entered.generation, right.set)
  }

  /// Stays of one address by several elements, where one that ends with the generation that brought the next is the same
  /// stay: the prefix around the address only became another.
  package static func joined(_ stays: [Membership]) -> [Membership] {
    var joined = [Membership]()
    for stay in stays.sorted(by: { ($0.set, $0.entered.generation) < ($1.set, $1.entered.generation) }) {
      if let last = joined.last, last.set == stay.set, last.left == stay.entered {
        joined[joined.count - 1] = Membership(
          set: last.set, entered: last.entered, left: stay.left, orBefore: last.orBefore)
      } else {
        joined.append(stay)
      }
    }
    return joined
  }
}
