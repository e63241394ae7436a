import DNS
import FakeNameServer
import Testing

@Suite struct MessageReaderTests {
  static let name = DomainName(canonical: "www.example.net")
  static let question = Question(name, .a)
  /// Header and question of a reply to `question`: 12 + 21 octets.
  static let head = try? ReplyWriter(id: 7, question: question).octets

  private func read(_ octets: [UInt8]) throws(WireError) -> Message {
    var reader = MessageReader()
    return try reader.read(octets)
  }

  @Test func `A whole reply is read: flags, code, chain, SOA and client subnet`() throws {
    var writer = try ReplyWriter(id: 0xbeef, question: Self.question, code: 3, flags: 0x0420)
    try writer.alias(nil, DomainName("Edge.Example.NET"), ttl: 30)
    try writer.address(DomainName("edge.example.net"), IPAddress(v4: 0xc000_0201), ttl: 5)
    try writer.startOfAuthority(DomainName("example.net"), ttl: 900, minimum: 60)
    try writer.opt(udpSize: 4096, options: [0, 8, 0, 7, 0, 1, 24, 20, 203, 0, 113])
    let message = try read(writer.octets)
    #expect(message.id == 0xbeef)
    #expect(message.flags.isResponse && message.flags.isAuthoritative && message.flags.isAuthenticated)
    #expect(message.flags.isRecursionDesired && message.flags.isRecursionAvailable)
    #expect(!message.flags.isTruncated && !message.flags.isCheckingDisabled && message.flags.opcode == 0)
    #expect(message.responseCode == .nxDomain)
    #expect(message.question == Self.question)
    #expect(message.answers.map(\.owner.text) == ["www.example.net", "edge.example.net"])
    #expect(message.answers.map(\.data.description) == ["edge.example.net", "192.0.2.1"])
    #expect(message.answers.map(\.ttl.seconds) == [30, 5])
    #expect(message.negativeTTL?.seconds == 60)
    #expect(message.edns?.udpSize == 4096)
    let prefix = try #require(IPPrefix("203.0.113.0/24"))
    #expect(message.edns?.clientSubnet == ClientSubnet(prefix, scope: 20))
    #expect(message.trailingOctets == 0)
  }

  @Test func `The upper bits of the response code come from OPT`() throws {
    var writer = try ReplyWriter(id: 1, question: Self.question)
    try writer.opt(extendedCode: 1)
    #expect(try read(writer.octets).responseCode == .badVers)
  }

  @Test(arguments: [
    (UInt32(0), UInt32(0)), (1, 1), (0x7fff_ffff, 0x7fff_ffff), (0x8000_0000, 0), (0xffff_ffff, 0),
  ])
  func `A TTL with the top bit counts as 0`(wire: UInt32, seconds: UInt32) throws {
    var writer = try ReplyWriter(id: 1, question: Self.question)
    try writer.address(nil, IPAddress(v4: 1), ttl: wire)
    #expect(try read(writer.octets).answers.map(\.ttl.seconds) == [seconds])
  }

  @Test func `Two thousand addresses are all read`() throws {
    var writer = try ReplyWriter(id: 1, question: Self.question)
    for index in 0..<2000 { try writer.address(nil, IPAddress(v4: UInt32(index))) }
    let message = try read(writer.octets)
    #expect(message.answers.count == 2000)
    #expect(message.answers.last?.data == .address(IPAddress(v4: 1999)))
  }

  @Test func `Unknown types and classes don't disturb the others`() throws {
    var writer = try ReplyWriter(id: 1, question: Self.question)
    try writer.add(nil, RecordType(rawValue: 65_280), data: [1, 2, 3])
    try writer.add(nil, .a, data: [1, 2, 3, 4], recordClass: 3)
    try writer.address(nil, IPAddress(v4: 5))
    let message = try read(writer.octets + [0xff, 0xff])
    #expect(message.answers.map(\.data) == [.other([1, 2, 3]), .address(IPAddress(v4: 5))])
    #expect(message.trailingOctets == 2)
  }

  @Test(arguments: [
    ([[UInt8]]([[0x41, 0x2e, 0x42], [0x5c]]), "a\\.b.\\\\"), ([[0x20, 0x00, 0xff]], "\\032\\000\\255"),
    ([[0x2a], [0x63]], "*.c"),
  ])
  func `Octets that text must escape are escaped`(labels: [[UInt8]], text: String) throws {
    var octets = try ReplyWriter(id: 1, question: Self.question).octets.prefix(12) + []
    for label in labels { octets += [UInt8(label.count)] + label }
    octets += [0, 0, 1, 0, 1]
    let message = try read(Array(octets))
    #expect(message.question?.name.text == text)
    #expect(try message.question?.name == DomainName(labels: labels))
  }

