import DNS
import Testing

@Suite struct MessageWriterTests {
  private func reread(_ octets: [UInt8]) throws(WireError) -> Message {
    var reader = MessageReader()
    return try reader.read(octets)
  }

  @Test(arguments: [
    "mcr.microsoft.com", "a", ".", "_dns.x-y.example", "a\\.b.example", "\\000\\255\\032.example",
    "*.example",
    String(repeating: "a", count: 63) + ".example",
  ])
  func `What is written is read back`(text: String) throws {
    let question = try Question(DomainName(text), .aaaa)
    let message = try reread(MessageWriter.query(question, id: 0x1234))
    #expect(message.id == 0x1234)
    #expect(message.question == question)
    #expect(!message.flags.isResponse && message.flags.isRecursionDesired)
    #expect(message.edns == EDNS(udpSize: 1232))
    #expect(message.trailingOctets == 0)
  }

  @Test func `A query without EDNS has no OPT, and RD can be off`() throws {
    let question = try Question(DomainName("example.net"), .a)
    let message = try reread(MessageWriter.query(question, id: 1, recursionDesired: false, udpSize: nil))
    #expect(message.edns == nil && !message.flags.isRecursionDesired)
  }

  @Test(arguments: [
    "203.0.113.0/24", "198.51.100.128/25", "0.0.0.0/0", "192.0.2.1", "2001:db8::/56", "2001:db8::1",
  ])
  func `A client subnet is sent with as many octets as its length needs`(text: String) throws {
    let prefix = try #require(IPPrefix(text))
    let question = try Question(DomainName("example.net"), .a)
    let octets = try MessageWriter.query(question, id: 1, clientSubnet: prefix)
    #expect(try reread(octets).edns?.clientSubnet == ClientSubnet(prefix))
  }

  @Test(
    arguments: [
      ("a", nil), ("eastus.data.mcr.microsoft.com", "203.0.113.0/24"),
      (String(repeating: "a.", count: 60), nil),
    ] as [(String, String?)])
  func `A padded query is as long as a multiple of the block, and asks the same`(
    name: String, subnet: String?
  ) throws {
    let question = try Question(DomainName(name), .a)
    let prefix = subnet.flatMap { IPPrefix($0) }
    let octets = try MessageWriter.query(question, id: 1, clientSubnet: prefix, padding: 128)
    #expect(octets.count % 128 == 0 && octets.count > 0)
    let message = try reread(octets)
    #expect(message.question == question && message.trailingOctets == 0)
    #expect(message.edns == EDNS(udpSize: 1232, clientSubnet: prefix.map { ClientSubnet($0) }))
    let plain = try MessageWriter.query(question, id: 1, clientSubnet: prefix, padding: nil)
    #expect(octets.count - plain.count < 128 + 4)
    #expect(try reread(MessageWriter.query(question, id: 1, udpSize: nil, padding: 128)).edns == nil)
  }

  @Test func `Mixed case names the same name`() throws {
    let question = try Question(DomainName("eastus.data.mcr.microsoft.com"), .a)
    let octets = try MessageWriter.query(question, id: 1, caseBits: 0b1011)
    #expect(Array(octets[13..<19]) == Array("EAsTus".utf8))
    #expect(try reread(octets).question == question)
  }

  @Test(arguments: [
    String(repeating: "a", count: 64), "a..b",
    [String](repeating: String(repeating: "a", count: 63), count: 4).joined(separator: "."),
  ])
  func `A name without a wire form is refused`(text: String) {
    let name = DomainName(canonical: text)
    #expect(throws: WireError.unwritableName(name)) { try MessageWriter.query(Question(name, .a), id: 1) }
  }
}
