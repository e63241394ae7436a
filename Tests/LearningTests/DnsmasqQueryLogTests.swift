import DNS
import Deciding
import Foundation
import Testing

@testable import Learning

@Suite struct DnsmasqQueryLogTests {
  static let mcr = WatchedNames([
    .pattern(NamePattern(canonical: "*.data.mcr.microsoft.com")),
    .pattern(NamePattern(canonical: "*.data.mcr.azure.cn")),
  ])

  static func read(_ line: some Sequence<UInt8>) -> LineReading {
    var log = DnsmasqQueryLog()
    return Array(line).withUnsafeBufferPointer { log.read($0, watching: mcr) }
  }

  static func read(_ line: String) -> LineReading { read(line.utf8) }

  static func name(_ label: String, _ evidence: NameEvidence = .asked) -> LineReading {
    .name(DomainName(canonical: "\(label).data.mcr.microsoft.com"), evidence)
  }

  /// What the fixtures' queries teach: the names that resolve, and the two that our own lookups must refuse.
  static let learned: Set<String> = [
    "westeurope.data.mcr.microsoft.com", "eastus.data.mcr.microsoft.com", "eastasia.data.mcr.microsoft.com",
    "centralus.data.mcr.microsoft.com", "chinaeast2.data.mcr.azure.cn", "chinanorth3.data.mcr.azure.cn",
    "nosuchregion.data.mcr.microsoft.com", String(repeating: "a", count: 63) + ".data.mcr.microsoft.com",
  ]

  struct Capture: Sendable {
    let file: String
    let hasBlocked: Bool
  }

  @Test(
    "a capture of each log setting must teach exactly the names that were asked",
    arguments: [
      Capture(file: "dnsmasq-2.90-log-queries", hasBlocked: true),
      Capture(file: "dnsmasq-2.90-log-queries-extra", hasBlocked: true),
      Capture(file: "dnsmasq-2.90-log-queries-proto", hasBlocked: true),
    ])
  func learnsFromCaptures(_ capture: Capture) throws {
    let octets = try Fixture.octets(capture.file + ".log")
    #expect(LineFormat.detect(octets) == .dnsmasq)
    var reader = SightingReader(.dnsmasq, watching: Self.mcr)
    reader.append(octets)
    reader.finish()
    let tally = reader.takeTally()
    let blocked: Set<String> = capture.hasBlocked ? ["blocked.data.mcr.microsoft.com"] : []
    #expect(Set(tally.names.keys.map(\.text)).subtracting(blocked) == Self.learned)
    #expect(tally.lines == 125)
    // The label with a raw space; names with other odd octets are logged as `<name unprintable>`.
    #expect(tally.malformed[.notHostname, default: 0] >= 1)
  }

  struct Line: Sendable, CustomTestStringConvertible {
    let text: String
    let reading: LineReading
    var testDescription: String { text }

    init(_ text: String, _ reading: LineReading) {
      self.text = text
      self.reading = reading
    }
  }

  static let head = "Nov 23 08:31:19 dnsmasq[25912]: "
  static let tail = ".data.mcr.microsoft.com from 10.20.3.17"

