package import DNS

/// Writes replies, right ones and wrong ones.
package struct ReplyWriter {
  /// The message so far, with the counts in place.
  package private(set) var octets: [UInt8]
  private var counts: [UInt16] = [1, 0, 0, 0]

  /// Parts of a message after the question.
  package enum Section: Int {
    case answer = 1
    case authority = 2
    case additional = 3
  }

  /// Starts a reply to `question`: QR, RD and RA, and whatever `flags` adds.
  package init(id: UInt16, question: Question, code: UInt16 = 0, flags: UInt16 = 0) throws(WireError) {
    octets = try MessageWriter.query(question, id: id, udpSize: nil)
    set(0x8180 | flags | code, at: 2)
  }

  /// Starts a reply that repeats the question octet by octet, as servers do.
  package init(to query: [UInt8], questionLength: Int, code: UInt16 = 0, flags: UInt16 = 0) {
    octets = Array(query.prefix(12 + questionLength))
    set(0x8180 | flags | code, at: 2)
    writeCounts()
  }

  /// Appends a record. A nil owner is a compression pointer to the question's name.
  package mutating func add(
    _ owner: DomainName?, _ type: RecordType, ttl: UInt32 = 60, data: [UInt8], recordClass: UInt16 = 1,
    to section: Section = .answer
  ) throws(WireError) {
    if let owner { try MessageWriter.append(owner, to: &octets) } else { octets += [0xc0, 12] }
    for value in [type.rawValue, recordClass, UInt16(ttl >> 16), UInt16(ttl & 0xffff), UInt16(data.count)] {
      octets += [UInt8(value >> 8), UInt8(value & 0xff)]
    }
    octets += data
    counts[section.rawValue] += 1
    writeCounts()
  }

  package mutating func address(_ owner: DomainName?, _ address: IPAddress, ttl: UInt32 = 60)
    throws(WireError)
  {
    try add(owner, address.family.recordType, ttl: ttl, data: address.octets)
  }

  package mutating func alias(_ owner: DomainName?, _ target: DomainName, ttl: UInt32 = 60) throws(WireError)
  {
    var data = [UInt8]()
    try MessageWriter.append(target, to: &data)
    try add(owner, .cname, ttl: ttl, data: data)
  }

  package mutating func startOfAuthority(_ zone: DomainName, ttl: UInt32, minimum: UInt32) throws(WireError) {
    var data = [UInt8]()
    try MessageWriter.append(zone, to: &data)
    try MessageWriter.append(zone, to: &data)
    data += [UInt8](repeating: 0, count: 16)
    data += [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: minimum >> $0) }
    try add(zone, .soa, ttl: ttl, data: data, to: .authority)
  }

  /// Appends OPT; `extendedCode` are the upper eight bits of the response code.
  package mutating func opt(
    udpSize: UInt16 = 1232, extendedCode: UInt32 = 0, options: [UInt8] = []
  ) throws(WireError) {
    try add(.root, .opt, ttl: extendedCode << 24, data: options, recordClass: udpSize, to: .additional)
  }

  /// Makes the header tell another number of records than there are.
  package mutating func claim(_ count: UInt16, in section: Section) {
    set(count, at: 4 + 2 * section.rawValue)
  }

  private mutating func writeCounts() {
    for (index, count) in counts.enumerated() { set(count, at: 4 + 2 * index) }
  }

  private mutating func set(_ value: UInt16, at offset: Int) {
    octets[offset] = UInt8(value >> 8)
    octets[offset + 1] = UInt8(value & 0xff)
  }
}
