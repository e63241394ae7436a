import Applying
import DNS
import Deciding
import Publishing
import Testing

@Suite struct PlainListTests {
  @Test(
    "a list that is cut off, hostile or empty is refused whole",
    arguments: [
      ("", .empty), ("# nothing\n", .empty), ("20.0.0.1", .cutOff), ("20.0.0.1\n20.0.0", .cutOff),
      ("20.0.0.1\n0.0.0.0/0\n", .notAnElement(line: 2)), ("::/0\n", .notAnElement(line: 1)),
      ("10.0.0.0/7\n", .notAnElement(line: 1)), ("20.0.0.1 # x\n", .notAnElement(line: 1)),
      ("20.0.0.1; nft flush ruleset\n", .notAnElement(line: 1)), ("<html>\n", .notAnElement(line: 1)),
      ("20.0.0.1/24\n", .notAnElement(line: 1)), ("mcr.microsoft.com\n", .notAnElement(line: 1)),
      ("20.0.0.1-20.0.0.9\n", .notAnElement(line: 1)),
      ("20.0.0.1\n20.0.0.3\n20.0.0.5\n20.0.0.7\n", .tooLong(limit: 3)),
      ("\u{0}\n", .notAnElement(line: 1)), ("20.0.0.01\n", .notAnElement(line: 1)),
    ] as [(String, PlainListError)])
  func refused(_ text: String, error: PlainListError) {
    #expect(throws: error) { try PlainList(Array(text.utf8), limit: 3) }
  }

  @Test("comments, empty lines and line ends of other systems do no harm")
  func taken() throws {
    let list = try PlainList(
      Array("# from here\r\n20.0.0.1\r\n\r\n20.1.0.0/16\n2001:db8::1\n".utf8), limit: 9)
    #expect(list.prefixes.prefixes.map(\.description) == ["20.0.0.1", "20.1.0.0/16", "2001:db8::1"])
  }

  @Test("the digest is of the single addresses, and a wide prefix is refused before it is written out")
  func digest() throws {
    let list = try PlainList(Array("20.0.0.0/30\n".utf8), limit: 9)
    let addresses = try ["20.0.0.0", "20.0.0.1", "20.0.0.2", "20.0.0.3"].map { try #require(IPAddress($0)) }
    #expect(try list.digest(limit: 4) == Digest.computing(addresses.map { IPPrefix($0) }))
    #expect(throws: PlainListError.tooLong(limit: 3)) { try list.digest(limit: 3) }
    let wide = try PlainList(Array("2000::/16\n".utf8), limit: 9)
    #expect(throws: PlainListError.tooLong(limit: 65_536)) { try wide.digest(limit: 65_536) }
  }

  @Test("a list of a set that service tags give is taken by the digest of its prefixes, and of no others")
  func prefixes() throws {
    let list = try PlainList(Array("20.0.0.0/16\n40.0.0.1\n".utf8), limit: 9)
    let prefixes = try ["20.0.0.0/16", "40.0.0.1"].map { try #require(IPPrefix($0)) }
    #expect(try list.covers(setOf: .computing(prefixes), limit: 9), "without writing 65,536 addresses out")
    #expect(throws: PlainListError.tooLong(limit: 9)) {
      try list.covers(setOf: .computing(Array(prefixes[..<1])), limit: 9)
    }
    let narrow = try PlainList(Array("20.0.0.0/31\n".utf8), limit: 9)
    #expect(
      try narrow.covers(setOf: .computing(["20.0.0.0", "20.0.0.1"].compactMap { IPPrefix($0) }), limit: 9))
    #expect(try !narrow.covers(setOf: .computing(prefixes), limit: 9))
  }
}
