import Deciding
import Testing

@testable import Learning

@Suite struct DnstapFrameTests {
  private static let query = TapFrames.message("eastus.data.mcr.microsoft.com")

  struct Shape: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let octets: [UInt8]
  }

  @Test(
    "a frame must be read whatever the order of its fields and whatever else it holds",
    arguments: [
      Shape(
        testDescription: "the type behind the message",
        octets: TapFrames.bytes(14, TapFrames.bytes(10, query) + TapFrames.number(1, 5))
          + TapFrames.number(15, 1)),
      Shape(
        testDescription: "the frame's type first",
        octets: TapFrames.number(15, 1)
          + TapFrames.bytes(14, TapFrames.number(1, 5) + TapFrames.bytes(10, query))),
      Shape(
        testDescription: "no frame type",
        octets: TapFrames.bytes(14, TapFrames.number(1, 5) + TapFrames.bytes(10, query))),
      Shape(
        testDescription: "unknown fields of every wire type",
        octets: TapFrames.bytes(99, [1, 2]) + TapFrames.number(500, .max)
          + TapFrames.bytes(
            14,
            TapFrames.varint(200 << 3 | 5) + [1, 2, 3, 4] + TapFrames.varint(201 << 3 | 1)
              + [1, 2, 3, 4, 5, 6, 7, 8] + TapFrames.number(1, 5) + TapFrames.bytes(10, query)
              + TapFrames.bytes(77, []))),
      Shape(
        testDescription: "an unknown socket protocol and family",
        octets: TapFrames.bytes(
          14,
          TapFrames.number(3, 99) + TapFrames.number(2, 12_345) + TapFrames.number(1, 5)
            + TapFrames.bytes(10, query))),
      Shape(
        testDescription: "the message in two parts, which protobuf merges",
        octets: TapFrames.bytes(14, TapFrames.number(1, 5)) + TapFrames.bytes(14, TapFrames.bytes(10, query))),
      Shape(
        testDescription: "a known field with another wire type",
        octets: TapFrames.bytes(
          14, TapFrames.bytes(1, [5]) + TapFrames.number(1, 5) + TapFrames.bytes(10, query))),
    ])
  func readsShapes(_ shape: Shape) throws {
    try shape.octets.withUnsafeBytes { octets in
      let frame = try #require(try DnstapFrame(octets))
      #expect(frame.kind == .clientQuery)
      #expect(frame.query.map(Array.init) == Self.query)
      #expect(frame.response == nil)
      #expect(frame.transport == nil)
    }
  }

  @Test(
    "what is no dnstap must be a fault",
    arguments: [
      [], [0xff, 0xff], [0x00], [0x72], [0x72, 0x05],
      [0x72, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
      [0x73], [0x0b], [0x0e], [0x0d, 1, 2, 3], [0x09, 1, 2, 3, 4, 5, 6, 7],
      [UInt8](repeating: 0x80, count: 40),
      TapFrames.number(15, 1), TapFrames.bytes(14, []), TapFrames.bytes(14, TapFrames.bytes(10, [1])),
      TapFrames.number(0, 1),
    ])
  func refuses(_ octets: [UInt8]) {
    octets.withUnsafeBytes { octets in
      _ = #expect(throws: LineFault.notDnstap) { _ = try DnstapFrame(octets) }
    }
  }

  @Test("a frame of a later kind must be passed over, not refused")
  func passesOverLaterKinds() throws {
    try (TapFrames.bytes(14, TapFrames.number(1, 99)) + TapFrames.number(15, 1)).withUnsafeBytes { octets in
      let frame = try #require(try DnstapFrame(octets))
      #expect(frame.kind == nil)
    }
    try (TapFrames.bytes(14, TapFrames.number(1, 5)) + TapFrames.number(15, 2)).withUnsafeBytes { octets in
      let isMessage = try DnstapFrame(octets) != nil
      #expect(!isMessage)
    }
  }

  @Test("times must be read to the millisecond, and no number may trap")
  func readsTimes() throws {
    func frame(_ seconds: UInt64, _ nanoseconds: [UInt8]) -> [UInt8] {
      TapFrames.bytes(
        14,
        TapFrames.number(1, 6) + TapFrames.number(3, 2) + TapFrames.number(12, seconds)
          + TapFrames.varint(13 << 3 | 5) + nanoseconds)
    }
    try frame(1_795_422_713, [0, 0xa3, 0xe1, 0x11]).withUnsafeBytes { octets in
      let frame = try #require(try DnstapFrame(octets))
      #expect(frame.responseTime == Timestamp(milliseconds: 1_795_422_713_300))
      #expect(frame.queryTime == nil)
      #expect(frame.transport == .tcp)
    }
    try frame(.max, [0xff, 0xff, 0xff, 0xff]).withUnsafeBytes { octets in
      let time = try DnstapFrame(octets)?.responseTime
      #expect(time != nil)
    }
  }

  @Test("a real frame must have its times, transport and messages")
  func readsRealFrame() throws {
    var stream = FrameStream()
    let frames = try stream.frames(of: [Fixture.octets("unbound-1.17.1-dnstap-unix.fstrm")])
    let first = try #require(frames.first)
    try first.withUnsafeBytes { octets in
      let frame = try #require(try DnstapFrame(octets))
      #expect(frame.kind == .clientQuery)
      #expect(frame.transport == .udp)
      #expect(frame.queryTime != nil)
      #expect(frame.query != nil && frame.response == nil)
    }
  }
}
