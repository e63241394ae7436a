/// Why octets are no DNS message that Postern accepts. Offsets count from the start of the message.
package enum WireError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Fewer than the 12 octets of a header.
  case noHeader(octets: Int)
  /// The header promises more questions and records than the message has room for.
  case countsExceedLength(questions: Int, records: Int, octets: Int)
  /// More than one question, which no server of this century sends (RFC 9619).
  case severalQuestions(Int)
  /// A question of another class than IN.
  case questionClass(UInt16)
  /// A field, name or RDATA runs over the end of the message.
  case pastEnd(offset: Int)
  /// A label type other than a plain label or a compression pointer (RFC 6891 §5).
  case labelType(UInt8, offset: Int)
  /// A compression pointer that doesn't point strictly backward, or into the header.
  case pointerNotBackward(offset: Int)
  /// More than `MessageReader.mostPointers` compression pointers in one name.
  case tooManyPointers(offset: Int)
  /// A name over 255 octets.
  case nameTooLong(offset: Int)
  /// RDATA whose length doesn't fit its type.
  case dataLength(RecordType, length: Int, offset: Int)
  /// A second OPT record (RFC 6891 §6.1.1).
  case severalOPT
  /// An OPT record outside the additional section, or whose owner is not the root.
  case misplacedOPT(offset: Int)
  /// An EDNS option that runs over the end of its OPT record.
  case optionLength(offset: Int)
  /// To be written: a name with a label over 63 octets or over 255 octets in all.
  case unwritableName(DomainName)

  package var description: String {
    switch self {
    case .noHeader(let octets): "\(octets) octets are too few for a DNS header"
    case .countsExceedLength(let questions, let records, let octets):
      "\(questions) questions and \(records) records can't stand in \(octets) octets"
    case .severalQuestions(let count): "\(count) questions in one message"
    case .questionClass(let number): "the question is of class \(number), not IN"
    case .pastEnd(let offset): "the message ends within the field at octet \(offset)"
    case .labelType(let type, let offset): "label type \(type >> 6) at octet \(offset)"
    case .pointerNotBackward(let offset): "the compression pointer at octet \(offset) doesn't point backward"
    case .tooManyPointers(let offset): "the name at octet \(offset) has too many compression pointers"
    case .nameTooLong(let offset): "the name at octet \(offset) is longer than 255 octets"
    case .dataLength(let type, let length, let offset):
      "the \(type) record at octet \(offset) has \(length) octets of data"
    case .severalOPT: "two OPT records"
    case .misplacedOPT(let offset): "an OPT record out of place at octet \(offset)"
    case .optionLength(let offset): "the EDNS option at octet \(offset) runs over its record"
    case .unwritableName(let name): "'\(name)' has no wire form"
    }
  }
}
