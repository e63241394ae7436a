import CZlib

/// Why a gzip file can't be read.
package enum GzipFault: Error, Sendable, Hashable, CustomStringConvertible {
  /// It ends before its content does: still being written, or cut off.
  case truncated
  /// Its content isn't what its checksums say, or isn't gzip at all.
  case damaged
  /// Something else stands behind its end.
  case garbage
  /// No memory.
  case noMemory

  package var description: String {
    switch self {
    case .truncated: "the compressed file is cut off"
    case .damaged: "the compressed file is damaged"
    case .garbage: "something else stands behind the compressed file's end"
    case .noMemory: "out of memory"
    }
  }
}

/// Decompresses the gzip format (RFC 1952), also several members one behind the other, piece by piece in a fixed amount
/// of memory.
package struct Gunzip: ~Copyable {
  /// zlib keeps a pointer back to it, so it must not move.
  private let stream: UnsafeMutablePointer<z_stream>
  /// Whether a member has just ended, or none has begun.
  private var isBetween = true
  private var hasMember = false

  /// Ready for the first member; fails when there is no memory.
  package init() throws(GzipFault) {
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    // 15 + 16: the largest window, and a gzip wrapper only (zlib manual, inflateInit2).
    guard inflateInit2_(stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
      stream.deallocate()
      throw .noMemory
    }
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
  }

  /// Whether a text begins as the gzip format does.
  package static func isGzip(_ beginning: some Collection<UInt8>) -> Bool {
    beginning.starts(with: [0x1f, 0x8b])
  }

  /// Decompresses as much of `input` as fits into `output`. Neither consumed nor produced anything means that more input
  /// is needed.
  package mutating func inflate(
    _ input: UnsafeBufferPointer<UInt8>, into output: UnsafeMutableBufferPointer<UInt8>
  ) throws(GzipFault) -> (consumed: Int, produced: Int) {
    guard !input.isEmpty, !output.isEmpty else { return (0, 0) }
    if isBetween, hasMember, input.first != 0x1f { throw .garbage }
    // zlib counts in 32 bits.
    let (given, room) = (min(input.count, 1 << 30), min(output.count, 1 << 30))
    stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
    stream.pointee.avail_in = UInt32(given)
    stream.pointee.next_out = output.baseAddress
    stream.pointee.avail_out = UInt32(room)
    isBetween = false
    let code = CZlib.inflate(stream, Z_NO_FLUSH)
    let consumed = given - Int(stream.pointee.avail_in)
    let produced = room - Int(stream.pointee.avail_out)
    switch code {
    case Z_OK, Z_BUF_ERROR: break
    case Z_STREAM_END:
      (isBetween, hasMember) = (true, true)
      guard inflateReset(stream) == Z_OK else { throw .damaged }
    case Z_MEM_ERROR: throw .noMemory
    default: throw hasMember && produced == 0 && stream.pointee.total_out == 0 ? .garbage : .damaged
    }
    return (consumed, produced)
  }

  /// To be called when there is no more input.
  package func finish() throws(GzipFault) {
    guard isBetween, hasMember else { throw .truncated }
  }
}