  @Test func `Names are read through pointers to other names and into them`() throws {
    var writer = try ReplyWriter(id: 1, question: Self.question)
    // CNAME x.example.net: the label and a pointer into the question (offset 16 is "example.net").
    try writer.add(nil, .cname, data: [1, 0x58, 0xc0, 16])
    let target = UInt8(12 + 21 + 12)
    try writer.add(nil, .cname, data: [0xc0, target])
    #expect(try read(writer.octets).answers.map(\.data.description) == ["x.example.net", "x.example.net"])
  }

  @Test func `A name of 255 octets is read, one of 256 is not`() throws {
    let label = [63] + [UInt8](repeating: 0x61, count: 63)
    let header = try ReplyWriter(id: 1, question: Self.question).octets.prefix(12)
    let longest = label + label + label + [61] + [UInt8](repeating: 0x61, count: 61) + [0]
    #expect(try read(header + longest + [0, 1, 0, 1]).question?.name.text.utf8.count == 253)
    let tooLong = label + label + label + [62] + [UInt8](repeating: 0x61, count: 62) + [0]
    #expect(throws: WireError.nameTooLong(offset: 12)) { try read(header + tooLong + [0, 1, 0, 1]) }
  }

  /// What follows the header of a message with one answer and no question, and the error.
  @Test(
    arguments: [
      ([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0], WireError.pointerNotBackward(offset: 12)),
      ([0xc0, 14, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0], .pointerNotBackward(offset: 12)),
      ([0xc0, 4, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0], .pointerNotBackward(offset: 12)),
      ([1, 0x61, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0], .pointerNotBackward(offset: 14)),
      ([0x40, 0x61, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0], .labelType(0x40, offset: 12)),
      ([0x81, 0x61, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0], .labelType(0x81, offset: 12)),
      ([63, 0x61, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0], .pastEnd(offset: 76)),
      ([0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, 1, 2, 3], .pastEnd(offset: 23)),
      ([0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 3, 1, 2, 3], .dataLength(.a, length: 3, offset: 12)),
      ([0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0], .dataLength(.a, length: 0, offset: 12)),
      ([0, 0, 28, 0, 1, 0, 0, 0, 0, 0, 4, 1, 2, 3, 4], .dataLength(.aaaa, length: 4, offset: 12)),
      ([0, 0, 5, 0, 1, 0, 0, 0, 0, 0, 3, 0, 9, 9], .dataLength(.cname, length: 3, offset: 12)),
      ([0, 0, 5, 0, 1, 0, 0, 0, 0, 0, 1, 1, 0x61, 0], .dataLength(.cname, length: 1, offset: 12)),
      ([0, 0, 6, 0, 1, 0, 0, 0, 0, 0, 2, 0, 0], .pastEnd(offset: 25)),
      ([0, 0, 41, 4, 0, 0, 0, 0, 0, 0, 0], .misplacedOPT(offset: 12)),
    ] as [([UInt8], WireError)])
  func `A malformed answer is refused with its reason`(rest: [UInt8], error: WireError) {
    #expect(throws: error) { try read([0, 1, 0x81, 0x80, 0, 0, 0, 1, 0, 0, 0, 0] + rest) }
  }

  @Test(
    arguments: [
      ([], WireError.noHeader(octets: 0)), ([0, 1, 0x81, 0x80, 0, 1, 0], .noHeader(octets: 7)),
      ([0, 1, 0x81, 0x80, 0, 2, 0, 0, 0, 0, 0, 0], .severalQuestions(2)),
      (
        [0, 1, 0x81, 0x80, 0, 1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 1, 0, 1],
        .countsExceedLength(questions: 1, records: 196_605, octets: 17)
      ),
      ([0, 1, 0x81, 0x80, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 3], .questionClass(3)),
    ] as [([UInt8], WireError)])
  func `A malformed header or question is refused with its reason`(octets: [UInt8], error: WireError) {
    #expect(throws: error) { try read(octets) }
  }

  @Test func `Two OPT records, one with a name and one in the answers are refused`() throws {
    var two = try ReplyWriter(id: 1, question: Self.question)
    try two.opt()
    try two.opt()
    #expect(throws: WireError.severalOPT) { try read(two.octets) }
    var named = try ReplyWriter(id: 1, question: Self.question)
    try named.add(Self.name, .opt, data: [], recordClass: 1232, to: .additional)
    #expect(throws: WireError.misplacedOPT(offset: 33)) { try read(named.octets) }
    var answered = try ReplyWriter(id: 1, question: Self.question)
    try answered.add(.root, .opt, data: [], recordClass: 1232, to: .answer)
    #expect(throws: WireError.misplacedOPT(offset: 33)) { try read(answered.octets) }
  }