  @Test(
    "a line must be read as what dnsmasq meant",
    arguments: [
      Line(head + "query[A] eastus" + tail, name("eastus")),
      Line(head + "query[AAAA] EastUS.Data.MCR.Microsoft.COM from fd00:20::17", name("eastus")),
      Line(head + "query[A] eastus.data.mcr.microsoft.com from fe80::1%eth0", name("eastus")),
      Line(head + "query[HTTPS] eastus" + tail, name("eastus")),
      Line(head + "query[type=65280] eastus" + tail, name("eastus")),
      Line(head + "27 10.20.3.17/45441 query[A] eastus" + tail, name("eastus")),
      Line("Nov  3 08:31:19 dnsmasq[1]: query[A] eastus" + tail, name("eastus")),
      Line("Nov 23 08:31:19 router dnsmasq[1]: query[A] eastus" + tail, name("eastus")),
      Line("Nov 23 08:31:19 dnsmasq: query[A] eastus" + tail, name("eastus")),
      Line("2026-11-23T08:31:23.5+00:00 router dnsmasq[1]: query[A] eastus" + tail, name("eastus")),
      Line("<30>Nov 23 08:31:19 dnsmasq[1]: query[A] eastus" + tail, name("eastus")),
      Line("<30>1 2026-11-23T08:31:23.5Z router dnsmasq 1 - - query[A] eastus" + tail, name("eastus")),
      Line(head + "query[A] xn--bcher-kva" + tail, name("xn--bcher-kva")),
      Line(head + "query[A] www.example.com from 10.20.3.17", .unwatched),
      Line(
        head + "query[A] data.mcr.microsoft.com from 10.20.3.17",
        .related(DomainName(canonical: "data.mcr.microsoft.com"))),
      Line(
        head + "query[A] evildata.mcr.microsoft.com from 10.20.3.17",
        .related(DomainName(canonical: "evildata.mcr.microsoft.com"))),
      Line(head + "query[A] x.y" + tail, .related(DomainName(canonical: "x.y.data.mcr.microsoft.com"))),
      Line(head + "query[A] a.data.mcr.microsoft.com.evil.example from 10.20.3.17", .unwatched),
      Line(head + "query[A] <name unprintable> from 10.20.3.17", .unwatched),
      Line(head + "query[NS] . from 10.20.3.17", .unwatched),
      Line(head + "forwarded eastus.data.mcr.microsoft.com to 127.0.0.1#5300", .skip),
      Line(head + "reply eastus.data.mcr.microsoft.com is 198.51.100.1", name("eastus", .resolved)),
      Line(head + "cached eastus.data.mcr.microsoft.com is <CNAME>", name("eastus", .resolved)),
      Line(head + "cached-stale eastus.data.mcr.microsoft.com is 2001:db8::1", name("eastus", .resolved)),
      Line(head + "config eastus.data.mcr.microsoft.com is 192.0.2.99", name("eastus", .resolved)),
      Line(head + "reply eastus.data.mcr.microsoft.com is NXDOMAIN", name("eastus", .denied)),
      Line(head + "reply eastus.data.mcr.microsoft.com is NODATA-IPv6", name("eastus", .denied)),
      Line(head + "reply eastus.data.mcr.microsoft.com is NXDOMAIN (EDE: filtered)", name("eastus", .denied)),
      Line(
        head + "reply eastus.data.mcr.microsoft.com is 192.0.2.1 (DNSSEC signed)", name("eastus", .resolved)),
      Line(
        head + "27 10.0.0.1/53 reply eastus.data.mcr.microsoft.com is 192.0.2.1", name("eastus", .resolved)),
      Line(head + "reply error is SERVFAIL", .unwatched),
      Line(head + "reply weu.edge.test is 198.51.100.11", .unwatched),
      Line(head + "reply eastus.data.mcr.microsoft.com", .malformed(.torn)),
      Line(head + "reply eastus.data.mcr.microsoft.com is", .malformed(.torn)),
      Line(head + "/etc/hosts eastus.data.mcr.microsoft.com is 192.0.2.1", .skip),
      Line(head + "gravity blocked eastus.data.mcr.microsoft.com is 0.0.0.0", .skip),
      Line("Nov 23 08:31:19 pihole-FTL[1]: query[A] eastus" + tail, name("eastus")),
      Line(head + "dnssec-query[DS] a.data.mcr.microsoft.com to 127.0.0.1", .skip),
      Line(head + "started, version 2.90 cachesize 150", .skip),
      Line("Nov 23 08:31:19 dnsmasq-dhcp[1]: query[A] eastus" + tail, .skip),
      Line("", .skip), Line(" ", .skip), Line("<", .skip), Line("<30>", .skip), Line("<30>1 ", .skip),
      Line(head, .skip), Line(head + "query[", .malformed(.torn)), Line(head + "query[A]", .malformed(.torn)),
      Line(head + "query[A] ", .malformed(.torn)),
      Line(head + "query[A] eastus.data.mcr.microsoft.com", .malformed(.torn)),
      Line(head + "query[A] eastus.data.mcr.microsoft.com from", .malformed(.torn)),
      Line(head + "query[A] eastus.data.mcr.microsoft.com from 10", .malformed(.torn)),
      Line(head + "query[A] -lead" + tail, .malformed(.notHostname)),
      Line(head + "query[A] trail-" + tail, .malformed(.notHostname)),
      Line(head + "query[A] _acme" + tail, .malformed(.notHostname)),
      Line(head + "query[A] a?b" + tail, .malformed(.notHostname)),
      Line(head + "query[A] *" + tail, .malformed(.notHostname)),
      Line(head + "query[A] ." + tail, .malformed(.emptyLabel)),
      Line(
        head + "query[A] " + String(repeating: "a", count: 63) + tail, name(String(repeating: "a", count: 63))
      ),
      Line(head + "query[A] " + String(repeating: "a", count: 64) + tail, .malformed(.nameTooLong)),
      Line(head + "query[A] " + String(repeating: "a.", count: 130) + "b" + tail, .malformed(.nameTooLong)),
    ])
  func readsLines(_ line: Line) {
    #expect(Self.read(line.text) == line.reading)
  }

