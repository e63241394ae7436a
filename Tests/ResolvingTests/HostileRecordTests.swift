import DNS
import Deciding
import FakeNameServer
import Resolving
import Testing

/// Replies from the right server, with the right ID and question, whose records are not what they should be.
extension Attack {
  static let edge = DomainName(canonical: "edge.example")
  static let far = DomainName(canonical: "far.example.net")

  /// Octets at the end of a reply's answer section, which then holds one record more.
  private static func appending(
    _ octets: [UInt8], to query: FakeNameServer.Query, code: UInt16 = 0
  ) -> FakeNameServer.Reaction {
    var reply = query.reply(code: code)
    reply.claim(1, in: .answer)
    return .send([reply.octets + octets])
  }

  private static func wire(_ name: DomainName) throws -> [UInt8] {
    var octets = [UInt8]()
    try MessageWriter.append(name, to: &octets)
    return octets
  }

  /// A, class IN, a minute, four octets.
  private static let evilRecord: [UInt8] = [0, 1, 0, 1, 0, 0, 0, 60, 0, 4] + evil.octets

  static let ofRecords: [Attack] = [
    Attack(name: "a chain that leads out and back, with an address on the way") { query in
      var writer = query.reply()
      try writer.alias(nil, far)
      try writer.address(far, evil)
      try writer.alias(far, edge)
      try writer.address(edge, honest)
      return .send(writer)
    },
    Attack(name: "two aliases of one name") { query in
      var writer = query.reply()
      try writer.alias(nil, edge)
      try writer.alias(nil, far)
      try writer.address(edge, honest)
      try writer.address(far, evil)
      return .send(writer)
    },
    Attack(name: "an address of another class") { query in
      var writer = try reply(query)
      try writer.add(nil, .a, data: evil.octets, recordClass: 3)
      return .send(writer)
    },
    Attack(name: "an alias of another class") { query in
      var writer = try reply(query)
      try writer.add(nil, .cname, data: try wire(far), recordClass: 3)
      try writer.address(far, evil)
      return .send(writer)
    },
    Attack(name: "a DNAME beside an alias that doesn't follow from it") { query in
      var writer = query.reply()
      let example = DomainName(canonical: "example")
      try writer.add(example, RecordType(rawValue: 39), data: try wire(far))
      try writer.alias(nil, edge)
      try writer.address(edge, honest)
      try writer.address(DomainName(canonical: "registry.far.example.net"), evil)
      return .send(writer)
    },
    Attack(name: "a DNAME without the alias that follows from it") { query in
      var writer = query.reply()
      try writer.add(
        DomainName(canonical: "example"), RecordType(rawValue: 39), data: try wire(far))
      try writer.address(DomainName(canonical: "registry.far.example.net"), evil)
      return .send(writer)
    },
    Attack(name: "addresses in the authority section, among NS and NSEC") { query in
      var writer = try reply(query)
      try writer.add(nil, RecordType(rawValue: 2), data: try wire(far), to: .authority)
      try writer.add(
        nil, RecordType(rawValue: 47), data: try wire(far) + [0, 1, 0x40], to: .authority)
      try writer.address(nil, honest)
      try writer.add(nil, .a, data: evil.octets, to: .authority)
      try writer.add(far, .a, data: evil.octets, to: .additional)
      return .send(writer)
    },
    Attack(name: "OPT in the answer section, and another one after it") { query in
      var writer = try reply(query)
      try writer.add(.root, .opt, ttl: 0, data: [], recordClass: 1232)
      try writer.opt()
      return .send(writer)
    },
    Attack(name: "TC with an address, and the truth over TCP") { query in
      guard query.transport == .udp else { return .send(try reply(query)) }
      var writer = query.reply(flags: 0x0200)
      try writer.address(nil, evil)
      return .send(writer)
    },
    Attack(name: "TC with an address, and no TCP") { query in
      guard query.transport == .udp else { return .close }
      var writer = query.reply(flags: 0x0200)
      try writer.address(nil, evil)
      return .send(writer)
    },
    Attack(name: "NXDOMAIN with an address") { query in
      var writer = query.reply(code: 3)
      try writer.address(nil, evil)
      return .send(writer)
    },
    Attack(name: "NXDOMAIN with an alias and its address") { query in
      var writer = query.reply(code: 3)
      try writer.alias(nil, far)
      try writer.address(far, evil)
      return .send(writer)
    },
    Attack(name: "SERVFAIL with an address") { query in
      var writer = query.reply(code: 2)
      try writer.address(nil, evil)
      return .send(writer)
    },
    Attack(name: "YXDOMAIN with an address") { query in
      var writer = query.reply(code: 6)
      try writer.address(nil, evil)
      return .send(writer)
    },
    Attack(name: "an extended code from OPT, with an address") { query in
      var writer = query.reply()
      try writer.address(nil, evil)
      try writer.opt(extendedCode: 2)
      return .send(writer)
    },
    Attack(name: "an address without octets") { query in
      var writer = query.reply()
      try writer.add(nil, .a, data: [])
      return .send(writer)
    },
    Attack(name: "addresses of three, five and sixteen octets") { query in
      var writer = query.reply()
      for count in [3, 5, 16] {
        try writer.add(nil, .a, data: Array((evil.octets + [UInt8](repeating: 6, count: 12)).prefix(count)))
      }
      return .send(writer)
    },
    Attack(name: "an owner that points into the header") { query in
      appending([0xc0, 4] + evilRecord, to: query)
    },
    Attack(name: "an owner that points at itself") { query in
      appending([0xc0, UInt8(12 + query.questionLength)] + evilRecord, to: query)
    },
    Attack(name: "an owner that points forward") { query in
      appending([0xc0, 0xff] + evilRecord, to: query)
    },
    Attack(name: "an owner with a label type that doesn't exist") { query in
      appending([0x80, 12] + evilRecord, to: query)
    },
    Attack(name: "more records claimed than there are") { query in
      var writer = query.reply()
      try writer.address(nil, evil)
      writer.claim(500, in: .answer)
      return .send(writer)
    },
    Attack(name: "an IPv6 address in answer to A") { query in
      var writer = try reply(query)
      try writer.address(nil, IPAddress(v6: 0x2a00_0000_0000_0000_0000_0000_0000_0066))
      return .send(writer)
    },
    Attack(name: "a name like the asked one, that ends with it") { query in
      var writer = try reply(query)
      try writer.address(DomainName(canonical: "a.registry.example"), evil)
      try writer.address(DomainName(canonical: "example"), evil)
      return .send(writer)
    },
  ]
}

