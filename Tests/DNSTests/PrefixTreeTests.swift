import DNS
import Testing

@Suite struct PrefixTreeTests {
  private func tree(_ texts: [String]) throws -> PrefixTree {
    PrefixTree(try texts.map { try #require(IPPrefix($0)) })
  }

  @Test(
    "an address would miss a tag if only the longest prefix, or only the widest, were found",
    arguments: [
      ("20.0.1.5", ["20.0.1.0/24", "20.0.0.0/16", "20.0.0.0/8"]),
      ("20.0.2.5", ["20.0.0.0/16", "20.0.0.0/8"]),
      ("20.9.0.1", ["20.0.0.0/8"]), ("21.0.0.0", []), ("19.255.255.255", []),
      ("20.0.1.77", ["20.0.1.77", "20.0.1.0/24", "20.0.0.0/16", "20.0.0.0/8"]),
      ("2603::1", ["2603::/16"]), ("::1400:105", []),
    ])
  func nested(_ address: String, _ expected: [String]) throws {
    let tree = try tree([
      "20.0.0.0/16", "20.0.0.0/8", "20.0.1.0/24", "20.0.1.0/24", "20.0.1.77/32", "2603::/16", "22.0.0.0/8",
    ])
    let found = tree.positions(holding: try #require(IPAddress(address))).map {
      tree.prefixes[$0].description
    }
    #expect(found == expected)
  }

  @Test(
    "any tree finds what looking at each prefix finds, also at the ends of the number space",
    arguments: 0..<40)
  func agrees(_ seed: UInt64) throws {
    var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
    func next() -> UInt64 {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return state
    }
    func address() -> IPAddress {
      let edges: [UInt32] = [0, .max, 0x1400_0000]
      let v4 =
        next() % 4 == 0 ? edges[Int(next() % 3)] : 0x1400_0000 | UInt32(truncatingIfNeeded: next() % 4096)
      return next() % 3 == 0 ? IPAddress(v6: UInt128(v4) << 96 | UInt128(next() % 3)) : IPAddress(v4: v4)
    }
    let prefixes = (0..<Int(next() % 200)).compactMap { _ -> IPPrefix? in
      let address = address()
      return IPPrefix(address, length: Int(next() % UInt64(address.family.bitWidth + 1)))
    }
    let tree = PrefixTree(prefixes)
    #expect(tree.prefixes == Set(prefixes).sorted())
    for _ in 0..<200 {
      let address = address()
      let found = tree.positions(holding: address).map { tree.prefixes[$0] }
      #expect(found == Set(prefixes).filter { $0.contains(address) }.sorted { $0.length > $1.length })
    }
    for prefix in prefixes { #expect(tree.position(of: prefix).map { tree.prefixes[$0] } == prefix) }
    #expect(tree.position(of: try #require(IPPrefix("99.99.99.0/24"))) == nil)
  }
}
