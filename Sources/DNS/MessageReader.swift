/// Reads messages that anybody may have sent. Keep one and read many messages with it: its tables are reused.
///
/// Every length, count and pointer is checked before it is followed; no message makes it read outside the octets,
/// loop, or hold more than the message's own size warrants.
package struct MessageReader: Sendable {
  /// The most compression pointers that are followed within one name.
  package static let mostPointers = 32

  /// Names of the message at hand by the offset of their first label: most owners are a pointer to one of them.
  private var names = [(offset: Int, name: DomainName)]()
  private static let mostNames = 16

  /// Makes a reader with empty tables. Not to be shared between threads: each read changes them.
  package init() {}

  /// Reads one message. When `asked` is given and the message repeats its question octet by octet, the question's
  /// own name is adopted, which is fast; another question is read as it stands.
  ///
  /// A message with TC may end within a record; what stood complete before it is returned.
  ///
  /// - Throws: `WireError` for anything malformed.
  package mutating func read(
    _ octets: UnsafeRawBufferPointer, asked: AskedQuestion? = nil
  ) throws(WireError) -> Message {
    names.removeAll(keepingCapacity: true)
    guard octets.count >= 12 else { throw .noHeader(octets: octets.count) }
    var cursor = WireCursor(octets)
    let id = try cursor.uint16()
    let flags = MessageFlags(rawValue: try cursor.uint16())
    let questions = Int(try cursor.uint16())
    let answers = Int(try cursor.uint16())
    let authority = Int(try cursor.uint16())
    let additional = Int(try cursor.uint16())
    guard questions <= 1 else { throw .severalQuestions(questions) }
    // The shortest question takes 5 octets and the shortest record 11. A truncated message lacks some that it counts.
    let records = flags.isTruncated ? 0 : answers + authority + additional
    guard questions * 5 + records * 11 <= cursor.remaining else {
      throw .countsExceedLength(questions: questions, records: records, octets: octets.count)
    }
    var sections = Sections()
    if questions == 1 { sections.question = try question(&cursor, asked: asked) }
    do {
      try read(answers, &cursor, to: &sections.answers)
      try read(authority, &cursor, to: &sections.authority)
      try skip(additional, &cursor, opt: &sections.opt)
    } catch {
      guard flags.isTruncated else { throw error }
    }
    return Message(
      id: id, flags: flags,
      responseCode: ResponseCode(rawValue: (sections.opt?.extendedCode ?? 0) << 4 | flags.responseCodeBits),
      question: sections.question, answers: sections.answers, authority: sections.authority,
      edns: sections.opt?.edns, trailingOctets: cursor.remaining)
  }

  /// Reads one message from an array; the same rules.
  ///
  /// - Throws: `WireError` for anything malformed.
  package mutating func read(_ octets: [UInt8]) throws(WireError) -> Message {
    let result = octets.withUnsafeBytes { buffer in
      Result { () throws(WireError) -> Message in try read(buffer) }
    }
    return try result.get()
  }

  private struct Sections {
    var question: Question?
    var answers = [ResourceRecord]()
    var authority = [ResourceRecord]()
    var opt: OPTRecord?
  }

  private mutating func question(_ cursor: inout WireCursor, asked: AskedQuestion?) throws(WireError)
    -> Question
  {
    if let asked, asked.isRepeated(in: cursor) {
      names.append((cursor.offset, asked.question.name))
      cursor.offset += asked.octets.count
      return asked.question
    }
    let name = try name(&cursor)
    let type = RecordType(rawValue: try cursor.uint16())
    let questionClass = try cursor.uint16()
    guard questionClass == Self.internet else { throw .questionClass(questionClass) }
    return Question(name, type)
  }

  private mutating func read(
    _ count: Int, _ cursor: inout WireCursor, to records: inout [ResourceRecord]
  ) throws(WireError) {
    guard count > 0 else { return }
    records.reserveCapacity(min(count, cursor.remaining / 11))
    for _ in 0..<count {
      let start = cursor.offset
      let owner = try name(&cursor)
      let head = try RecordHead(&cursor)
      guard head.type != .opt else { throw .misplacedOPT(offset: start) }
      let data = try data(head, &cursor, recordAt: start)
      // Another class has its own meaning of each type.
      guard head.recordClass == Self.internet else { continue }
      records.append(ResourceRecord(owner: owner, type: head.type, ttl: TTL(wire: head.ttl), data: data))
    }
  }

  /// Reads the additional section: its OPT record, and the shape of the others.
  private mutating func skip(_ count: Int, _ cursor: inout WireCursor, opt: inout OPTRecord?)
    throws(WireError)
  {
    for _ in 0..<count {
      let start = cursor.offset
      let owner = try cursor.skipName()
      let head = try RecordHead(&cursor)
      if head.type == .opt {
        guard owner.length == 1 else { throw .misplacedOPT(offset: start) }
        guard opt == nil else { throw .severalOPT }
        opt = try OPTRecord(head, &cursor)
      } else {
        try cursor.skip(head.length)
      }
    }
  }

  private mutating func data(
    _ head: RecordHead, _ cursor: inout WireCursor, recordAt start: Int
  ) throws(WireError) -> RecordData {
    let end = cursor.offset + head.length
    guard end <= cursor.octets.count else { throw .pastEnd(offset: cursor.offset) }
    let data: RecordData
    switch head.type {
    case _ where head.recordClass != Self.internet:
      cursor.offset = end
      return .other([])
    case .a where head.length == 4:
      data = .address(IPAddress(v4: try cursor.uint32()))
    case .aaaa where head.length == 16:
      data = .address(IPAddress(v6: try cursor.uint128()))
    case .a, .aaaa:
      throw .dataLength(head.type, length: head.length, offset: start)
    case .cname, .dname, .ns, .ptr:
      data = .name(try name(&cursor))
    case .soa:
      _ = try cursor.skipName()
      _ = try cursor.skipName()
      try cursor.skip(16)  // serial, refresh, retry, expire
      data = .startOfAuthority(minimum: TTL(wire: try cursor.uint32()))
    default:
      data = .other(Array(cursor.octets[cursor.offset..<end]))
      cursor.offset = end
    }
    guard cursor.offset == end else { throw .dataLength(head.type, length: head.length, offset: start) }
    return data
  }

  private mutating func name(_ cursor: inout WireCursor) throws(WireError) -> DomainName {
    let (firstLabel, length) = try cursor.skipName()
    for index in names.indices.reversed() where names[index].offset == firstLabel { return names[index].name }
    let name = cursor.name(from: firstLabel, length: length)
    // Few, so that the search stays short: a chain's names come one after another.
    if names.count < Self.mostNames { names.append((firstLabel, name)) }
    return name
  }

  static let internet: UInt16 = 1
}

