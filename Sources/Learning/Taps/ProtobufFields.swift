/// Walks over the fields of a protobuf message (protobuf.dev, "Encoding"). Nothing is read without a check against the
/// end, and nothing is copied.
struct ProtobufFields {
  /// A field; `value` of a number, `octets` of what has a length.
  struct Field {
    let number: UInt64
    let value: UInt64
    let octets: UnsafeRawBufferPointer?
  }

  private let octets: UnsafeRawBufferPointer
  private var offset = 0

  init(_ octets: UnsafeRawBufferPointer) { self.octets = octets }

  /// The next field; nil at the end.
  mutating func next() throws(LineFault) -> Field? {
    guard offset < octets.count else { return nil }
    let tag = try varint()
    let number = tag >> 3
    guard number != 0 else { throw .notDnstap }
    switch tag & 7 {
    case 0: return Field(number: number, value: try varint(), octets: nil)
    case 1: return Field(number: number, value: try fixed(UInt64.self), octets: nil)
    case 2:
      let length = try varint()
      guard length <= UInt64(octets.count - offset) else { throw .notDnstap }
      let start = offset
      offset += Int(length)
      return Field(number: number, value: 0, octets: UnsafeRawBufferPointer(rebasing: octets[start..<offset]))
    case 5: return Field(number: number, value: UInt64(try fixed(UInt32.self)), octets: nil)
    // Groups, which dnstap never had, and numbers without a meaning.
    default: throw .notDnstap
    }
  }

  private mutating func varint() throws(LineFault) -> UInt64 {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while offset < octets.count, shift < 64 {
      let octet = octets[offset]
      offset += 1
      value |= UInt64(octet & 0x7f) << shift
      if octet < 0x80 { return value }
      shift += 7
    }
    throw .notDnstap
  }

  private mutating func fixed<Number: FixedWidthInteger & BitwiseCopyable>(
    _ type: Number.Type
  ) throws(LineFault) -> Number {
    guard octets.count - offset >= MemoryLayout<Number>.size else { throw .notDnstap }
    defer { offset += MemoryLayout<Number>.size }
    return Number(littleEndian: octets.loadUnaligned(fromByteOffset: offset, as: Number.self))
  }
}
