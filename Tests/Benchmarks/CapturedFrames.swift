import Foundation
import Learning

/// The frames of a capture, and what goes around them on a connection.
struct CapturedFrames {
  /// The frames alone.
  let frames: [[UInt8]]

  init(_ path: String) throws {
    let octets = Array(try Data(contentsOf: URL(filePath: path)))
    var stream = FrameStream()
    var frames = [[UInt8]]()
    try octets.withUnsafeBytes { octets in try stream.read(octets) { frames.append(Array($0)) } }
    guard !frames.isEmpty else { throw CapturedFramesError.noFrames(path) }
    self.frames = frames
  }

  /// The frames with their lengths, as often as it takes to make about a mebibyte of them, and how many they are.
  var block: (octets: [UInt8], count: Int) {
    let once = frames.flatMap { Self.number(UInt32($0.count)) + $0 }
    let times = max(1, (1 << 20) / once.count)
    return (Array(repeatElement(once, count: times).joined()), frames.count * times)
  }

  static let ready = control(4, Array(FrameStream.contentType.utf8))
  static let start = control(2, Array(FrameStream.contentType.utf8))
  static let stop = control(3, [])

  /// A framed CLIENT_RESPONSE with one address of four octets for a hostname.
  static func answer(to name: String, _ address: [UInt8] = [150, 171, 69, 10]) -> [UInt8] {
    response(to: name, code: 0, [0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4] + address)
  }

  /// A framed CLIENT_RESPONSE that says that a hostname doesn't exist.
  static func denial(of name: String) -> [UInt8] { response(to: name, code: 3, []) }

  private static func response(to name: String, code: UInt8, _ record: [UInt8]) -> [UInt8] {
    let labels = name.split(separator: ".").map { [UInt8($0.utf8.count)] + Array($0.utf8) }.joined() + [0]
    let message =
      [0, 1, 0x81, 0x80 | code, 0, 1, 0, record.isEmpty ? 0 : 1, 0, 0, 0, 0] as [UInt8] + labels
      + [0, 1, 0, 1] + record
    let inner: [UInt8] = [1 << 3, 6, 14 << 3 | 2, UInt8(message.count)] + message
    let frame: [UInt8] = [14 << 3 | 2, UInt8(inner.count)] + inner + [15 << 3, 1]
    return number(UInt32(frame.count)) + frame
  }

  private static func control(_ type: UInt32, _ contentType: [UInt8]) -> [UInt8] {
    let fields = contentType.isEmpty ? [] : number(1) + number(UInt32(contentType.count)) + contentType
    return number(0) + number(UInt32(4 + fields.count)) + number(type) + fields
  }

  private static func number(_ value: UInt32) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> UInt32($0)) }
  }
}

enum CapturedFramesError: Error, CustomStringConvertible {
  case noFrames(String)

  var description: String {
    switch self {
    case .noFrames(let path): "\(path) has no frames. Try: a dnstap capture"
    }
  }
}
