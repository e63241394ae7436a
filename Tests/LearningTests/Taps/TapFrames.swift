import Deciding
import Testing

@testable import Learning

/// Writes DNS messages, dnstap frames and control frames as tests need them, hostile ones too.
enum TapFrames {
  struct Record {
    var owner: [[UInt8]]
    var type: UInt16
    var data: [UInt8]
    var ttl: UInt32 = 60

    static func alias(_ owner: String, _ target: String) -> Record {
      Record(owner: labels(owner), type: 5, data: wire(labels(target)))
    }

    static func a(_ owner: String, _ address: [UInt8]) -> Record {
      Record(owner: labels(owner), type: 1, data: address)
    }
  }

  static func labels(_ name: String) -> [[UInt8]] { name.split(separator: ".").map { Array($0.utf8) } }

  static func wire(_ labels: [[UInt8]]) -> [UInt8] {
    labels.flatMap { [UInt8($0.count)] + $0 } + [0]
  }

  /// A message with one question; `flags` 0x0100 for a query, 0x8180 and the response code for a response.
  static func message(
    _ name: [[UInt8]], type: UInt16 = 1, questionClass: UInt16 = 1, flags: UInt16 = 0x0100,
    answers: [Record] = []
  ) -> [UInt8] {
    var octets = word(0x1234) + word(flags) + word(1) + word(UInt16(answers.count)) + word(0) + word(0)
    octets += wire(name) + word(type) + word(questionClass)
    for record in answers {
      octets += wire(record.owner) + word(record.type) + word(1)
      octets += word(UInt16(record.ttl >> 16)) + word(UInt16(record.ttl & 0xffff))
      octets += word(UInt16(record.data.count)) + record.data
    }
    return octets
  }

  static func message(_ name: String, type: UInt16 = 1, flags: UInt16 = 0x0100, answers: [Record] = [])
    -> [UInt8]
  {
    message(labels(name), type: type, flags: flags, answers: answers)
  }

  /// A dnstap frame of a kind with its message.
  static func frame(_ kind: DnstapFrame.Kind, _ message: [UInt8]) -> [UInt8] {
    let inner =
      number(1, UInt64(kind.rawValue)) + number(2, 1) + number(3, 1) + bytes(4, [192, 0, 2, 77])
      + bytes(kind.isResponse ? 14 : 10, message)
    return bytes(1, Array("test".utf8)) + bytes(14, inner) + number(15, 1)
  }

  /// A protobuf field with a number.
  static func number(_ field: UInt64, _ value: UInt64) -> [UInt8] { varint(field << 3) + varint(value) }

  /// A protobuf field with octets.
  static func bytes(_ field: UInt64, _ octets: [UInt8]) -> [UInt8] {
    varint(field << 3 | 2) + varint(UInt64(octets.count)) + octets
  }

  static func varint(_ value: UInt64) -> [UInt8] {
    value < 0x80 ? [UInt8(value)] : [UInt8(value & 0x7f) | 0x80] + varint(value >> 7)
  }

  /// A frame as it goes on a connection.
  static func framed(_ frame: [UInt8]) -> [UInt8] { long(UInt32(frame.count)) + frame }

  static func control(_ type: UInt32, _ contentTypes: [String] = [FrameStream.contentType]) -> [UInt8] {
    let fields = contentTypes.flatMap { long(1) + long(UInt32($0.utf8.count)) + Array($0.utf8) }
    return long(0) + long(UInt32(4 + fields.count)) + long(type) + fields
  }

  static let ready = control(4)
  static let start = control(2)
  static let stop = control(3, [])
  static let accept = control(1)
  static let finish = control(5, [])

  static func long(_ value: UInt32) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> UInt32($0)) }
  }

  private static func word(_ value: UInt16) -> [UInt8] { [UInt8(value >> 8), UInt8(value & 0xff)] }
}

/// A capture of a real server, or a hand-made one.
struct TapCapture: Sendable, CustomTestStringConvertible {
  let file: String
  let frames: Int
  var isConnection = false
  var testDescription: String { file }

  static let all = [
    TapCapture(file: "unbound-1.17.1-dnstap-unix.fstrm", frames: 128),
    TapCapture(file: "unbound-1.17.1-dnstap-bidi.rx.raw", frames: 128, isConnection: true),
    TapCapture(file: "unbound-1.17.1-dnstap-tcp-bidi.rx.raw", frames: 128, isConnection: true),
    TapCapture(file: "unbound-1.17.1-dnstap-uni.rx.raw", frames: 128),
    TapCapture(file: "bind-9.18.49-dnstap.fstrm", frames: 126),
    TapCapture(file: "dnsdist-1.7.3-dnstap.fstrm", frames: 60),
    TapCapture(file: "dnsdist-1.7.3-dnstap-bidi-nostop.rx.raw", frames: 60, isConnection: true),
  ]

  func octets() throws -> [UInt8] { try Fixture.octets(file) }

  /// unbound was asked for one name more, which it answered itself.
  var names: Set<String> {
    file.hasPrefix("unbound")
      ? DnsmasqQueryLogTests.learned.union(["blocked.data.mcr.microsoft.com"]) : DnsmasqQueryLogTests.learned
  }
}

extension FrameStream {
  /// Reads pieces one after another and gives back copies of the frames.
  mutating func frames(of pieces: [[UInt8]]) throws(FrameStreamError) -> [[UInt8]] {
    var frames = [[UInt8]]()
    for piece in pieces {
      let result = piece.withUnsafeBytes { octets in
        Result { () throws(FrameStreamError) in try read(octets) { frames.append(Array($0)) } }
      }
      try result.get()
    }
    return frames
  }
}

extension TapReader {
  mutating func read(_ frame: [UInt8], at now: Timestamp = Timestamp(seconds: 1)) -> TapReading {
    frame.withUnsafeBytes { read($0, at: now) }
  }
}

extension TapCollector {
  mutating func add(_ frame: [UInt8], at now: Timestamp = Timestamp(seconds: 1)) {
    frame.withUnsafeBytes { add($0, at: now) }
  }
}
