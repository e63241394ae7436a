import DNS
import TestTools
import Testing

@Suite struct IPPrefixTests {
  @Test(
    "a prefix with host bits, a length out of range or stray characters is refused",
    arguments: [
      "", "/", "10.0.0.0/", "/8", "10.0.0.1/8", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/+8", "10.0.0.0/8/8",
      "10.0.0.0/0008", "::/129", "2001:db8::1/32", "10.0.0.0/8 ", "10.0.0.0 /8", "10.0.0.0/255.0.0.0",
      "::/0x10",
    ])
  func refused(text: String) {
    #expect(IPPrefix(text) == nil)
  }

  @Test(
    "a prefix reads back as what was printed; a single address is bare",
    arguments: [
      "0.0.0.0/0", "10.0.0.0/8", "10.0.0.1", "::/0", "2001:db8::/32", "2001:db8::1", "2603:1030::/127",
    ])
  func reads(text: String) {
    #expect(IPPrefix(text)?.description == text)
  }

  @Test("with `alwaysLength` a single address carries its length")
  func alwaysLength() throws {
    var text = [UInt8]()
    try #require(IPPrefix("192.0.2.1")).appendText(to: &text, alwaysLength: true)
    try #require(IPPrefix("2001:db8::1")).appendText(to: &text, alwaysLength: true)
    #expect(String(decoding: text, as: UTF8.self) == "192.0.2.1/322001:db8::1/128")
  }

  @Test("Python's ipaddress clears the same host bits and finds the same last address")
  func agreesWithPython() async throws {
    var generator = SystemRandomNumberGenerator()
    let prefixes = try (0..<4000).map { index -> (IPAddress, IPPrefix) in
      let address =
        index % 2 == 0
        ? IPAddress(v4: .random(in: 0 ... .max, using: &generator))
        : IPAddress(v6: .random(in: 1 << 64 ... .max, using: &generator))
      let length = Int.random(in: 0...address.family.bitWidth, using: &generator)
      return (address, try #require(IPPrefix(address, length: length)))
    }
    let python = try await Tool.run(
      "python3",
      [
        "-c",
        """
        import ipaddress, sys
        for line in sys.stdin:
          net = ipaddress.ip_network(line.strip(), strict=False)
          print(net, net.broadcast_address)
        """,
      ], input: Array(prefixes.map { "\($0.0)/\($0.1.length)\n" }.joined().utf8))
    try #require(python.lines.count == prefixes.count, "\(python.errors)")
    for ((_, prefix), theirs) in zip(prefixes, python.lines) {
      #expect("\(prefix.address)/\(prefix.length) \(prefix.last)" == theirs)
    }
  }
}
