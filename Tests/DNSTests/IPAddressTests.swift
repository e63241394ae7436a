import DNS
import TestTools
import Testing

@Suite struct IPAddressTests {
  @Test(
    "text that is ambiguous or malformed is refused, never guessed at",
    arguments: [
      "", ".", ":", "1.2.3", "1.2.3.4.5", "010.0.0.1", "1.2.3.256", "0x7f.0.0.1", "1.2.3.4 ", " 1.2.3.4",
      "1.2.3.4/32",
      "1..2.3", "+1.2.3.4", ":::", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1::2::3", "12345::", "fe80::1%eth0",
      "::1.2.3",
      "1:2:3:4:5:6:7:1.2.3.4", "1:", ":1", "g::", "::ffff:1.2.3.4.5", "1:2:3:4:5:6:7::8:9", "[::1]",
      "１.2.3.4",
    ])
  func refused(text: String) {
    #expect(IPAddress(text) == nil)
  }

  @Test(
    "IPv6 is printed as RFC 5952 says",
    arguments: [
      ("2001:0DB8::0001", "2001:db8::1"), ("2001:db8:0:0:0:0:2:1", "2001:db8::2:1"),
      ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"), ("2001:0:0:1:0:0:0:1", "2001:0:0:1::1"),
      ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"), ("0:0:0:0:0:0:0:0", "::"), ("1::", "1::"),
      ("::1", "::1"),
      ("::ffff:192.0.2.1", "::ffff:192.0.2.1"), ("::ffff:c000:201", "::ffff:192.0.2.1"),
      ("0::5:6:7:8", "::5:6:7:8"),
      ("1:0:0:4:5:6:0:0", "1::4:5:6:0:0"),
      ("ff0f:0fff:00ff:000f:f:ff0:f00:f000", "ff0f:fff:ff:f:f:ff0:f00:f000"),
    ])
  func canonical(text: String, canonical: String) {
    #expect(IPAddress(text)?.description == canonical)
  }

  @Test("every address reads back as what was printed, and Python's ipaddress prints the same")
  func agreesWithPython() async throws {
    var generator = SystemRandomNumberGenerator()
    let addresses = (0..<4000).map { index -> IPAddress in
      if index % 4 == 0 { return IPAddress(v4: .random(in: 0 ... .max, using: &generator)) }
      // Zero groups of random places, so that every kind of gap is met.
      let mask = (0..<8).reduce(UInt128(0)) { mask, _ in
        mask << 16 | (Bool.random(using: &generator) ? 0xffff : 0)
      }
      return IPAddress(v6: UInt128.random(in: 0 ... .max, using: &generator) & mask)
    }
    for address in addresses { #expect(IPAddress(address.description) == address) }
    let numbers = addresses.map { "\($0.family.rawValue) \($0.bits)\n" }.joined()
    let python = try await Tool.run(
      "python3",
      [
        "-c",
        """
        import ipaddress, sys
        for line in sys.stdin:
          family, bits = line.split()
          print((ipaddress.IPv4Address if family == "4" else ipaddress.IPv6Address)(int(bits)))
        """,
      ], input: Array(numbers.utf8))
    try #require(python.status == 0, "\(python.errors)")
    for (address, theirs) in zip(addresses, python.lines) {
      // Python before 3.13 prints mapped addresses in hexadecimal, RFC 5952 §5 recommends the dotted form.
      if address.family == .ipv6, address.bits >> 32 == 0xffff { continue }
      #expect(address.description == theirs)
    }
    #expect(python.lines.count == addresses.count)
  }

  @Test("Python's ipaddress takes and refuses the same texts")
  func refusesLikePython() async throws {
    var generator = SystemRandomNumberGenerator()
    let alphabet = Array("0123456789abcdefF:.::..")
    let texts = (0..<20_000).map { index -> String in
      if index % 2 == 0 {
        return String((0..<Int.random(in: 1...12, using: &generator)).map { _ in alphabet.randomElement()! })
      }
      // A valid text with one character changed.
      var text = Array(IPAddress(v6: .random(in: 0 ... .max, using: &generator)).description)
      text[Int.random(in: 0..<text.count, using: &generator)] = alphabet.randomElement()!
      return String(text)
    }
    let python = try await Tool.run(
      "python3",
      [
        "-c",
        """
        import ipaddress, sys
        for line in sys.stdin:
          try: print(int(ipaddress.ip_address(line.rstrip("\\n"))))
          except ValueError: print("-")
        """,
      ], input: Array((texts.joined(separator: "\n") + "\n").utf8))
    try #require(python.lines.count == texts.count)
    for (text, theirs) in zip(texts, python.lines) {
      #expect((IPAddress(text).map { "\($0.bits)" } ?? "-") == theirs, "\(text)")
    }
  }
}
