import CZlib

/// Compresses a body in the gzip format (RFC 1952). The same bytes always give the same bytes: no name, no time.
///
/// - Returns: nil when zlib can't, which means that memory ran out.
package func gzip(_ body: [UInt8]) -> [UInt8]? {
  var stream = z_stream()
  // 15 + 16 asks zlib for the gzip wrapper; without deflateSetHeader its time field is 0 (zlib manual, deflateInit2).
  guard
    deflateInit2_(
      &stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
      Int32(MemoryLayout<z_stream>.size)) == Z_OK
  else { return nil }
  defer { deflateEnd(&stream) }
  // zlib counts in 32 bits; a body that large is no set.
  guard let length = UInt32(exactly: body.count),
    let capacity = UInt32(exactly: deflateBound(&stream, UInt(length)))
  else { return nil }
  var isComplete = false
  let compressed = [UInt8](unsafeUninitializedCapacity: Int(capacity)) { output, count in
    body.withUnsafeBufferPointer { input in
      stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
      stream.avail_in = length
      stream.next_out = output.baseAddress
      stream.avail_out = capacity
      isComplete = deflate(&stream, Z_FINISH) == Z_STREAM_END
    }
    count = Int(capacity - stream.avail_out)
  }
  return isComplete ? compressed : nil
}
