import DNS
import Deciding
import Testing

@testable import Learning

/// Every sample read as what it is, and as everything else.
@Suite struct CaptureTests {
  struct Capture: Sendable, CustomTestStringConvertible {
    let file: String
    let format: LineFormat
    let resolved: Set<String>
    var denied: Set<String> = []
    var asked: Set<String> = []
    var testDescription: String { file }
  }

  static let watched = WatchedNames([
    .pattern(NamePattern(canonical: "*.data.mcr.microsoft.com")),
    .pattern(NamePattern(canonical: "*.data.mcr.azure.cn")),
    .name(DomainName(canonical: "mcr.microsoft.com")),
  ])

  static let good: Set<String> = [
    "westeurope.data.mcr.microsoft.com", "eastus.data.mcr.microsoft.com", "eastasia.data.mcr.microsoft.com",
    "centralus.data.mcr.microsoft.com", "chinaeast2.data.mcr.azure.cn", "chinanorth3.data.mcr.azure.cn",
    "mcr.microsoft.com",
  ]
  static let blocked: Set<String> = ["blocked.data.mcr.microsoft.com"]
  static let bad: Set<String> = [
    "nosuchregion.data.mcr.microsoft.com", String(repeating: "a", count: 63) + ".data.mcr.microsoft.com",
  ]
  static let (weu, eus, mcr) = (
    "westeurope.data.mcr.microsoft.com", "eastus.data.mcr.microsoft.com", "mcr.microsoft.com"
  )
  static let asia = "eastasia.data.mcr.microsoft.com"
  static let nosuch = "nosuchregion.data.mcr.microsoft.com"

  static let captures = [
    Capture(
      file: "dnsmasq-2.90-log-queries.log", format: .dnsmasq, resolved: good.union(blocked), denied: bad),
    Capture(
      file: "dnsmasq-2.90-log-queries-extra.log", format: .dnsmasq, resolved: good.union(blocked), denied: bad
    ),
    Capture(
      file: "dnsmasq-2.90-log-queries-proto.log", format: .dnsmasq, resolved: good.union(blocked), denied: bad
    ),
    Capture(
      file: "unbound-1.17.1-log-queries.log", format: .unbound, resolved: [],
      asked: good.union(bad).union(blocked)),
    Capture(
      file: "unbound-1.17.1-log-replies-tagged.log", format: .unbound, resolved: good.union(blocked),
      denied: bad),
    Capture(
      file: "bind-9.18.49-querylog.log", format: .bind, resolved: [], asked: good.union(bad)),
    Capture(file: "bind-9.18.49-querylog-bare.log", format: .bind, resolved: [], asked: good.union(bad)),
    Capture(file: "pdns-recursor-4.8.8-quiet-no.log", format: .recursor, resolved: good, denied: bad),
    Capture(
      file: "dnsdist-1.7.3-logaction-queries.log", format: .dnsdist, resolved: [], asked: good.union(bad)),
    Capture(file: "dnsdist-1.7.3-logresponse.log", format: .dnsdist, resolved: good, denied: bad),
    Capture(file: "systemd-resolved-252-monitor.jsonl", format: .resolved, resolved: good, denied: bad),
    Capture(file: "systemd-resolved-252-debug.log", format: .resolved, resolved: [weu, eus, asia]),
    Capture(file: "squid-5.7-access-connect.log", format: .squid, resolved: [weu, eus], asked: [nosuch]),
    Capture(file: "squid-5.7-access-combined.log", format: .squid, resolved: [weu, eus], asked: [nosuch]),
    Capture(file: "nginx-1.22.1-stream-ssl_preread.log", format: .nginx, resolved: [weu, eus, mcr]),
    Capture(file: "nginx-1.22.1-stream-ssl_preread.jsonl", format: .nginx, resolved: [weu, eus, mcr]),
    Capture(file: "haproxy-2.6.12-sni-syslog.log", format: .haproxy, resolved: [weu, eus, mcr]),
    Capture(file: "coredns-log.txt", format: .coredns, resolved: [weu, eus, asia, mcr], denied: [nosuch]),
    Capture(file: "zeek-dns.log", format: .zeek, resolved: [weu, eus], denied: [nosuch]),
    Capture(file: "zeek-dns.json", format: .zeek, resolved: [weu], denied: [nosuch]),
    Capture(file: "zeek-ssl.log", format: .zeek, resolved: [weu, mcr]),
    Capture(file: "suricata-eve-dns-v2.json", format: .suricata, resolved: [weu]),
    Capture(file: "suricata-eve-tls.json", format: .suricata, resolved: [weu]),
    Capture(file: "adguardhome-querylog.json", format: .adguard, resolved: [asia]),
    Capture(file: "windows-dns-debug.log", format: .windowsDNS, resolved: [weu], asked: [asia]),
    Capture(file: "azure-firewall-dnsproxy.json", format: .azureFirewall, resolved: [weu, eus]),
    Capture(file: "route53-resolver-query.json", format: .route53, resolved: [weu]),
    Capture(file: "container-runtime.log", format: .containerRuntime, resolved: [], asked: [weu, mcr]),
  ]

  static func read(_ octets: [UInt8], _ format: LineFormat) -> SightingTally {
    var reader = SightingReader(format, watching: watched)
    reader.append(octets)
    reader.finish()
    return reader.takeTally()
  }

  static func names(_ tally: SightingTally, _ evidence: NameEvidence) -> Set<String> {
    Set(tally.names.filter { $0.value.evidence == evidence }.keys.map(\.text))
  }

