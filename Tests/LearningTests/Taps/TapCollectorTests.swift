import DNS
import Deciding
import Testing

@testable import Learning

@Suite struct TapCollectorTests {
  private static let now = Timestamp(seconds: 100)

  private static func collector(trusted: Bool = true) -> TapCollector {
    TapCollector(
      label: "dnstap:test", trustedAs: trusted ? Vantage("tap") : nil, watching: DnsmasqQueryLogTests.mcr,
      targets: [DomainName(canonical: "edge.test")], at: now)
  }

  private static func answer(_ label: String, _ address: [UInt8], ttl: UInt32 = 60, flags: UInt16 = 0x8180)
    -> [UInt8]
  {
    let name = "\(label).data.mcr.microsoft.com"
    var record = TapFrames.Record.a(name, address)
    record.ttl = ttl
    return TapFrames.frame(.clientResponse, TapFrames.message(name, flags: flags, answers: [record]))
  }

  @Test("equal answers must come once, with the last one's time and TTL; others each for itself")
  func keepsDistinctAnswers() {
    var collector = Self.collector()
    for second in 0..<100 {
      collector.add(
        Self.answer("eastus", [1, 1, 1, 1], ttl: UInt32(200 - second)), at: Timestamp(seconds: Int64(second)))
    }
    collector.add(Self.answer("eastus", [1, 1, 1, 2]))
    collector.add(Self.answer("westus", [1, 1, 1, 1]))
    collector.add(Self.answer("eastus", [1, 1, 1, 1], ttl: 5), at: Timestamp(seconds: 101))
    #expect(collector.hasNews)
    let report = collector.takeReport(at: Self.now)
    #expect(report.lookups.count == 3)
    #expect(report.lookups.last?.at == Timestamp(seconds: 101), "the order in which they were last seen")
    #expect(report.lookups.last?.chain.smallestTTL?.seconds == 5)
    #expect(report.sightings.map(\.count) == [102, 1])
    #expect(report.sightings.map(\.evidence) == [.resolved, .resolved])
    #expect(!collector.hasNews)
    #expect(collector.takeReport(at: Self.now).isEmpty)
  }

  @Test("the order of the addresses must not make another answer")
  func ignoresRotation() {
    let name = "eastus.data.mcr.microsoft.com"
    let records = [TapFrames.Record.a(name, [1, 1, 1, 1]), .a(name, [1, 1, 1, 2])]
    var collector = Self.collector()
    for answers in [records, records.reversed()] {
      collector.add(
        TapFrames.frame(.clientResponse, TapFrames.message(name, flags: 0x8180, answers: answers)))
    }
    #expect(collector.takeReport(at: Self.now).lookups.count == 1)
  }

