/// One alias of a chain.
package struct CNAMELink: Hashable, Sendable {
  package let owner: DomainName
  package let target: DomainName
  package let ttl: TTL

  package init(owner: DomainName, target: DomainName, ttl: TTL) {
    self.owner = owner
    self.target = target
    self.ttl = ttl
  }
}

/// The aliases from a QNAME to the owner of the addresses, and what an answer section held beside them.
///
/// Records are linked by owner, never by their order in the packet, which servers do not promise.
package struct CNAMEChain: Hashable, Sendable {
  /// The aliases in order from the QNAME; empty when the QNAME owns the addresses itself.
  package let links: [CNAMELink]
  /// Address records of the asked type whose owner is the end of the chain.
  package let addresses: [ResourceRecord]
  /// Address records with another owner: DNS did not give them for this name.
  package let outOfChain: [ResourceRecord]
  /// Whether the aliases form a loop or are more than `longest`.
  package let isBroken: Bool

  /// The most aliases that are followed; longer chains count as broken (real ones have 5, `reference/mcr.md` C8).
  package static let longest = 16

  /// Follows the aliases of `answers` from the question's name.
  package init(_ question: Question, answers: [ResourceRecord]) {
    // Searched, not hashed: at most 17 passes over a few records, and one for a reply without aliases.
    func link(from owner: DomainName) -> CNAMELink? {
      for record in answers where record.type == .cname && record.owner == owner {
        if case .name(let target) = record.data {
          return CNAMELink(owner: owner, target: target, ttl: record.ttl)
        }
      }
      return nil
    }
    var links = [CNAMELink]()
    var end = question.name
    var isLoop = false
    var isTooLong = false
    while let link = link(from: end) {
      if links.count == Self.longest {
        isTooLong = true
        break
      }
      links.append(link)
      end = link.target
      // A loop comes back to an owner that was already followed.
      isLoop = links.contains { $0.owner == end }
      if isLoop { break }
    }
    isBroken = isLoop || isTooLong
    self.links = links
    let owned = answers.filter { $0.type == question.type }
    addresses = isBroken ? [] : owned.filter { $0.owner == end }
    outOfChain = isBroken ? owned : owned.filter { $0.owner != end }
  }

  /// The smallest TTL of the aliases and addresses: when a client could first see something new. Nil when the answer
  /// held neither.
  package var smallestTTL: TTL? {
    (links.map(\.ttl) + addresses.map(\.ttl)).min()
  }
}