/// The question of a query that was sent, with its octets as they went out.
package struct AskedQuestion {
  let question: Question
  let octets: UnsafeRawBufferPointer

  /// `octets` are the question section alone, and must outlive this value.
  package init(_ question: Question, octets: UnsafeRawBufferPointer) {
    self.question = question
    self.octets = octets
  }

  /// Whether a message has the very same octets as its question, letter case included.
  package func isRepeated(in message: UnsafeRawBufferPointer) -> Bool {
    var cursor = WireCursor(message)
    cursor.offset = min(12, message.count)
    return isRepeated(in: cursor)
  }

  /// Whether the very same octets stand at the cursor.
  func isRepeated(in cursor: WireCursor) -> Bool {
    guard cursor.remaining >= octets.count else { return false }
    return UnsafeRawBufferPointer(rebasing: cursor.octets[cursor.offset..<cursor.offset + octets.count])
      .elementsEqual(octets)
  }
}

/// The fixed part of a record after its owner.
struct RecordHead {
  let type: RecordType
  let recordClass: UInt16
  let ttl: UInt32
  let length: Int

  init(_ cursor: inout WireCursor) throws(WireError) {
    type = RecordType(rawValue: try cursor.uint16())
    recordClass = try cursor.uint16()
    ttl = try cursor.uint32()
    length = Int(try cursor.uint16())
  }
}

/// An OPT record: its class and TTL hold other things (RFC 6891 §6.1.2 and §6.1.3).
struct OPTRecord {
  let edns: EDNS
  /// The upper eight bits of the response code.
  let extendedCode: UInt16

  /// Reads the options; the cursor stands at them.
  init(_ head: RecordHead, _ cursor: inout WireCursor) throws(WireError) {
    let end = cursor.offset + head.length
    guard end <= cursor.octets.count else { throw .pastEnd(offset: cursor.offset) }
    var clientSubnet: ClientSubnet?
    while cursor.offset < end {
      let start = cursor.offset
      guard end - start >= 4 else { throw .optionLength(offset: start) }
      let code = try cursor.uint16()
      let length = Int(try cursor.uint16())
      guard length <= end - cursor.offset else { throw .optionLength(offset: start) }
      if code == ClientSubnet.optionCode {
        let data = UnsafeRawBufferPointer(rebasing: cursor.octets[cursor.offset..<cursor.offset + length])
        clientSubnet = ClientSubnet(octets: data)
      }
      cursor.offset += length
    }
    edns = EDNS(
      udpSize: head.recordClass, version: UInt8(truncatingIfNeeded: head.ttl >> 16),
      isDNSSECOK: head.ttl & 0x8000 != 0, clientSubnet: clientSubnet)
    extendedCode = UInt16(truncatingIfNeeded: head.ttl >> 24)
  }
}
