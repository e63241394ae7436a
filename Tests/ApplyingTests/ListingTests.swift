import Applying
import DNS
import Testing

@Suite struct ListingTests {
  static let head =
    #"{"nftables": [{"metainfo": {"version": "1.0.6"}}, {"set": {"family": "inet", "name": "mcr4", "table": "postern", "#

  @Test("a set of nft is read with addresses, prefixes and ranges, and what expires apart")
  func nft() throws {
    let text =
      Self.head + #"""
        "type": "ipv4_addr", "handle": 1, "flags": ["interval"], "elem": [{"prefix": {"addr": "10.0.0.0", "len": 8}},
        {"range": ["30.0.0.1", "30.0.0.2"]}, "30.0.0.4", {"elem": {"val": "30.0.0.9", "timeout": 60, "expires": 59}},
        {"elem": {"val": {"range": ["30.0.1.1", "30.0.1.2"]}, "comment": "x"}}]}}]}
        """#
    let held = try #require(NFTListing.read(Array(text.utf8), family: .ipv4))
    #expect(held.fault == nil)
    #expect(
      try held.ranges == Samples.ranges(["10.0.0.0/8", "30.0.0.1-30.0.0.2", "30.0.0.4", "30.0.1.1-30.0.1.2"]))
    #expect(try held.expiring == Samples.ranges(["30.0.0.9"]))
  }

  @Test(
    "a set of nft that can't be ours is told, and a text that is none is no set",
    arguments: [
      (#""type": "ipv6_addr", "flags": ["interval"]}}]}"#, true),
      (#""type": ["ipv4_addr", "inet_service"], "flags": ["interval"]}}]}"#, true),
      (#""type": "ipv4_addr"}}]}"#, true),
      (#""type": "ipv4_addr", "flags": "interval"}}]}"#, false),
      (#""type": "ipv4_addr", "flags": ["constant", "interval"]}}]}"#, true),
    ])
  func unfit(_ rest: String, isFault: Bool) throws {
    let held = try #require(NFTListing.read(Array((Self.head + rest).utf8), family: .ipv4))
    #expect((held.fault != nil) == isFault)
  }

  @Test("a cut listing is never taken for a smaller set", arguments: [0, 20, 150, 300])
  func cut(_ count: Int) {
    let text =
      Self.head
      + #""type": "ipv4_addr", "flags": ["interval"], "elem": ["30.0.0.4", "30.0.0.5", "30.0.0.6"]}}]}"#
    #expect(NFTListing.read(Array(text.utf8.prefix(min(count, text.utf8.count - 1))), family: .ipv4) == nil)
  }

  @Test("a set of ipset is read with its capacity; exceptions and expiring elements are not its content")
  func ipset() throws {
    let text = """
      create mcr4 hash:net family inet hashsize 1024 maxelem 4 timeout 30 bucketsize 12 initval 0x499e9115
      add mcr4 20.0.0.9 timeout 0
      add mcr4 20.0.0.0/30 timeout 0
      add mcr4 20.0.0.5 timeout 17
      add mcr4 20.0.0.6 timeout 0 nomatch

      """
    let held = try #require(IPSetListing.read(Array(text.utf8), family: .ipv4))
    #expect(try held.ranges == Samples.ranges(["20.0.0.0/30", "20.0.0.9"]))
    #expect(try held.expiring == Samples.ranges(["20.0.0.5", "20.0.0.6"]))
    #expect(held.capacity == 4)
    #expect(held.hasTimeout)
  }

  @Test(
    "a set of ipset of another kind or family is told",
    arguments: [
      "create mcr4 hash:ip family inet maxelem 4", "create mcr4 hash:net family inet6 maxelem 4",
      "create mcr4 list:set size 8",
    ])
  func unlike(_ line: String) throws {
    #expect(try #require(IPSetListing.read(Array("\(line)\n".utf8), family: .ipv4)).fault != nil)
  }

  @Test("neighbours become one range, as nft merges them, and the families stay apart")
  func merging() throws {
    let set = try Samples.prefixes([
      "20.0.0.1", "20.0.0.2/31", "20.0.0.8", "255.255.255.255", "::/127", "::2",
    ])
    #expect(
      try AddressRange.merging(set, .ipv4)
        == Samples.ranges(["20.0.0.1-20.0.0.3", "20.0.0.8", "255.255.255.255"]))
    #expect(try AddressRange.merging(set, .ipv6) == Samples.ranges(["::-::2"]))
  }

  @Test("the kernel's message of a removal is told from others and from noise")
  func events() {
    func message(_ type: UInt8, _ subsystem: UInt8, length: UInt8 = 20) -> [UInt8] {
      [length, 0, 0, 0, type, subsystem, 0, 0] + [UInt8](repeating: 0, count: 12)
    }
    #expect(RuleEvents.isRemoval(message(14, 10)[...]))
    #expect(RuleEvents.isRemoval((message(12, 10) + message(2, 10))[...]))
    #expect(!RuleEvents.isRemoval((message(12, 10) + message(2, 1))[...]))
    #expect(!RuleEvents.isRemoval(message(14, 10, length: 0)[...]))
    #expect(!RuleEvents.isRemoval(message(12, 10, length: 255)[...]))
    #expect(!RuleEvents.isRemoval([]))
  }
}
