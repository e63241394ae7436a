/// Why octets are no Frame Streams of dnstap. Nothing after it can be read.
package enum FrameStreamError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The first frame is none of READY and START.
  case noStart
  /// The frames are something else; empty when the sender doesn't say what.
  case contentType(String)
  /// A control frame over `FrameStream.longestControl`.
  case controlTooLong(octets: Int)
  /// A frame over `FrameStream.longestFrame`.
  case frameTooLong(octets: Int)
  /// A control frame whose fields don't fit into it.
  case badControl
  /// A control frame out of its place: a second START, or one that only a reader sends.
  case unexpectedControl(type: UInt32)

  /// A word for it, as in `SourceReport.refused`.
  package var fault: String {
    switch self {
    case .noStart: "noStart"
    case .contentType: "contentType"
    case .controlTooLong: "controlTooLong"
    case .frameTooLong: "frameTooLong"
    case .badControl: "badControl"
    case .unexpectedControl: "unexpectedControl"
    }
  }

  /// What is wrong and what to try. Printable, whatever the sender wrote.
  package var description: String {
    switch self {
    case .noStart:
      "no Frame Streams: neither READY nor START comes first. Try: let the sender write dnstap over Frame Streams"
    case .contentType(let name):
      "the frames are '\(Self.printable(name))', not '\(FrameStream.contentType)'. Try: let the sender write dnstap"
    case .controlTooLong(let octets):
      "a control frame of \(octets) octets; at most \(FrameStream.longestControl) are allowed"
    case .frameTooLong(let octets):
      "a frame of \(octets) octets; at most \(FrameStream.longestFrame) are allowed"
    case .badControl: "a control frame whose fields don't fit into it"
    case .unexpectedControl(let type): "a control frame of type \(type) out of its place"
    }
  }

  private static func printable(_ text: String) -> String {
    String(
      decoding: text.utf8.prefix(80).map { (0x20...0x7e).contains($0) ? $0 : UInt8(ascii: "?") },
      as: UTF8.self)
  }
}