  @Test(arguments: [[0, 8, 0, 9, 0], [0, 8, 0], [0xff, 0xff, 0, 1]] as [[UInt8]])
  func `An option that runs over its record is refused`(options: [UInt8]) throws {
    var writer = try ReplyWriter(id: 1, question: Self.question)
    try writer.opt(options: options)
    #expect(throws: WireError.optionLength(offset: 44)) { try read(writer.octets) }
  }

  @Test(
    arguments: [
      [0, 8, 0, 3, 0, 1, 24], [0, 8, 0, 4, 0, 3, 0, 0], [0, 8, 0, 4, 0, 1, 33, 0],
      [0, 8, 0, 6, 0, 1, 24, 0, 1, 2],
      [0, 8, 0, 5, 0, 1, 4, 0, 0xff],
    ] as [[UInt8]])
  func `A malformed client subnet counts as none`(option: [UInt8]) throws {
    var writer = try ReplyWriter(id: 1, question: Self.question)
    try writer.opt(options: option)
    let message = try read(writer.octets)
    #expect(message.edns != nil && message.edns?.clientSubnet == nil)
  }

  @Test func `A name with more than 32 pointers is refused`() throws {
    // A ladder in the data of an unknown type: each rung points to the one before.
    var data: [UInt8] = [1, 0x61, 0]
    let start = 12 + 21 + 12
    var previous = start
    for _ in 0..<33 {
      let here = start + data.count
      data += [0xc0 | UInt8(previous >> 8), UInt8(previous & 0xff)]
      previous = here
    }
    for (rungs, works) in [(32, true), (33, false)] {
      var writer = try ReplyWriter(id: 1, question: Self.question)
      try writer.add(nil, RecordType(rawValue: 65_280), data: data)
      let rung = start + 3 + 2 * (rungs - 2)
      try writer.add(nil, .cname, data: [0xc0 | UInt8(rung >> 8), UInt8(rung & 0xff)])
      if works {
        #expect(try read(writer.octets).answers.last?.data.description == "a")
      } else {
        #expect(throws: WireError.tooManyPointers(offset: start + data.count + 12)) {
          try read(writer.octets)
        }
      }
    }
  }

  @Test func `A truncated message gives the records that stood complete`() throws {
    var writer = try ReplyWriter(id: 1, question: Self.question, flags: 0x0200)
    for index in 0..<5 { try writer.address(nil, IPAddress(v4: UInt32(index))) }
    let message = try read(writer.octets.dropLast(20) + [])
    #expect(message.flags.isTruncated && message.answers.count == 3)
  }

  @Test func `The asked question is adopted only when its octets are repeated`() throws {
    var query = [UInt8]()
    let length = try MessageWriter.writeQuery(Self.question, id: 7, udpSize: nil, into: &query)
    var writer = ReplyWriter(to: query, questionLength: length)
    try writer.address(nil, IPAddress(v4: 1))
    let reply = writer.octets
    let other = try ReplyWriter(id: 7, question: Question(DomainName("ww2.example.net"), .a)).octets
    var reader = MessageReader()
    query.withUnsafeBytes { bytes in
      let asked = AskedQuestion(
        Self.question, octets: UnsafeRawBufferPointer(rebasing: bytes[12..<12 + length]))
      reply.withUnsafeBytes {
        let message = try? reader.read($0, asked: asked)
        #expect(message?.question == Self.question && message?.answers.map(\.owner) == [Self.name])
      }
      other.withUnsafeBytes {
        let message = try? reader.read($0, asked: asked)
        #expect(message?.question?.name.text == "ww2.example.net")
        #expect(!asked.isRepeated(in: $0))
      }
      for count in 0..<reply.count {
        Array(reply.prefix(count)).withUnsafeBytes { _ = try? reader.read($0, asked: asked) }
      }
    }
  }

  @Test func `No mutation of a real message harms the reader`() throws {
    var fuzz = ReplyMutation(seed: 20_261_123)
    var reader = MessageReader()
    var read = 0
    for _ in 0..<15_000 {
      guard let message = try? reader.read(fuzz.next()) else { continue }
      read += 1
      for record in message.answers { try fuzz.check(record) }
    }
    #expect(read > 500, "the mutations never leave a readable message, so they prove little")
  }
}
