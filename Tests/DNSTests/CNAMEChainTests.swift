import DNS
import Testing

@Suite struct CNAMEChainTests {
  private func name(_ text: String) -> DomainName { DomainName(canonical: text) }

  private func alias(_ owner: String, _ target: String, ttl: UInt32 = 60) -> ResourceRecord {
    ResourceRecord(owner: name(owner), type: .cname, ttl: TTL(wire: ttl), data: .name(name(target)))
  }

  private func address(_ owner: String, _ last: UInt8, ttl: UInt32 = 60) -> ResourceRecord {
    ResourceRecord(
      owner: name(owner), type: .a, ttl: TTL(wire: ttl),
      data: .address(IPAddress(v4: 0xc000_0200 + UInt32(last))))
  }

  private func chain(_ answers: [ResourceRecord]) -> CNAMEChain {
    CNAMEChain(Question(name("start.test"), .a), answers: answers)
  }

  /// `start.test` → `n1.test` → … with `count` aliases.
  private func aliases(_ count: Int) -> [ResourceRecord] {
    (0..<count).map { alias($0 == 0 ? "start.test" : "n\($0).test", "n\($0 + 1).test") }
  }

  @Test func `The order of the records doesn't matter`() {
    let records = [
      alias("start.test", "a.test", ttl: 30), alias("a.test", "b.test", ttl: 20),
      address("b.test", 1, ttl: 40),
    ]
    for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0], [2, 0, 1]] {
      let chain = chain(order.map { records[$0] })
      #expect(chain.links.map(\.target.text) == ["a.test", "b.test"])
      #expect(chain.addresses == [records[2]] && chain.outOfChain.isEmpty && !chain.isBroken)
      #expect(chain.smallestTTL?.seconds == 20)
    }
  }

  @Test func `A name that owns its addresses has no aliases`() {
    let chain = chain([address("start.test", 1), address("start.test", 2)])
    #expect(chain.links.isEmpty && chain.addresses.count == 2 && !chain.isBroken)
  }

  @Test func `An empty answer is no broken chain`() {
    let chain = chain([])
    #expect(chain.links.isEmpty && chain.addresses.isEmpty && !chain.isBroken && chain.smallestTTL == nil)
  }

  @Test(arguments: [1, 2, 5, 16])
  func `A loop is broken and gives no addresses, however long it is`(length: Int) {
    var answers = aliases(length - 1)
    answers.append(alias(length == 1 ? "start.test" : "n\(length - 1).test", "start.test"))
    let chain = chain(answers + [address("start.test", 1)])
    #expect(chain.isBroken && chain.addresses.isEmpty && chain.outOfChain.count == 1)
  }

  @Test func `A loop behind the QNAME is found too`() {
    #expect(
      chain([alias("start.test", "a.test"), alias("a.test", "b.test"), alias("b.test", "a.test")]).isBroken)
  }

  @Test func `Sixteen aliases are followed, seventeen are not`() {
    let longest = chain(aliases(16) + [address("n16.test", 1)])
    #expect(!longest.isBroken && longest.links.count == 16 && longest.addresses.count == 1)
    let longer = chain(aliases(17) + [address("n17.test", 1)])
    #expect(longer.isBroken && longer.addresses.isEmpty && longer.outOfChain.count == 1)
  }

  @Test func `Of two aliases with one owner the first counts, and a repeated one does no harm`() {
    let repeated = chain([alias("start.test", "a.test"), alias("start.test", "a.test"), address("a.test", 1)])
    #expect(repeated.links.count == 1 && repeated.addresses.count == 1 && !repeated.isBroken)
    let forked = chain([
      alias("start.test", "a.test"), alias("start.test", "b.test"), address("b.test", 2),
      address("a.test", 1),
    ])
    #expect(forked.addresses == [address("a.test", 1)] && forked.outOfChain == [address("b.test", 2)])
  }

  @Test func `Addresses that the chain doesn't lead to are kept apart`() {
    let chain = chain([
      alias("start.test", "a.test"), address("start.test", 1), address("a.test", 2), address("evil.test", 3),
      alias("other.test", "evil.test"),
    ])
    #expect(chain.links.count == 1)
    #expect(chain.addresses == [address("a.test", 2)])
    #expect(chain.outOfChain.map(\.owner.text) == ["start.test", "evil.test"])
  }

  @Test func `Records of another type are neither addresses nor out of the chain`() {
    let other = ResourceRecord(
      owner: name("start.test"), type: .aaaa, ttl: TTL(wire: 60), data: .address(IPAddress(v6: 1)))
    let chain = chain([other, address("start.test", 1)])
    #expect(chain.addresses == [address("start.test", 1)] && chain.outOfChain.isEmpty)
  }
}