  @Test(
    "a client that writes log lines into its label must not make a name",
    arguments: [
      // Spaces in a name are printed raw: each of these is one QNAME.
      head + "query[A] x query[A] forged" + tail + ".evil.example from 10.20.3.17",
      head + "query[A] forged.data.mcr.microsoft.com from 6.6.6.6.evil.example from 10.20.3.17",
      head + "query[A] evil.example from 6.6.6.6 forged" + tail,
      head + "reply x query[A] forged.data.mcr.microsoft.com from 6.6.6.6.evil.example is 6.6.6.6",
      head + "reply query[A] forged.data.mcr.microsoft.com from 6.6.6.6",
      head + "forwarded dnsmasq[1]: query[A] forged" + tail,
      head + "reply forged.data.mcr.microsoft.com is 6.6.6.6.evil.example is NXDOMAIN",
      head + "reply evil.example is 6.6.6.6 forged.data.mcr.microsoft.com is NXDOMAIN",
      head + "reply x reply forged.data.mcr.microsoft.com is 192.0.2.1",
      head + "reply forged.data.mcr.microsoft.com is 192.0.2.1 (EDE: x) is <CNAME>",
      head + "config forged.data.mcr.microsoft.com is 192.0.2.1 x",
      head + "1 10.0.0.1/1 reply query[A] forged" + tail,
      "Nov 23 08:31:19 router sshd[1]: dnsmasq[1]: query[A] forged" + tail,
      "Nov 23 08:31:19 sshd[1]: dnsmasq[1]: query[A] forged" + tail,
      "Nov 23 08:31:19 router sshd[1]: Nov 23 08:31:19 dnsmasq[1]: query[A] forged" + tail,
      "<30>1 2026-11-23T08:31:23.5Z router sshd dnsmasq - - query[A] forged" + tail,
      head + "query[A] a\r\nforged" + tail, head + "query[A] forged\0" + tail,
      head + "query[A] a\\.forged" + tail,
      head + "query[A] \u{1b}[1mforged" + tail, head + "query[A] f\u{f6}rged" + tail,
    ])
  func refusesForgedLines(_ line: String) {
    if case .name(let name, _) = Self.read(line) { Issue.record("learned \(name)") }
  }

  @Test("each hostile line must be refused for its own reason, and the good ones beside them read")
  func readsMalformedFixture() throws {
    var readings = [LineReading]()
    var splitter = LineSplitter()
    try Fixture.octets("dnsmasq-malformed.log").withUnsafeBufferPointer { octets in
      var log = DnsmasqQueryLog()
      let body = { (line: UnsafeBufferPointer<UInt8>) in
        readings.append(log.read(line, watching: Self.mcr))
      }
      let consumed = splitter.split(octets, body)
      splitter.finish(UnsafeBufferPointer(rebasing: octets[consumed...]), body)
    }
    #expect(splitter.discardedLines == 1, "the line of 70,000 octets")
    #expect(
      readings == [
        Self.name("westeurope"),
        .malformed(.notHostname),  // two lines run into one
        Self.name("afternul"),
        Self.name("crlf"),
        .malformed(.notHostname),  // not UTF-8
        .malformed(.notHostname),  // a reply whose name looks like an answer
        .malformed(.nameTooLong),
        .malformed(.notHostname),  // a leading hyphen
        .malformed(.notHostname),  // an underscore
        .malformed(.emptyLabel),
        .skip,
        Self.name("ansi"),
        Self.name("viasyslog"),
        Self.name("rfc5424"),
        Self.name("noeol"),
      ])
  }

  @Test("no line may crash the reader or make a name that it doesn't hold")
  func survivesNoise() throws {
    var random = SplitMix(state: 0x706f_7374_6572_6e31)
    let seeds =
      try Fixture.octets("dnsmasq-2.90-log-queries.log").split(separator: 0x0a).map(Array.init)
      + Fixture.octets("dnsmasq-2.90-log-queries-extra.log").split(separator: 0x0a).map(Array.init)
      + Fixture.octets("dnsmasq-malformed.log").split(separator: 0x0a).map { Array($0.prefix(300)) }
    let marks: [[UInt8]] = [
      "query[", "] ", " from ", ".data.mcr.microsoft.com", "dnsmasq[", "]: ", "<30>1 ", "\r", "\0",
    ]
    .map { Array($0.utf8) }
    for _ in 0..<20_000 {
      var line = seeds[Int(random.next() % UInt64(seeds.count))]
      for _ in 0..<(random.next() % 4) where !line.isEmpty {
        let index = Int(random.next() % UInt64(line.count))
        switch random.next() % 4 {
        case 0: line[index] = UInt8(truncatingIfNeeded: random.next())
        case 1: line.removeSubrange(index...)
        case 2: line.insert(contentsOf: marks[Int(random.next() % UInt64(marks.count))], at: index)
        default: line.remove(at: index)
        }
      }
      guard case .name(let name, _) = Self.read(line) else { continue }
      let text = Array(String(decoding: line, as: UTF8.self).lowercased().utf8)
      let found = [" from ", " is "].map { Array(" \(name.text)\($0)".utf8) }
      let isThere = text.indices.contains { index in found.contains { text[index...].starts(with: $0) } }
      if !name.isHostname || !isThere { Issue.record("learned \(name) from \(line)") }
      if name.labels.count != 5 { Issue.record("learned \(name)") }
    }
  }
}

/// Files copied from captures of real servers, and hand-made hostile ones.
enum Fixture {
  static func octets(_ file: String) throws -> [UInt8] {
    let folder = try #require(Bundle.module.resourceURL, "the test's resources are missing")
    return Array(try Data(contentsOf: folder.appending(path: "Fixtures").appending(path: file)))
  }
}

/// A small generator with a fixed seed (S. Vigna, splitmix64), so that a failure can be had again.
struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
}