  @Test("a sample must be known for what it is and teach exactly its names", arguments: captures)
  func learns(_ capture: Capture) throws {
    let octets = try Fixture.octets(capture.file)
    #expect(LineFormat.detect(octets) == capture.format)
    let tally = Self.read(octets, capture.format)
    #expect(Self.names(tally, .resolved) == capture.resolved)
    #expect(Self.names(tally, .denied) == capture.denied)
    #expect(Self.names(tally, .asked) == capture.asked)
    #expect(tally.malformed.keys.allSatisfy { $0 == .notHostname }, "\(tally.malformed)")
  }

  @Test("a sample read as another format must teach nothing", arguments: captures)
  func teachesNothingAsAnother(_ capture: Capture) throws {
    let octets = try Fixture.octets(capture.file)
    for format in LineFormat.allCases where format != capture.format {
      let tally = Self.read(octets, format)
      // JSON with the same key is the same thing, whoever wrote it.
      #expect(tally.names.isEmpty, "\(format): \(tally.names.keys)")
    }
  }

  @Test("no line of a sample may look like two formats'", arguments: captures)
  func linesAreOneFormats(_ capture: Capture) throws {
    for line in try Fixture.octets(capture.file).split(separator: 0x0a) {
      let formats = Array(line.drop { $0 == 0x0d }).withUnsafeBufferPointer { line in
        LineFormat.allCases.filter { $0.recognises(line) && $0 != .hostnames }
      }
      #expect(
        formats.isEmpty || formats == [capture.format], "\(String(decoding: line.prefix(120), as: UTF8.self))"
      )
    }
  }

  @Test(
    "what drive.sh asked in odd ways must be refused, not read as something else",
    arguments: [
      "unbound-1.17.1-log-queries.log", "bind-9.18.49-querylog.log", "pdns-recursor-4.8.8-quiet-no.log",
      "dnsdist-1.7.3-logaction-queries.log", "systemd-resolved-252-monitor.jsonl",
    ])
  func refusesOddNames(_ file: String) throws {
    let octets = try Fixture.octets(file)
    let tally = Self.read(octets, LineFormat.detect(octets))
    // `a\.b`, `*`, `sp\032ace`, `nl\010x"q`, `hi\200\001b`.
    #expect([5, 10].contains(tally.malformed[.notHostname]), "\(tally.malformed)")
  }

  @Test(
    "the uses that drive.sh made must be counted, in each format and each setting of a log",
    arguments: captures)
  func countsUses(_ capture: Capture) throws {
    guard let tally = Optional(Self.read(try Fixture.octets(capture.file), capture.format)),
      capture.resolved.union(capture.asked).isSuperset(of: Self.good)
    else { return }
    let westeurope = try #require(tally.names[DomainName(canonical: Self.weu)])
    // A and AAAA, A from another client, HTTPS, A over TCP, TYPE65280.
    #expect(westeurope.count == 6 || capture.format == .resolved, "\(westeurope)")
    if capture.resolved.isSuperset(of: Self.blocked) || capture.asked.isSuperset(of: Self.blocked) {
      #expect(tally.names[DomainName(canonical: "blocked.data.mcr.microsoft.com")]?.count == 1)
    }
    #expect(tally.names[DomainName(canonical: "centralus.data.mcr.microsoft.com")]?.count == 2)
  }

  @Test("cutting a sample anywhere must change nothing", arguments: captures)
  func cutsAnywhere(_ capture: Capture) throws {
    let octets = try Fixture.octets(capture.file)
    let whole = Self.read(octets, capture.format)
    var random = SplitMix(state: 7)
    for _ in 0..<8 {
      var reader = SightingReader(capture.format, watching: Self.watched)
      var rest = octets[...]
      while !rest.isEmpty {
        let size = Int(random.next() % 700) + 1
        reader.append(rest.prefix(size))
        rest = rest.dropFirst(size)
      }
      reader.finish()
      #expect(reader.takeTally() == whole)
    }
  }

  @Test("a flood of random labels must be denials, and the good name beside them stays")
  func readsTheFlood() throws {
    let octets = try Fixture.octets("unbound-1.17.1-flood-2000-random-labels.log")
    #expect(LineFormat.detect(octets) == .unbound)
    let tally = Self.read(octets, .unbound)
    #expect(Self.names(tally, .resolved) == [Self.asia])
    #expect(Self.names(tally, .denied).count == 2000)
    #expect(tally.malformed.isEmpty)
  }

  @Test("no change of any sample may crash a reader or make a name that no line holds", arguments: captures)
  func survivesNoise(_ capture: Capture) throws {
    var random = SplitMix(state: 0x706f_7374_6572_6e31)
    let lines = try Fixture.octets(capture.file).split(separator: 0x0a).map(Array.init)
    var reader = LineReader(capture.format)
    for _ in 0..<3_000 {
      var line = lines[Int(random.next() % UInt64(lines.count))]
      for _ in 0..<(random.next() % 4 + 1) where !line.isEmpty {
        let index = Int(random.next() % UInt64(line.count))
        switch random.next() % 5 {
        case 0: line[index] = UInt8(truncatingIfNeeded: random.next())
        case 1: line.removeSubrange(index...)
        case 2: line.insert(contentsOf: Array(" .data.mcr.microsoft.com ".utf8), at: index)
        case 3: line.insert(contentsOf: Array("\"\\u002e".utf8), at: index)
        default: line.remove(at: index)
        }
      }
      let reading = line.withUnsafeBufferPointer { reader.read($0, watching: Self.watched) }
      guard case .name(let name, _) = reading else { continue }
      #expect(name.isHostname)
      // Windows' labels have their lengths between them, and JSON may hold escapes.
      guard capture.format != .windowsDNS, !line.contains(UInt8(ascii: "\\")) else { continue }
      let text = String(decoding: line, as: UTF8.self).lowercased()
      #expect(text.contains(name.text), "learned \(name) from \(text)")
    }
  }
}