@Suite(.timeLimit(.minutes(3))) struct HostileRecordTests {
  @Test(arguments: Attack.ofRecords)
  func `Records that aren't an answer to the question don't enter, and the truth comes through again`(
    attack: Attack
  ) async throws {
    // Nobody else tells the truth, and no second opinion is needed.
    try await AttackedWatch.suffer(attack, ConfirmationPolicy(), peaceful: 3)
  }

  @Test(arguments: [
    "::", "::1", "::66.6.6.6", "::ffff:10.0.0.1", "::ffff:127.0.0.1", "::ffff:169.254.169.254",
    "64:ff9b::66.6.6.6", "64:ff9b:1::1", "100::1", "2001::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "2001:10::1", "2001:db8::1", "2002:4206:606::1", "3fff::1", "5f00::1", "4000::1", "fc00::1", "fd00::1",
    "fe80::1", "fec0::1", "ff02::1",
  ])
  func `An IPv6 address that no public server has never enters`(address: String) async throws {
    let evil = try #require(IPAddress(address))
    let honest = IPAddress(v6: 0x2a00_0000_0000_0000_0000_0000_0000_0001)
    let server = try FakeNameServer { query in
      var writer = query.reply()
      try writer.address(nil, honest)
      if query.repeats > 0 { try writer.address(nil, evil) }
      return .send(writer)
    }
    let policy = SetPolicy(
      name: try #require(SetName("registry")), selectors: [.name(AttackedWatch.name)], families: [.ipv6])
    var attacked = try AttackedWatch(
      [policy], [(AttackedWatch.attacked, server)], HostileAnswerTests.settings)
    for _ in 0..<3 { await attacked.round() }
    #expect(server.queries.count >= 3)
    #expect(attacked.set == [honest.description])
    attacked.resolver.stop()
  }
}
