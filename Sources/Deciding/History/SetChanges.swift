package import DNS

/// What entered and left a set between two generations, with when and why: for a person or program that follows a set
/// and must account for each rule.
package struct SetChanges: Hashable, Sendable {
  /// The addresses alone, all of them.
  package let difference: SetDifference
  /// Of what entered, the first `longest`.
  package let entered: [Entry]
  /// Of what left, the first `longest`.
  package let left: [Departure]

  /// A difference with what is known of its addresses.
  package init(difference: SetDifference, entered: [Entry], left: [Departure]) {
    self.difference = difference
    self.entered = entered
    self.left = left
  }

  /// The most addresses of each kind that are told with their reasons: each costs two look-ups in the history.
  package static let longest = 1000

  /// An element that entered.
  package struct Entry: Hashable, Sendable {
    /// It as it is in the newer generation.
    package let element: SetElement
    /// The generation that brought it; nil when the history no longer tells.
    package let generation: GenerationRecord?
  }

  /// An element that left.
  package struct Departure: Hashable, Sendable {
    /// A single address where names gave it.
    package let prefix: IPPrefix
    /// The generation that took it away; nil when the history no longer tells.
    package let generation: GenerationRecord?
    /// When an answer last held it; nil when the history no longer tells.
    package let lastSeen: Timestamp?
    /// Nil when the history no longer tells.
    package let reason: DepartureReason?
  }

  /// Reads from the history what explains a difference that ends with `snapshot`.
  ///
  /// - Parameter policy: the set's, by which an expiry is told from a decision; nil tells no reason.
  /// - Throws: what the reader throws.
  package static func gather(
    _ difference: SetDifference, to snapshot: Snapshot, _ policy: SetPolicy?, from history: any HistoryReader
  ) async throws -> SetChanges {
    let wanted = Set(difference.entered.prefix(longest))
    var entered = [Entry]()
    for element in snapshot.elements where wanted.contains(element.prefix) {
      let stays = try await history.stays(of: element.prefix)
      let stay = stays.first { $0.set == snapshot.set && $0.entered.generation <= difference.to }
      entered.append(Entry(element: element, generation: stay?.entered))
    }
    var left = [Departure]()
    for prefix in difference.left.prefix(longest) {
      let stays = try await history.stays(of: prefix)
      let end = stays.lazy.filter { $0.set == snapshot.set }.compactMap(\.left).first {
        $0.generation <= difference.to
      }
      let window = Timestamp(milliseconds: 0)...(end?.at ?? snapshot.at)
      // Prefixes came of service tags: what DNS gave inside them tells nothing of them.
      let isNamed = prefix.isHost && policy?.isGivenByTags != true
      let intervals =
        isNamed
        ? try await history.intervals(giving: prefix, in: window, limit: Explanation.longest) : []
      let reason: DepartureReason? =
        if policy?.excludesPart(of: prefix) == true {
          .excluded
        } else if isNamed {
          policy.flatMap { DepartureReason(intervals, of: $0) }
        } else {
          policy.map { $0.isGivenByTags ? .untagged : .revoked }
        }
      left.append(
        Departure(
          prefix: prefix, generation: end, lastSeen: intervals.map(\.observation.lastSeen).max(),
          reason: reason))
    }
    return SetChanges(difference: difference, entered: entered, left: left)
  }
}
