/// Writes queries.
package enum MessageWriter {
  /// Replaces `octets` by a query for `question` and returns how many of its octets are the question section, which
  /// starts at octet 12.
  ///
  /// - Parameters:
  ///   - recursionDesired: RD; off when asking an authoritative server.
  ///   - udpSize: the largest UDP reply that we take, at least 512; nil for a query without OPT.
  ///   - clientSubnet: sent as EDNS client subnet (RFC 7871); left out without OPT.
  ///   - padding: fills the message with the padding option (RFC 7830) to a multiple of this many octets; left out
  ///     without OPT.
  ///   - caseBits: a one turns the letter at its place to upper case (draft-vixie-dnsext-dns0x20); 0 sends the
  ///     canonical name. Bits are used from the lowest, and again after 64 letters.
  /// - Throws: `WireError.unwritableName`; `octets` is then unspecified.
  @discardableResult
  package static func writeQuery(
    _ question: Question, id: UInt16, recursionDesired: Bool = true, udpSize: UInt16?,
    clientSubnet: IPPrefix? = nil, padding: Int? = nil,
    caseBits: UInt64 = 0, into octets: inout [UInt8]
  ) throws(WireError) -> Int {
    octets.removeAll(keepingCapacity: true)
    octets += [
      UInt8(truncatingIfNeeded: id >> 8), UInt8(truncatingIfNeeded: id), recursionDesired ? 1 : 0, 0, 0, 1, 0,
      0, 0,
      0, 0, udpSize == nil ? 0 : 1,
    ]
    try append(question.name, caseBits: caseBits, to: &octets)
    append(question.type.rawValue, to: &octets)
    append(1, to: &octets)
    let questionLength = octets.count - 12
    if let udpSize {
      appendOPT(udpSize: max(512, udpSize), clientSubnet: clientSubnet, padding: padding, to: &octets)
    }
    return questionLength
  }

  /// A query as `writeQuery` writes it, in a new array.
  ///
  /// - Throws: `WireError.unwritableName`.
  package static func query(
    _ question: Question, id: UInt16, recursionDesired: Bool = true, udpSize: UInt16? = 1232,
    clientSubnet: IPPrefix? = nil, padding: Int? = nil, caseBits: UInt64 = 0
  ) throws(WireError) -> [UInt8] {
    var octets = [UInt8]()
    try writeQuery(
      question, id: id, recursionDesired: recursionDesired, udpSize: udpSize, clientSubnet: clientSubnet,
      padding: padding, caseBits: caseBits, into: &octets)
    return octets
  }

  /// Appends the name in wire form, uncompressed.
  ///
  /// - Throws: `WireError.unwritableName` for a label over 63 or a name over 255 octets, which only a name that was
  ///   adopted unread can have.
  package static func append(
    _ name: DomainName, caseBits: UInt64 = 0, to octets: inout [UInt8]
  ) throws(WireError) {
    let start = octets.count
    if name.isRoot { return octets.append(0) }
    octets.append(0)
    octets.append(contentsOf: name.text.utf8)
    octets.append(0)
    let isWritten = octets.withUnsafeMutableBufferPointer { octets in
      setLengths(&octets, from: start, caseBits: caseBits)
    }
    if !isWritten {
      octets.removeSubrange(start...)
      try appendUnescaped(name, caseBits: caseBits, to: &octets)
    }
    guard octets.count - start <= 255 else { throw .unwritableName(name) }
  }

  /// Turns the dots of a text that stands between two zeros into the lengths of labels; false when the text has escapes
  /// or a label that can't be written.
  private static func setLengths(
    _ octets: inout UnsafeMutableBufferPointer<UInt8>, from start: Int, caseBits: UInt64
  ) -> Bool {
    var caseBits = caseBits
    var lengthAt = start
    for index in start + 1..<octets.count {
      let octet = octets[index]
      if octet == UInt8(ascii: ".") || index == octets.count - 1 {
        let length = index - lengthAt - 1
        guard (1...63).contains(length) else { return false }
        octets[lengthAt] = UInt8(length)
        lengthAt = index
      } else if octet == UInt8(ascii: "\\") {
        return false
      } else if caseBits != 0, (0x61...0x7a).contains(octet) {
        octets[index] = octet ^ UInt8(truncatingIfNeeded: (caseBits & 1) << 5)
        caseBits = caseBits >> 1 | caseBits << 63
      }
    }
    return true
  }

  /// Appends a name octet by octet, undoing escapes.
  private static func appendUnescaped(
    _ name: DomainName, caseBits: UInt64, to octets: inout [UInt8]
  ) throws(WireError) {
    var caseBits = caseBits
    var lengthAt = octets.count
    var escape = 0  // digits still to come of \DDD
    var value: UInt16 = 0
    var isEscaped = false
    octets.append(0)
    for octet in name.text.utf8 {
      if escape > 0 {
        value = value &* 10 &+ UInt16(octet &- 0x30)
        escape -= 1
        if escape == 0 { octets.append(UInt8(truncatingIfNeeded: value)) }
      } else if isEscaped {
        isEscaped = false
        if (0x30...0x39).contains(octet) {
          value = UInt16(octet &- 0x30)
          escape = 2
        } else {
          octets.append(octet)
        }
      } else if octet == UInt8(ascii: "\\") {
        isEscaped = true
      } else if octet == UInt8(ascii: ".") {
        try close(lengthAt, name, &octets)
        lengthAt = octets.count
        octets.append(0)
      } else if caseBits != 0, (0x61...0x7a).contains(octet) {
        octets.append(octet ^ UInt8(truncatingIfNeeded: (caseBits & 1) << 5))
        caseBits = caseBits >> 1 | caseBits << 63
      } else {
        octets.append(octet)
      }
    }
    try close(lengthAt, name, &octets)
    octets.append(0)
  }

  private static func close(_ lengthAt: Int, _ name: DomainName, _ octets: inout [UInt8]) throws(WireError) {
    let length = octets.count - lengthAt - 1
    guard (1...63).contains(length) else { throw .unwritableName(name) }
    octets[lengthAt] = UInt8(length)
  }

  private static func appendOPT(
    udpSize: UInt16, clientSubnet: IPPrefix?, padding: Int?, to octets: inout [UInt8]
  ) {
    octets.append(0)
    append(RecordType.opt.rawValue, to: &octets)
    append(udpSize, to: &octets)
    append(0, to: &octets)  // extended response code and version
    append(0, to: &octets)  // DO and reserved bits
    let address = clientSubnet.map { $0.address.octets.prefix(($0.length + 7) / 8) }
    let subnetLength = address.map { 8 + $0.count } ?? 0
    let fill = padding.map { block in
      let unfilled = octets.count + 2 + subnetLength + 4
      return (block - unfilled % block) % block
    }
    append(UInt16(subnetLength + (fill.map { 4 + $0 } ?? 0)), to: &octets)
    if let clientSubnet, let address {
      append(ClientSubnet.optionCode, to: &octets)
      append(UInt16(4 + address.count), to: &octets)
      append(ClientSubnet.familyNumber(clientSubnet.family), to: &octets)
      octets.append(UInt8(clientSubnet.length))
      octets.append(0)
      octets.append(contentsOf: address)
    }
    if let fill {
      append(paddingCode, to: &octets)
      append(UInt16(fill), to: &octets)
      octets.append(contentsOf: repeatElement(0, count: fill))
    }
  }

  /// The EDNS option Padding (RFC 7830 §3).
  private static let paddingCode: UInt16 = 12

  private static func append(_ value: UInt16, to octets: inout [UInt8]) {
    octets.append(UInt8(truncatingIfNeeded: value >> 8))
    octets.append(UInt8(truncatingIfNeeded: value))
  }
}
