import DNS
import Testing

@Suite struct MessageOutlineTests {
  /// A question for `a.example`, and answers behind it.
  private static func message(
    flags: UInt16 = 0x8180, name: [UInt8] = [1, 0x41] + example, answers: Int = 0, _ records: [UInt8] = []
  ) -> [UInt8] {
    [0, 7, UInt8(flags >> 8), UInt8(flags & 0xff), 0, 1, 0, UInt8(answers), 0, 0, 0, 0] + name + [0, 1, 0, 1]
      + records
  }

  private static let example: [UInt8] = [7] + Array("example".utf8) + [0]

  private static func record(
    _ owner: [UInt8] = [0xc0, 12], type: UInt8, class recordClass: UInt8 = 1, _ data: [UInt8]
  )
    -> [UInt8]
  {
    owner + [0, type, 0, recordClass, 0, 0, 0, 60, 0, UInt8(data.count)] + data
  }

  private static func read<Value>(_ octets: [UInt8], _ body: (MessageOutline) throws -> Value) throws
    -> Value?
  {
    try octets.withUnsafeBytes { try MessageOutline($0).map(body) }
  }

  @Test("the question must be told as it stands, without the root")
  func tellsTheQuestion() throws {
    let told = try Self.read(Self.message(flags: 0x0100)) { outline in
      #expect(!outline.flags.isResponse && outline.isInternet && outline.type == .a)
      return Array(outline.name)
    }
    #expect(told == [1, 0x41] + Self.example.dropLast())
    #expect(try Self.read(Self.message(name: [0])) { $0.name.isEmpty } == true)
    var none = Self.message()
    none[5] = 0
    #expect(try Self.read(none) { _ in true } == nil)
    var several = Self.message()
    several[5] = 2
    #expect(throws: WireError.severalQuestions(2)) { try Self.read(several) { _ in true } }
  }

  @Test("every message that is cut must be a fault, never a read beyond its end")
  func refusesCutMessages() throws {
    let whole = Self.message(
      answers: 2,
      Self.record(type: 5, [1, 0x62, 0xc0, 14]) + Self.record([1, 0x62, 0xc0, 14], type: 1, [192, 0, 2, 1]))
    #expect(try Self.read(whole) { try $0.hasAddress() } == true)
    for end in 0..<whole.count {
      #expect(throws: WireError.self, "cut at \(end)") {
        try Self.read(Array(whole[..<end])) { outline in
          _ = try outline.leads { _ in false }
          return try outline.hasAddress()
        }
      }
    }
    for name: [UInt8] in [[0xc0, 12], [0xc0, 0], [0x40, 0], [0x80, 0], [UInt8](repeating: 63, count: 70)] {
      #expect(throws: WireError.self) { try Self.read(Self.message(name: name)) { _ in true } }
    }
    // TC: what stood complete before the end counts.
    let truncated = Self.message(flags: 0x8380, answers: 2, Self.record(type: 1, [192, 0, 2, 1]))
    #expect(try Self.read(truncated) { try $0.hasAddress() } == true)
    #expect(try Self.read(Self.message(flags: 0x8380, answers: 1)) { try $0.hasAddress() } == false)
  }

  @Test("addresses of another class must not count")
  func ignoresOtherClasses() throws {
    let chaos = Self.message(answers: 1, Self.record(type: 1, class: 3, [192, 0, 2, 1]))
    #expect(try Self.read(chaos) { try $0.hasAddress() } == false)
  }

  @Test(
    "an alias target must be found whatever its case and compression, only behind an alias that comes first")
  func findsTargets() throws {
    let sought = MessageOutline.hash(of: DomainName(canonical: "b.example"))
    func leads(_ answers: Int, _ records: [UInt8]) throws -> Bool? {
      try Self.read(Self.message(answers: answers, records)) { try $0.leads { $0 == sought } }
    }
    #expect(try leads(1, Self.record(type: 5, [1, 0x62, 0xc0, 14])) == true)
    #expect(try leads(1, Self.record(type: 5, [1, 0x42] + Self.example)) == true)
    let other = Self.record(type: 5, [1, 0x78, 0xc0, 14])
    #expect(try leads(1, other) == false)
    #expect(try leads(2, other + Self.record([1, 0x78, 0xc0, 14], type: 5, [1, 0x62, 0xc0, 14])) == true)
    let address = Self.record(type: 1, [192, 0, 2, 1])
    #expect(try leads(2, address + Self.record(type: 5, [1, 0x62, 0xc0, 14])) == false)
    // A pointer to itself is no target.
    #expect(try leads(1, Self.record(type: 5, [0xc0, 37])) == false)
  }
}
