import DNS
import Deciding
import Testing

@testable import Learning

@Suite struct CaptureReaderTests {
  @Test("a capture must teach exactly the names that were asked", arguments: TapCapture.all)
  func learnsFromCaptures(_ capture: TapCapture) throws {
    let octets = try capture.octets()
    var tallies = [SightingTally]()
    for size in [octets.count, 7, 4096] {
      var reader = CaptureReader(watching: DnsmasqQueryLogTests.mcr)
      for start in stride(from: 0, to: octets.count, by: size) {
        reader.append(octets[start..<min(octets.count, start + size)])
      }
      reader.finish()
      #expect(reader.fault == nil)
      tallies.append(reader.takeTally())
      #expect(reader.takeRefused().allSatisfy { $0.fault == "notHostname" && $0.text.contains("data.mcr") })
    }
    let tally = tallies[0]
    #expect(tallies.allSatisfy { $0 == tally })
    #expect(Set(tally.names.keys.map(\.text)) == capture.names)
    #expect(tally.lines == capture.frames)
    // Five labels that no host has, each in several frames, and nothing else.
    #expect(Set(tally.malformed.keys) == [.notHostname])
    let denied = tally.names.filter { $0.value.evidence == .denied }.map(\.key.text)
    #expect(
      Set(denied) == [
        "nosuchregion.data.mcr.microsoft.com", String(repeating: "a", count: 63) + ".data.mcr.microsoft.com",
      ])
    #expect(tally.names.values.allSatisfy { $0.evidence != .asked })
    #expect(!tally.related.keys.map(\.text).contains { $0.contains("evil.example") })
  }

  struct Hostile: Sendable, CustomTestStringConvertible {
    let file: String
    let fault: FrameStreamError?
    let malformed: [LineFault: Int64]
    let names: Int64
    var testDescription: String { file }
  }

  @Test(
    "each hostile capture must give its fault, and the good frames beside it",
    arguments: [
      Hostile(
        file: "fstrm-garbage-protobuf.raw", fault: nil, malformed: [.notDnstap: 1], names: 1),
      Hostile(
        file: "fstrm-huge-length.raw", fault: .frameTooLong(octets: 0xffff_fff0), malformed: [:], names: 0),
      Hostile(file: "fstrm-truncated-midframe.raw", fault: nil, malformed: [.torn: 1], names: 11),
      Hostile(
        file: "fstrm-unknown-control.raw", fault: nil, malformed: [.unknownControl: 1, .torn: 1], names: 3),
      Hostile(
        file: "fstrm-wrong-content-type.raw", fault: .contentType("protobuf:other.Type"), malformed: [:],
        names: 0),
    ])
  func readsHostileCaptures(_ hostile: Hostile) throws {
    let octets = try Fixture.octets(hostile.file)
    for size in [octets.count, 1] {
      var reader = CaptureReader(watching: DnsmasqQueryLogTests.mcr)
      for start in stride(from: 0, to: octets.count, by: size) {
        reader.append(octets[start..<min(octets.count, start + size)])
      }
      reader.finish()
      let tally = reader.takeTally()
      #expect(reader.fault == hostile.fault)
      #expect(tally.malformed == hostile.malformed)
      #expect(tally.lines - tally.malformed.values.reduce(0, +) == hostile.names)
      #expect(reader.takeRefused().count == hostile.malformed.values.reduce(0, +))
    }
  }

  @Test("no mutation of a capture may crash the reader or make a name that isn't watched")
  func survivesNoise() throws {
    var random = SplitMix(state: 0x706f_7374_6572_6e32)
    let octets = try Fixture.octets("unbound-1.17.1-dnstap-unix.fstrm")
    for _ in 0..<300 {
      var noisy = octets
      for _ in 0..<20 {
        let index = Int(random.next() % UInt64(noisy.count))
        switch random.next() % 3 {
        case 0: noisy[index] = UInt8(truncatingIfNeeded: random.next())
        case 1: noisy[index] ^= 1 << UInt8(random.next() % 8)
        default: noisy[index] = [0, 0x3f, 0xc0, 0xff][Int(random.next() % 4)]
        }
      }
      var collector = TapCollector(
        label: "noise", trustedAs: Vantage("noise"), watching: DnsmasqQueryLogTests.mcr,
        targets: [DomainName(canonical: "westeurope.edge.test")], at: Timestamp(seconds: 1))
      var stream = FrameStream()
      try? noisy.withUnsafeBytes { try collector.read($0, of: &stream, at: Timestamp(seconds: 1)) }
      for sighting in collector.takeReport(at: Timestamp(seconds: 1)).sightings {
        #expect(sighting.name.isHostname && sighting.name.labels.count == 5)
      }
    }
  }
}
