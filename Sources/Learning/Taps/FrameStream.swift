/// Reads one Frame Streams connection or file (farsightsec/fstrm, `fstrm/control.h`): octets in, frames out, and the
/// replies that the other side waits for. Both handshakes are understood; the first control frame decides:
/// READY, our ACCEPT, START, frames, STOP, our FINISH on a socket; START, frames, STOP in a file or from a sender that
/// expects no replies.
///
/// An end without STOP loses nothing: each frame is given out as soon as it is whole. After STOP another stream may
/// begin, as in files that were put together.
package struct FrameStream: Sendable {
  /// What senders of DNS messages call their frames.
  package static let contentType = "protobuf:dnstap.Dnstap"
  /// The longest control frame, in octets (fstrm's own limit).
  package static let longestControl = 512
  /// The longest frame, in octets: twice the longest DNS message.
  package static let longestFrame = 131_072

  /// How far a stream has come.
  package enum Stage: Sendable, Hashable {
    /// Nothing was read yet.
    case beginning
    /// The sender waits for our ACCEPT, or has it and must send START.
    case offered
    /// Frames come.
    case running
    /// The sender said that nothing follows.
    case stopped
  }

  /// How far it has come.
  package private(set) var stage = Stage.beginning
  /// Control frames of an unknown type; they are passed over, as fstrm's successors may have more.
  package private(set) var unknownControls: Int64 = 0
  private var expectsReplies = false
  private var replies = [UInt8]()
  /// The beginning of a frame that was cut.
  private var rest = [UInt8]()

  /// A stream of which nothing was read yet.
  package init() {}

  /// Takes the next octets, which may be cut anywhere, and calls `body` for each frame that is whole. Frames are slices
  /// of `octets`; only one that was cut is put together here, so no more is held than the longest frame.
  ///
  /// - Throws: `FrameStreamError`, after which nothing more can be read: where the next frame begins is lost.
  package mutating func read(
    _ octets: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) -> Void
  ) throws(FrameStreamError) {
    let start = try finishCutFrame(octets, body)
    let unread = UnsafeRawBufferPointer(rebasing: octets[start...])
    let end = try readWhole(unread, body)
    if end < unread.count { rest.append(contentsOf: unread[end...]) }
  }

  /// Whether the octets so far end within a frame.
  package var isTorn: Bool { !rest.isEmpty }

  /// What is to be sent to the other side since the last call.
  package mutating func takeReplies() -> [UInt8] {
    defer { replies = [] }
    return replies
  }

  /// Whether octets begin as a stream does: with READY or START, of whatever content type, so that another than ours is
  /// refused as such and not as text.
  package static func isBeginning(of octets: some Sequence<UInt8>) -> Bool {
    let head = Array(octets.prefix(12))
    return head.withUnsafeBytes { head in
      guard head.count == 12, number(head, 0) == 0, (4...UInt32(longestControl)).contains(number(head, 4))
      else {
        return false
      }
      return [ControlFrame.ready, ControlFrame.start].contains(number(head, 8))
    }
  }

  /// Takes from `octets` what the cut frame lacks, and no more; returns how many those were.
  private mutating func finishCutFrame(
    _ octets: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) -> Void
  ) throws(FrameStreamError) -> Int {
    var taken = 0
    while !rest.isEmpty, taken < octets.count {
      let next = min(octets.count, taken + Self.missing(rest))
      rest.append(contentsOf: octets[taken..<next])
      taken = next
      // Taken out, so that the frame can be read while `self` changes; its memory is used again.
      var frame = [UInt8]()
      swap(&frame, &rest)
      let end = frame.withUnsafeBytes { octets in
        Result { () throws(FrameStreamError) in try readWhole(octets, body) }
      }
      swap(&frame, &rest)
      if try end.get() > 0 { rest.removeAll(keepingCapacity: true) }
    }
    return taken
  }

  /// Octets that are needed to know more of a cut frame: its head first, for a length is checked before it is awaited.
  private static func missing(_ rest: [UInt8]) -> Int {
    rest.withUnsafeBytes { rest in
      guard rest.count >= 4 else { return 4 - rest.count }
      let length = Int(number(rest, 0))
      guard length == 0 else { return 4 + length - rest.count }
      guard rest.count >= 8 else { return 8 - rest.count }
      return 8 + Int(number(rest, 4)) - rest.count
    }
  }

  /// Reads the whole frames at the start of `octets` and returns where they end.
  private mutating func readWhole(
    _ octets: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) -> Void
  ) throws(FrameStreamError) -> Int {
    var start = 0
    while octets.count - start >= 4 {
      let length = Int(Self.number(octets, start))
      if length == 0 {
        guard octets.count - start >= 8 else { break }
        let length = Int(Self.number(octets, start + 4))
        guard length <= Self.longestControl else { throw .controlTooLong(octets: length) }
        guard octets.count - start - 8 >= length else { break }
        start += 8 + length
        try read(ControlFrame(UnsafeRawBufferPointer(rebasing: octets[start - length..<start])))
      } else {
        guard stage == .running else { throw .noStart }
        guard length <= Self.longestFrame else { throw .frameTooLong(octets: length) }
        guard octets.count - start - 4 >= length else { break }
        start += 4 + length
        body(UnsafeRawBufferPointer(rebasing: octets[start - length..<start]))
      }
    }
    return start
  }

  private mutating func read(_ control: ControlFrame) throws(FrameStreamError) {
    switch (control.type, stage) {
    case (ControlFrame.ready, .beginning), (ControlFrame.ready, .stopped):
      try control.requireContentType()
      expectsReplies = true
      stage = .offered
      replies += ControlFrame.accept
    case (ControlFrame.start, .beginning), (ControlFrame.start, .offered), (ControlFrame.start, .stopped):
      try control.requireContentType()
      if stage != .offered { expectsReplies = false }
      stage = .running
    case (ControlFrame.stop, .running):
      stage = .stopped
      if expectsReplies { replies += ControlFrame.finish }
    case (1...5, _):
      throw .unexpectedControl(type: control.type)
    default:
      guard stage != .beginning else { throw .noStart }
      unknownControls += 1
    }
  }

  static func number(_ octets: UnsafeRawBufferPointer, _ offset: Int) -> UInt32 {
    UInt32(bigEndian: octets.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
  }
}