  @Test("a flood must be held to the caps, and what is dropped be counted")
  func holdsTheCaps() {
    var collector = Self.collector()
    let floods = 6000
    for index in 0..<floods {
      collector.add(Self.answer("r\(index)", [1, 1, 1, 1]))
      let own = "x\(index).example"
      collector.add(
        TapFrames.frame(
          .clientResponse, TapFrames.message(own, flags: 0x8180, answers: [.alias(own, "edge.test")])))
    }
    let report = collector.takeReport(at: Self.now)
    let mostNames = SightingTally.mostNames + SightingTally.mostResolved
    #expect(report.sightings.count == mostNames)
    #expect(report.lookups.count == GivenAnswers.most)
    #expect(report.related.count == SightingTally.mostRelated)
    let told = collector.sourceReport(at: Self.now)
    #expect(told.items == Int64(2 * floods))
    #expect(told.watched == Int64(floods))
    #expect(told.others == Int64(floods))
    #expect(
      told.dropped
        == Int64(
          (floods - mostNames) + (floods - GivenAnswers.most)
            + (floods - SightingTally.mostRelated)))
    collector.add(Self.answer("eastus", [1, 1, 1, 1]))
    #expect(collector.takeReport(at: Self.now).lookups.count == 1, "the next batch has room again")
  }

  @Test("a flood of random labels must not hide a real name or what its client was given")
  func keepsRoomForRealNames() {
    var collector = Self.collector()
    for index in 0..<10_000 {
      let name = "r\(index).data.mcr.microsoft.com"
      collector.add(TapFrames.frame(.clientQuery, TapFrames.message(name)))
      collector.add(TapFrames.frame(.clientResponse, TapFrames.message(name, flags: 0x8183)))
    }
    collector.add(
      TapFrames.frame(.clientQuery, TapFrames.message("eastus.data.mcr.microsoft.com")))
    collector.add(Self.answer("eastus", [1, 1, 1, 1]))
    let report = collector.takeReport(at: Self.now)
    #expect(report.sightings.count == SightingTally.mostNames + 1)
    #expect(report.sightings.contains { $0.name.text.hasPrefix("eastus.") && $0.evidence == .resolved })
    #expect(report.lookups.count == GivenAnswers.most - GivenAnswers.keptForAddresses + 1)
    #expect(report.lookups.last?.outcome == .answer)
  }

  @Test("a source must tell what it read, what it refused, and how fast")
  func reportsItself() throws {
    var collector = Self.collector(trusted: false)
    #expect(collector.sourceReport(at: Self.now).connections == 0)
    var stream = FrameStream()
    let octets =
      try Fixture.octets("fstrm-garbage-protobuf.raw") + TapFrames.control(98, [])
      + TapFrames.framed(TapFrames.frame(.clientQuery, TapFrames.message("www.example.com")))
      + TapFrames.framed(TapFrames.frame(.clientQuery, TapFrames.message("x.y.data.mcr.microsoft.com")))
    // The fixture ends with STOP.
    let running = octets.filter { _ in true }
    #expect(throws: FrameStreamError.noStart) {
      try running.withUnsafeBytes { try collector.read($0, of: &stream, at: Self.now) }
    }
    var second = FrameStream()
    try
      (TapFrames.start + TapFrames.control(98, [])
      + TapFrames.framed(TapFrames.frame(.clientQuery, TapFrames.message("x.y.data.mcr.microsoft.com"))))
      .withUnsafeBytes { try collector.read($0, of: &second, at: Self.now) }
    let report = collector.sourceReport(at: Self.now)
    #expect(report.label == "dnstap:test" && report.kind == "dnstap")
    #expect(report.watched == 1)
    #expect(report.others == 1)
    #expect(report.refused == ["notDnstap": 1, "unknownControl": 2, "noStart": 1])
    #expect(report.items == 5)
    #expect(report.samples.contains { $0.fault == "notDnstap" && $0.text == "(16 octets)" })
    #expect(report.rate > 0)
    #expect(report.lastItemAt == Self.now)
    let news = collector.takeReport(at: Self.now)
    #expect(news.lookups.isEmpty)
    #expect(news.related.map(\.relation) == [.sameParent])
    #expect(collector.sourceReport(at: Self.now) == report, "taking a report changes no total")
  }

  @Test("the resolvers that clients ask must be told, each once and a few at most, and no client")
  func tellsResolvers() {
    func frame(
      _ address: [UInt8], port: UInt64 = 53, kind: DnstapFrame.Kind = .clientQuery, name: String = "dns-1"
    )
      -> [UInt8]
    {
      let inner =
        TapFrames.number(1, UInt64(kind.rawValue)) + TapFrames.bytes(4, [192, 0, 2, 77])
        + TapFrames.bytes(5, address) + TapFrames.number(6, 40_000) + TapFrames.number(7, port)
        + TapFrames.bytes(10, TapFrames.message("eastus.data.mcr.microsoft.com"))
      return TapFrames.bytes(1, Array(name.utf8)) + TapFrames.bytes(14, inner) + TapFrames.number(15, 1)
    }
    var collector = Self.collector(trusted: false)
    #expect(collector.sourceReport(at: Self.now).resolvers == nil)
    let frames =
      [
        frame([10, 0, 0, 53]), frame([10, 0, 0, 53]), frame([10, 0, 0, 54], port: 5353, name: "a b; {x}"),
        frame([10, 0, 0, 53]), frame([0, 0, 0, 0]), frame([10, 0, 0]), frame([10, 0, 0, 55], port: 0),
        frame([198, 51, 100, 1], kind: .resolverQuery),
      ] + (0..<50).map { frame([10, 0, 1, UInt8($0)], name: "") }
    for frame in frames { frame.withUnsafeBytes { collector.add($0, at: Self.now) } }
    let told = collector.sourceReport(at: Self.now).resolvers ?? []
    #expect(
      told.prefix(3) == [
        SeenResolver(identity: "dns-1", address: "10.0.0.53", port: 53),
        SeenResolver(identity: "abx", address: "10.0.0.54", port: 5353),
        SeenResolver(identity: nil, address: "10.0.1.0", port: 53),
      ])
    #expect(told.count == SeenResolvers.most)
  }

  @Test("samples must stay few in a flood, and the last ones be kept")
  func keepsFewSamples() {
    var collector = Self.collector()
    for round in 0..<3 {
      for index in 0..<100 {
        collector.add(
          TapFrames.frame(
            .clientQuery,
            TapFrames.message([Array("r\(round) \(index)".utf8)] + TapFrames.labels("data.mcr.microsoft.com"))
          ))
      }
      _ = collector.takeReport(at: Self.now)
    }
    let samples = collector.sourceReport(at: Self.now).samples
    #expect(samples.count == TapCollector.mostSamples)
    #expect(samples.allSatisfy { $0.text.contains("r2\\032") })
  }
}
