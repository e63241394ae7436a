import DNS
import Deciding
import Testing

@testable import Learning

@Suite struct HostnameListTests {
  static let watched = WatchedNames([
    .name(DomainName(canonical: "mcr.microsoft.com")),
    .pattern(NamePattern(canonical: "*.data.mcr.microsoft.com")),
    .pattern(NamePattern(canonical: "**.example.org")), .pattern(NamePattern(canonical: "*.a.*.example.net")),
  ])

  @Test(
    "a list that a person wrote must be read as meant",
    arguments: [
      ("mcr.microsoft.com", .name(DomainName(canonical: "mcr.microsoft.com"), .asked)),
      ("\t MCR.Microsoft.com.  # the registry", .name(DomainName(canonical: "mcr.microsoft.com"), .asked)),
      (
        "eastus.data.mcr.microsoft.com", .name(DomainName(canonical: "eastus.data.mcr.microsoft.com"), .asked)
      ),
      ("a.b.c.example.org", .name(DomainName(canonical: "a.b.c.example.org"), .asked)),
      ("x.a.y.example.net", .name(DomainName(canonical: "x.a.y.example.net"), .asked)),
      ("x.b.y.example.net", .related(DomainName(canonical: "x.b.y.example.net"))),
      ("example.org", .unwatched), ("www.example.com", .unwatched),
      ("", .skip), ("   ", .skip), ("# mcr.microsoft.com", .skip),
      ("two names", .malformed(.notHostname)), ("https://mcr.microsoft.com/", .malformed(.notHostname)),
      ("*.data.mcr.microsoft.com", .malformed(.notHostname)), ("a..b", .malformed(.emptyLabel)),
      (".", .malformed(.emptyLabel)), ("a..", .malformed(.emptyLabel)), ("::1", .malformed(.notHostname)),
    ] as [(String, LineReading)])
  func readsLines(_ line: String, _ reading: LineReading) {
    #expect(
      Array(line.utf8).withUnsafeBufferPointer { HostnameList.read($0, watching: Self.watched) } == reading)
  }

  @Test(
    "a format that is guessed wrongly reads nothing",
    arguments: [
      ("", .hostnames), ("# list\nmcr.microsoft.com\n", .hostnames),
      ("other: x\n\nNov 23 08:31:19 dnsmasq[1]: started\n", .dnsmasq),
      ("Nov 23 08:31:19 dnsmasq: x", .dnsmasq),
      ("dnsmasq\n", .hostnames), ("mcr.microsoft.com\nNov 23 08:31:19 dnsmasq: x", .hostnames),
    ] as [(String, LineFormat)])
  func detectsFormats(_ text: String, _ format: LineFormat) {
    #expect(LineFormat.detect(Array(text.utf8)) == format)
  }
}

@Suite struct SightingReaderTests {
  @Test("a line that is cut between two pieces must count once", arguments: [1, 2, 7, 64, 100_000])
  func joinsPieces(_ size: Int) throws {
    let octets = try Fixture.octets("dnsmasq-malformed.log")
    var whole = SightingReader(.dnsmasq, watching: DnsmasqQueryLogTests.mcr)
    whole.append(octets)
    whole.finish()
    var pieces = SightingReader(.dnsmasq, watching: DnsmasqQueryLogTests.mcr)
    for start in stride(from: 0, to: octets.count, by: size) { pieces.append(octets[start...].prefix(size)) }
    pieces.finish()
    let (expected, tally) = (whole.takeTally(), pieces.takeTally())
    #expect(tally == expected)
    #expect(tally.lines == 16 && tally.names.count == 7 && tally.malformed[.tooLong] == 1)
    #expect(pieces.takeTally().lines == 0)
  }

  @Test("a flood of random labels must not fill the memory")
  func boundsNames() {
    var tally = SightingTally()
    for number in 0..<5000 { tally.add(.name(DomainName(canonical: "r\(number).example"), .asked)) }
    tally.add(.name(DomainName(canonical: "r1.example"), .asked))
    #expect(tally.names.count == SightingTally.mostNames)
    #expect(tally.overflow == 5000 - 4096)
    #expect(tally.names[DomainName(canonical: "r1.example")]?.count == 2)
    let sightings = tally.sightings(source: "test", at: Timestamp(seconds: 1))
    #expect(sightings.map(\.name.text) == (0..<4096).map { "r\($0).example" })
  }
}
