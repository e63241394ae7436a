package import Deciding

/// Reads a capture of a tap that comes in pieces: an `.fstrm` file, or the octets of a connection. Only names are taken:
/// who gave a file isn't known, so its answers aren't believed.
package struct CaptureReader: Sendable {
  /// The most samples between two calls of `takeRefused`.
  package static let mostSamples = 64

  /// Why the rest can't be read; nil while it can.
  package private(set) var fault: FrameStreamError?
  private var stream = FrameStream()
  private var reader: TapReader
  private var tally = SightingTally()
  private var refused = [RefusedSample]()
  private var countedControls: Int64 = 0

  /// - Parameter names: what is watched: other names are counted and dropped.
  package init(watching names: WatchedNames) { reader = TapReader(trustedAs: nil, watching: names) }

  /// Reads the next piece; frames may be cut anywhere. After a fault, pieces are passed over.
  package mutating func append(_ piece: some Sequence<UInt8>) {
    if piece.withContiguousStorageIfAvailable({ append(UnsafeRawBufferPointer($0)) }) == nil {
      Array(piece).withUnsafeBytes { append($0) }
    }
  }

  /// Notes that nothing follows: a frame that was begun is counted as torn. Without STOP nothing else is lost.
  package mutating func finish() {
    guard fault == nil, stream.isTorn else { return }
    add(.malformed(.torn), nil)
  }

  /// What was read since the last call; each frame counts as a line.
  package mutating func takeTally() -> SightingTally {
    defer { tally = SightingTally() }
    return tally
  }

  /// Frames that were refused since the last call; the first of them, if they are many.
  package mutating func takeRefused() -> [RefusedSample] {
    defer { refused = [] }
    return refused
  }

  private mutating func append(_ octets: UnsafeRawBufferPointer) {
    guard fault == nil else { return }
    // Taken out, so that the closure that counts and the stream that calls it don't both hold `self`.
    var stream = FrameStream()
    swap(&stream, &self.stream)
    do {
      try stream.read(octets) { frame in
        // No lookup is made of it, so its moment doesn't matter.
        if case .line(let line) = reader.read(frame, at: Timestamp(milliseconds: 0)) { add(line, frame) }
      }
    } catch {
      fault = error
    }
    for _ in countedControls..<stream.unknownControls { add(.malformed(.unknownControl), nil) }
    countedControls = stream.unknownControls
    swap(&stream, &self.stream)
  }

  private mutating func add(_ line: LineReading, _ frame: UnsafeRawBufferPointer?) {
    tally.add(line)
    guard case .malformed(let fault) = line, refused.count < Self.mostSamples else { return }
    refused.append(
      frame.map { TapReader.sample(of: $0, fault) } ?? RefusedSample(fault: fault.rawValue, text: ""))
  }
}
