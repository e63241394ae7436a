import DNS
import TestTools
import Testing

@Suite struct PrefixSetTests {
  @Test(
    "aggregation is minimal and covers exactly the same addresses",
    arguments: [
      ([], []),
      (["10.0.0.0/24", "10.0.1.0/24"], ["10.0.0.0/23"]),
      (["10.0.1.0/24", "10.0.2.0/24"], ["10.0.1.0/24", "10.0.2.0/24"]),
      (["10.0.0.0/8", "10.1.2.3"], ["10.0.0.0/8"]),
      (["0.0.0.0/1", "128.0.0.0/1"], ["0.0.0.0/0"]),
      (["::/1", "8000::/1"], ["::/0"]),
      (["255.255.255.255", "255.255.255.254"], ["255.255.255.254/31"]),
      (["2001:db8::1", "10.0.0.1", "2001:db8::", "10.0.0.1"], ["10.0.0.1", "2001:db8::/127"]),
    ] as [([String], [String])])
  func aggregates(input: [String], output: [String]) throws {
    let prefixes = try input.map { try #require(IPPrefix($0)) }
    #expect(PrefixSet(prefixes).prefixes.map(\.description) == output)
  }

  @Test("families never merge, even where the numbers touch")
  func families() throws {
    let all = try ["255.255.255.255", "::1:0:0"].map { try #require(IPPrefix($0)) }
    #expect(PrefixSet(all).prefixes == all)
  }

  @Test("an address is in the set exactly when one of the prefixes holds it")
  func contains() {
    var generator = SystemRandomNumberGenerator()
    let prefixes = Self.randomV4(200, using: &generator)
    let set = PrefixSet(prefixes)
    for _ in 0..<4000 {
      let address = IPAddress(v4: 0x1400_0000 + .random(in: 0...0xffff, using: &generator))
      #expect(set.contains(address) == prefixes.contains { $0.contains(address) })
    }
    #expect(!set.contains(IPAddress(v6: 0x1400_0000)))
  }

  @Test("Python's collapse_addresses and iprange give the same lists", arguments: [10, 100, 3000, 20_000])
  func agrees(count: Int) async throws {
    var generator = SystemRandomNumberGenerator()
    let v4 = Self.randomV4(count, using: &generator)
    let v6 = (0..<count).compactMap { _ in
      IPPrefix(
        IPAddress(v6: 0x2603_1030 << 96 + UInt128.random(in: 0...0xffff, using: &generator)),
        length: .random(in: 116...128, using: &generator))
    }
    let ours = PrefixSet(v4 + v6).prefixes.map(\.description)
    let script = """
      import ipaddress, sys
      nets = [ipaddress.ip_network(line.strip()) for line in sys.stdin]
      for version in (4, 6):
        for net in ipaddress.collapse_addresses(n for n in nets if n.version == version):
          print(net if net.num_addresses > 1 else net.network_address)
      """
    let python = try await Tool.run("python3", ["-c", script], input: Self.list(v4 + v6))
    #expect(python.lines == ours)
    // Debian's iprange knows IPv4 only.
    let iprange = try await Tool.run("iprange", ["-"], input: Self.list(v4))
    #expect(iprange.lines == PrefixSet(v4).prefixes.map(\.description))
  }

  private static func randomV4(_ count: Int, using generator: inout some RandomNumberGenerator) -> [IPPrefix]
  {
    (0..<count).compactMap { _ in
      IPPrefix(
        IPAddress(v4: 0x1400_0000 + .random(in: 0...0xffff, using: &generator)),
        length: .random(in: 22...32, using: &generator))
    }
  }

  private static func list(_ prefixes: [IPPrefix]) -> [UInt8] {
    Array(prefixes.map { "\($0)\n" }.joined().utf8)
  }
}
