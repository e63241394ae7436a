import DNS
import Testing

@Suite struct QueryMarkTests {
  private func isOurs(_ text: String) -> Bool { Array(text.utf8).withUnsafeBufferPointer(QueryMark.isOurs) }

  @Test(
    "A question of our own must be known by its spelling, and a client's never taken for one",
    arguments: [
      "mcr.microsoft.com", "eastus.data.mcr.microsoft.com", "x-1.data.mcr.azure.cn",
      "a.b.c.d.e.f.g.h.example",
    ])
  func tellsOwnFromClients(_ text: String) throws {
    let name = try DomainName(text)
    var octets = [UInt8]()
    try MessageWriter.append(name, caseBits: QueryMark.caseBits(of: name), to: &octets)
    // From wire to text: each length but the first is a dot.
    var spelled = [UInt8]()
    var index = 0
    while octets[index] != 0 {
      if index > 0 { spelled.append(UInt8(ascii: ".")) }
      spelled += octets[(index + 1)...(index + Int(octets[index]))]
      index += Int(octets[index]) + 1
    }
    let ours = String(decoding: spelled, as: UTF8.self)
    #expect(ours.lowercased() == text && ours != text)
    #expect(isOurs(ours))
    #expect(!isOurs(text) && !isOurs(text.uppercased()))
    let flipped =
      ours.prefix(1) + ours.dropFirst().map { $0.isUppercase ? $0.lowercased() : $0.uppercased() }.joined()
    #expect(!isOurs(String(flipped)))
  }

  @Test("A short name is not marked: a client could spell it so by chance")
  func shortName() throws {
    #expect(QueryMark.caseBits(of: try DomainName("a.example")) != 0)
    #expect(QueryMark.caseBits(of: try DomainName("ab.cde")) == 0)
    #expect(!isOurs("Ab.cde"))
  }
}
