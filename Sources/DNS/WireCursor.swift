/// A place in a message. Nothing is read without a check against the end.
struct WireCursor {
  let octets: UnsafeRawBufferPointer
  var offset = 0

  init(_ octets: UnsafeRawBufferPointer) { self.octets = octets }

  /// Octets from here to the end.
  var remaining: Int { octets.count - offset }

  mutating func uint8() throws(WireError) -> UInt8 {
    guard remaining >= 1 else { throw .pastEnd(offset: offset) }
    defer { offset += 1 }
    return octets[offset]
  }

  mutating func uint16() throws(WireError) -> UInt16 {
    guard remaining >= 2 else { throw .pastEnd(offset: offset) }
    defer { offset += 2 }
    return UInt16(bigEndian: octets.loadUnaligned(fromByteOffset: offset, as: UInt16.self))
  }

  mutating func uint32() throws(WireError) -> UInt32 {
    guard remaining >= 4 else { throw .pastEnd(offset: offset) }
    defer { offset += 4 }
    return UInt32(bigEndian: octets.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
  }

  mutating func uint128() throws(WireError) -> UInt128 {
    guard remaining >= 16 else { throw .pastEnd(offset: offset) }
    defer { offset += 16 }
    return UInt128(bigEndian: octets.loadUnaligned(fromByteOffset: offset, as: UInt128.self))
  }

  mutating func skip(_ count: Int) throws(WireError) {
    guard remaining >= count else { throw .pastEnd(offset: offset) }
    offset += count
  }

  /// Walks over a name and checks it whole: bounds, label types, pointers, length.
  ///
  /// - Returns: where its first label stands after leading pointers were followed, and its length in octets with the
  ///   root's, so that 1 means the root.
  mutating func skipName() throws(WireError) -> (firstLabel: Int, length: Int) {
    let start = offset
    var position = offset
    // Each pointer must lead before the labels that it ends, so that names can't loop (RFC 1035 §4.1.4: "a prior
    // occurrence").
    var segment = offset
    var end: Int?
    var firstLabel = offset
    var length = 1
    var pointers = 0
    while true {
      guard position < octets.count else { throw .pastEnd(offset: position) }
      let octet = octets[position]
      switch octet >> 6 {
      case 0 where octet == 0:
        offset = end ?? position + 1
        return (firstLabel, length)
      case 0:
        length += Int(octet) + 1
        guard length <= 255 else { throw .nameTooLong(offset: start) }
        position += Int(octet) + 1
      case 3:
        guard position + 1 < octets.count else { throw .pastEnd(offset: position) }
        let target = Int(octet & 0x3f) << 8 | Int(octets[position + 1])
        guard target < segment, target >= 12 else { throw .pointerNotBackward(offset: position) }
        pointers += 1
        guard pointers <= MessageReader.mostPointers else { throw .tooManyPointers(offset: start) }
        if end == nil { end = position + 2 }
        if length == 1 { firstLabel = target }
        segment = target
        position = target
      default:
        throw .labelType(octet, offset: position)
      }
    }
  }

  /// The name that `skipName` found good, in canonical form.
  func name(from firstLabel: Int, length: Int) -> DomainName {
    if length == 1 { return .root }
    var isPlain = true
    let canonicalOctets = Self.canonicalOctets
    let text = String(unsafeUninitializedCapacity: length - 2) { text in
      var count = 0
      forEachLabel(from: firstLabel) { label in
        if count > 0 {
          text[count] = UInt8(ascii: ".")
          count += 1
        }
        for octet in label {
          let canonical = canonicalOctets[Int(octet)]
          if canonical == 0 { isPlain = false }
          text[count] = canonical
          count += 1
        }
      }
      return isPlain ? count : 0
    }
    return isPlain ? DomainName(canonical: text) : escapedName(from: firstLabel)
  }

  private func escapedName(from firstLabel: Int) -> DomainName {
    var text = [UInt8]()
    forEachLabel(from: firstLabel) { label in
      if !text.isEmpty { text.append(UInt8(ascii: ".")) }
      for octet in label { DomainName.appendEscaped(octet, to: &text) }
    }
    return DomainName(canonical: String(decoding: text, as: UTF8.self))
  }

  /// Visits the labels of a name that `skipName` found good.
  @inline(__always)
  func forEachLabel(from firstLabel: Int, _ body: (Slice<UnsafeRawBufferPointer>) -> Void) {
    var position = firstLabel
    while octets[position] != 0 {
      if octets[position] >= 0xc0 {
        position = Int(octets[position] & 0x3f) << 8 | Int(octets[position + 1])
        continue
      }
      let next = position + 1 + Int(octets[position])
      body(octets[position + 1..<next])
      position = next
    }
  }

  /// For each octet of a label its canonical form, or 0 when it must be escaped.
  private static let canonicalOctets: [UInt8] = (UInt8.min...UInt8.max).map { octet in
    var text = [UInt8]()
    DomainName.appendEscaped(octet, to: &text)
    return text.count == 1 ? text[0] : 0
  }
}
