import DNS
import Deciding

/// Lookups of one batch, each distinct answer once: of equal ones only the last is kept.
struct GivenAnswers: Sendable {
  /// The most distinct answers of one batch; a flood can't make it larger.
  static let most = 4096
  /// How many of these are kept free for addresses: a flood of random labels brings denials, which must not crowd out
  /// what clients were really given.
  static let keptForAddresses = 1024

  private var kept = [Key: (order: Int, lookup: Lookup)]()
  private var count = 0

  /// The same question with the same outcome and records, whatever is left of their TTLs and in whatever order they
  /// stand. The hash is keyed at the start of the process, so nobody can make two answers share it.
  private struct Key: Hashable {
    let question: Question
    let answer: Int

    init(_ lookup: Lookup) {
      question = lookup.question
      var hasher = Hasher()
      hasher.combine(lookup.outcome)
      for link in lookup.chain.links { hasher.combine(link.target) }
      hasher.combine(Self.sum(lookup.chain.addresses))
      hasher.combine(Self.sum(lookup.chain.outOfChain))
      answer = hasher.finalize()
    }

    private static func sum(_ records: [ResourceRecord]) -> Int {
      records.reduce(0) { sum, record in
        var hasher = Hasher()
        hasher.combine(record.owner)
        hasher.combine(record.data)
        return sum &+ hasher.finalize()
      }
    }
  }

  var isEmpty: Bool { kept.isEmpty }

  /// Keeps a lookup; false when there is no room for another.
  mutating func add(_ lookup: Lookup) -> Bool {
    let key = Key(lookup)
    let room = lookup.outcome == .answer ? Self.most : Self.most - Self.keptForAddresses
    guard kept.count < room || kept[key] != nil else { return false }
    count += 1
    kept[key] = (count, lookup)
    return true
  }

  /// The lookups in the order in which they were last seen.
  var lookups: [Lookup] { kept.values.sorted { $0.order < $1.order }.map(\.lookup) }
}
