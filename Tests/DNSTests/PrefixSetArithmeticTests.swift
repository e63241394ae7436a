import DNS
import Testing

@Suite struct PrefixSetArithmeticTests {
  @Test(
    "what two sets share is exactly what both hold",
    arguments: [
      (["20.0.0.0/24"], ["20.0.0.0/24"], ["20.0.0.0/24"]), (["20.0.0.0/24"], ["20.0.1.0/24"], []),
      (["20.0.0.0/8"], ["20.0.1.0/24", "20.9.0.0/16", "21.0.0.0/8"], ["20.0.1.0/24", "20.9.0.0/16"]),
      (["20.0.1.0/24", "20.9.0.0/16", "21.0.0.0/8"], ["20.0.0.0/8"], ["20.0.1.0/24", "20.9.0.0/16"]),
      (["0.0.0.0/0", "::/0"], ["20.0.0.1", "2603::/32"], ["20.0.0.1", "2603::/32"]),
      (["20.0.0.0/24"], ["::/0"], []), ([], ["20.0.0.0/24"], []),
    ] as [([String], [String], [String])])
  func intersections(_ one: [String], _ two: [String], _ shared: [String]) throws {
    let sets = try [one, two].map { PrefixSet(try $0.map { try #require(IPPrefix($0)) }) }
    #expect(sets[0].intersection(sets[1]).prefixes.map(\.description) == shared)
    #expect(sets[1].intersection(sets[0]).prefixes.map(\.description) == shared)
  }

  @Test(
    "what is left of a set without another is exactly what only the first holds",
    arguments: [
      (["20.0.0.0/24"], ["20.0.0.0/24"], []), (["20.0.0.0/24"], ["20.0.1.0/24", "::/0"], ["20.0.0.0/24"]),
      (["20.0.0.0/29"], ["20.0.0.3"], ["20.0.0.0/31", "20.0.0.2", "20.0.0.4/30"]),
      (["20.0.1.0/24", "20.9.0.0/16", "21.0.0.0/8"], ["20.0.0.0/8"], ["21.0.0.0/8"]),
      (["20.0.0.0/24", "20.0.2.0/24"], ["20.0.0.128/25", "20.0.1.0/24"], ["20.0.0.0/25", "20.0.2.0/24"]),
      (["::/0"], ["8000::/1"], ["::/1"]), ([], ["20.0.0.0/24"], []), (["20.0.0.1"], [], ["20.0.0.1"]),
    ] as [([String], [String], [String])])
  func differences(_ one: [String], _ two: [String], _ left: [String]) throws {
    let sets = try [one, two].map { PrefixSet(try $0.map { try #require(IPPrefix($0)) }) }
    #expect(sets[0].subtracting(sets[1]).prefixes.map(\.description) == left)
  }

  @Test("of random sets an address is shared exactly when both hold it, and the counts add up")
  func random() {
    for _ in 0..<50 {
      let sets = (0..<2).map { _ in
        PrefixSet(
          (0..<20).compactMap { _ in
            IPPrefix(IPAddress(v4: 0x1400_0000 + .random(in: 0...255)), length: .random(in: 26...32))
          })
      }
      let shared = sets[0].intersection(sets[1])
      let all = (UInt32(0)...255).map { IPAddress(v4: 0x1400_0000 + $0) }
      #expect(all.allSatisfy { shared.contains($0) == (sets[0].contains($0) && sets[1].contains($0)) })
      #expect(shared.addressCount(of: .ipv4) == UInt128(all.count(where: shared.contains)))
      #expect(shared.addressCount(of: .ipv6) == 0)
      let left = sets[0].subtracting(sets[1])
      #expect(all.allSatisfy { left.contains($0) == (sets[0].contains($0) && !sets[1].contains($0)) })
      #expect(left.addressCount(of: .ipv4) == UInt128(all.count(where: left.contains)))
    }
    #expect(PrefixSet(["::/0"].compactMap { IPPrefix($0) }).addressCount(of: .ipv6) == .max)
  }
}
