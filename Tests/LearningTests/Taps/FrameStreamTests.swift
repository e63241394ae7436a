import Testing

@testable import Learning

@Suite struct FrameStreamTests {
  @Test("every capture must give all its frames, with STOP and without", arguments: TapCapture.all)
  func readsCaptures(_ capture: TapCapture) throws {
    var stream = FrameStream()
    #expect(try stream.frames(of: [capture.octets()]).count == capture.frames)
    #expect(!stream.isTorn)
    #expect(FrameStream.isBeginning(of: try capture.octets()))
    #expect(stream.stage == (capture.file.contains("nostop") ? .running : .stopped))
  }

  @Test("a stream cut anywhere must give the same frames and replies", arguments: TapCapture.all)
  func readsCutStreams(_ capture: TapCapture) throws {
    let octets = try capture.octets()
    var whole = FrameStream()
    let frames = try whole.frames(of: [octets])
    var single = FrameStream()
    #expect(try single.frames(of: octets.map { [$0] }) == frames)
    #expect(single.takeReplies() == whole.takeReplies())

    // All places of the control frames and of the first few frames; the others are no different.
    let few = Array(frames.prefix(4))
    let short =
      (capture.isConnection ? TapFrames.ready : []) + TapFrames.start + TapFrames.control(99, [])
      + few.flatMap(TapFrames.framed) + TapFrames.stop
    for cut in 1..<short.count {
      var stream = FrameStream()
      let pieces = [short[..<cut], short[cut...].prefix(3), short[cut...].dropFirst(3)].map { Array($0) }
      #expect(try stream.frames(of: pieces) == few, "cut at \(cut)")
      #expect(
        stream.takeReplies() == (capture.isConnection ? TapFrames.accept + TapFrames.finish : []),
        "cut at \(cut)")
      #expect(stream.unknownControls == 1)
    }
  }

  @Test("the replies must be those that unbound was given by the reference collector")
  func repliesAsTheReferenceDoes() throws {
    let received = try Fixture.octets("unbound-1.17.1-dnstap-bidi.rx.raw")
    var stream = FrameStream()
    _ = try stream.frames(of: [Array(received.prefix(42))])
    #expect(stream.stage == .offered)
    #expect(try stream.takeReplies() == Fixture.octets("unbound-1.17.1-dnstap-bidi.tx.raw"))
    _ = try stream.frames(of: [Array(received.dropFirst(42))])
    #expect(stream.takeReplies() == TapFrames.finish)
    #expect(stream.takeReplies().isEmpty)
  }

  @Test("a sender that expects no reply must get none")
  func staysSilent() throws {
    var stream = FrameStream()
    _ = try stream.frames(of: [Fixture.octets("unbound-1.17.1-dnstap-uni.rx.raw")])
    #expect(stream.takeReplies().isEmpty)
  }

  struct Fault: Sendable, CustomTestStringConvertible {
    let octets: [UInt8]
    let error: FrameStreamError
    var testDescription: String { "\(error)" }
  }

  @Test(
    "what isn't dnstap over Frame Streams must be refused for its own reason",
    arguments: [
      Fault(octets: Array("GET / HTTP/1.1\r\n".utf8), error: .noStart),
      Fault(octets: TapFrames.framed([1, 2, 3]), error: .noStart),
      Fault(octets: TapFrames.ready + TapFrames.framed([1]), error: .noStart),
      Fault(octets: TapFrames.control(99, []), error: .noStart),
      Fault(octets: TapFrames.start + TapFrames.stop + TapFrames.framed([1]), error: .noStart),
      Fault(
        octets: TapFrames.control(4, ["protobuf:other.Type"]), error: .contentType("protobuf:other.Type")),
      Fault(octets: TapFrames.control(2, []), error: .contentType("")),
      Fault(octets: TapFrames.ready + TapFrames.control(2, ["x"]), error: .contentType("x")),
      Fault(octets: TapFrames.long(0) + TapFrames.long(513), error: .controlTooLong(octets: 513)),
      Fault(octets: TapFrames.long(0) + TapFrames.long(.max), error: .controlTooLong(octets: 4_294_967_295)),
      Fault(octets: TapFrames.start + TapFrames.long(131_073), error: .frameTooLong(octets: 131_073)),
      Fault(octets: TapFrames.start + TapFrames.long(.max), error: .frameTooLong(octets: 4_294_967_295)),
      Fault(octets: TapFrames.long(0) + TapFrames.long(0), error: .badControl),
      Fault(octets: TapFrames.long(0) + TapFrames.long(3) + [0, 0, 2], error: .badControl),
      Fault(
        octets: TapFrames.long(0) + TapFrames.long(12) + TapFrames.long(2) + TapFrames.long(1)
          + TapFrames.long(1), error: .badControl),
      Fault(octets: TapFrames.long(0) + TapFrames.long(5) + TapFrames.long(2) + [0], error: .badControl),
      Fault(octets: TapFrames.accept, error: .unexpectedControl(type: 1)),
      Fault(octets: TapFrames.finish, error: .unexpectedControl(type: 5)),
      Fault(octets: TapFrames.stop, error: .unexpectedControl(type: 3)),
      Fault(octets: TapFrames.start + TapFrames.start, error: .unexpectedControl(type: 2)),
      Fault(octets: TapFrames.ready + TapFrames.ready, error: .unexpectedControl(type: 4)),
    ])
  func refuses(_ fault: Fault) {
    for pieces in [[fault.octets], fault.octets.map { [$0] }] {
      var stream = FrameStream()
      #expect(throws: fault.error) { try stream.frames(of: pieces) }
    }
    #expect(!fault.error.description.isEmpty && !fault.error.fault.isEmpty)
  }

  @Test("the longest frame must pass, several content types may be offered, unknown control frames go by")
  func acceptsTheLimits() throws {
    var stream = FrameStream()
    let longest = [UInt8](repeating: 7, count: FrameStream.longestFrame)
    let octets =
      TapFrames.control(4, ["x", FrameStream.contentType]) + TapFrames.start + TapFrames.control(99, [])
      + TapFrames.framed(longest) + TapFrames.stop
    #expect(try stream.frames(of: [octets]) == [longest])
    #expect(stream.unknownControls == 1)
    // Two files in one.
    #expect(try stream.frames(of: [TapFrames.start + TapFrames.framed([1]) + TapFrames.stop]) == [[1]])
  }

  @Test(
    "text and other files must not be taken for a stream", arguments: ["", "eastus.example\n", "\0\0\0\0"])
  func detects(_ text: String) {
    #expect(!FrameStream.isBeginning(of: Array(text.utf8)))
    #expect(!FrameStream.isBeginning(of: TapFrames.stop + [0]))
    #expect(!FrameStream.isBeginning(of: TapFrames.start.prefix(11)))
    #expect(FrameStream.isBeginning(of: TapFrames.control(4, ["protobuf:other.Type"])))
  }
}
