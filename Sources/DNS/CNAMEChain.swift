/// One alias of a chain.
package struct CNAMELink: Hashable, Sendable {
  /// The name that is an alias.
  package let owner: DomainName
  /// The name that it stands for: the canonical name, or the next alias.
  package let target: DomainName
  /// How long the alias may be cached. Behind a caching resolver it is what is left of it.
  package let ttl: TTL

  /// Makes an alias; `owner` and `target` may be equal, which `CNAMEChain` finds to be a loop.
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
    var links = [CNAMELink]()
    var end = question.name
    var isLoop = false
    var isTooLong = false
    while let link = Self.link(from: end, in: answers) {
      if links.count == Self.longest {
        isTooLong = true
        break
      }
      if links.isEmpty { links.reserveCapacity(min(answers.count, Self.longest)) }
      links.append(link)
      end = link.target
      // A loop comes back to an owner that was already followed.
      isLoop = links.contains { $0.owner == end }
      if isLoop { break }
    }
    isBroken = isLoop || isTooLong
    self.links = links
    var addresses = [ResourceRecord]()
    var outOfChain = [ResourceRecord]()
    for record in answers where record.type == question.type {
      if !isBroken, record.owner == end {
        if addresses.isEmpty { addresses.reserveCapacity(answers.count - links.count) }
        addresses.append(record)
      } else {
        outOfChain.append(record)
      }
    }
    self.addresses = addresses
    self.outOfChain = outOfChain
  }

  /// Searched, not hashed: at most 17 passes over a few records, and one for a reply without aliases.
  private static func link(from owner: DomainName, in answers: [ResourceRecord]) -> CNAMELink? {
    for record in answers where record.type == .cname && record.owner == owner {
      if case .name(let target) = record.data {
        return CNAMELink(owner: owner, target: target, ttl: record.ttl)
      }
    }
    return nil
  }

  /// The smallest TTL of the aliases and addresses: when a client could first see something new. Nil when the answer
  /// held neither.
  package var smallestTTL: TTL? {
    (links.map(\.ttl) + addresses.map(\.ttl)).min()
  }
}
