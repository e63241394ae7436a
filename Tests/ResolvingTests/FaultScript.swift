import DNS
import FakeNameServer
import Resolving

/// What the fake name server does with `LABEL.test`.
enum FaultScript {
  static let first = IPAddress(v4: 0xc000_0201)
  static let second = IPAddress(v4: 0xc000_0202)

  static func react(_ query: FakeNameServer.Query) throws -> FakeNameServer.Reaction {
    let label = query.question.name.labels.first.map(String.init) ?? ""
    if label.hasPrefix("rcode"), let code = UInt16(label.dropFirst(5)) {
      var writer = query.reply(code: code)
      try writer.opt()
      return .send(writer)
    }
    if label == "forgedrefusals" { return try forgeRefusals(query) }
    if label.hasPrefix("bare") { return .send(try bare(label, query)) }
    switch label {
    case "nodata", "nxdomain", "nxalias", "badvers", "formerr", "formerrecs", "formerralways", "headeronly":
      return try deny(label, query)
    case "drop": return .silence
    case "dropfirst", "droptwo":
      return query.repeats < (label == "droptwo" ? 2 : 1) ? .silence : .send(try answer(query))
    case "tc", "tcclose", "tcsilent", "tclarge", "tcbroken": return try truncate(label, query)
    case "late": return .sendLater(try answer(query).octets, after: .milliseconds(150))
    default:
      if let writer = try chain(label, query) { return .send(writer) }
      return .send(try broken(label, query))
    }
  }

  static func answer(_ query: FakeNameServer.Query, count: Int = 2) throws -> ReplyWriter {
    var writer = query.reply()
    for index in 0..<count { try writer.address(nil, IPAddress(v4: first.v4 + UInt32(index))) }
    try writer.opt()
    return writer
  }

  /// The header alone, as unbound refuses clients.
  private static func bare(_ label: String, _ query: FakeNameServer.Query) throws -> [[UInt8]] {
    let code = UInt8(label.dropFirst("bare".count)) ?? 5
    let header = Array(query.octets.prefix(2)) + [0x81, 0x80 | code] + [UInt8](repeating: 0, count: 8)
    switch label {
    case "bareonce": return [query.repeats == 0 ? header : try answer(query).octets]
    // A forger who hit one try; the second one's reply is slow.
    case "barethenright": return query.repeats == 0 ? [header, try answer(query).octets] : []
    default: return [header]
    }
  }

  /// A stranger's refusal with the right ID, then 100 with other IDs, then the answer.
  private static func forgeRefusals(_ query: FakeNameServer.Query) throws -> FakeNameServer.Reaction {
    let header = try bare("bare5", query)[0]
    let others = (1...100).map { (mask: UInt8) in
      var refusal = header
      refusal[Int(mask) % 2] ^= mask
      return refusal
    }
    return .forge(header, then: others + [try answer(query).octets])
  }

  private static func deny(_ label: String, _ query: FakeNameServer.Query) throws -> FakeNameServer.Reaction {
    let hasEDNS = query.message.edns != nil
    switch label {
    case "badvers" where hasEDNS:
      var writer = query.reply()
      try writer.opt(extendedCode: 1)
      return .send(writer)
    case "formerr" where hasEDNS, "formerralways": return .send(query.reply(code: 1))
    case "headeronly" where hasEDNS:
      return .send([Array(query.octets.prefix(2)) + [0x81, 0x81] + [UInt8](repeating: 0, count: 8)])
    case "badvers", "formerr", "headeronly": return .send(try answer(query))
    default: break
    }
    var writer = query.reply(code: label == "nodata" ? 0 : 3)
    let other = DomainName(canonical: "other.test")
    if label == "nxalias" { try writer.alias(nil, other) }
    try writer.startOfAuthority(DomainName(canonical: "test"), ttl: 300, minimum: 30)
    return .send(writer)
  }

  private static func truncate(_ label: String, _ query: FakeNameServer.Query) throws
    -> FakeNameServer.Reaction
  {
    if query.transport == .udp {
      var writer = query.reply(flags: 0x0200)
      if label == "tcbroken" { try writer.address(nil, first) }
      return .send([label == "tcbroken" ? writer.octets.dropLast(3) + [] : writer.octets])
    }
    switch label {
    case "tcclose": return .close
    case "tcsilent": return .silence
    default: return .send(try answer(query, count: label == "tclarge" ? 2000 : 2))
    }
  }

  private static func chain(_ label: String, _ query: FakeNameServer.Query) throws -> ReplyWriter? {
    let a = DomainName(canonical: "a.test")
    let b = DomainName(canonical: "b.test")
    var writer = query.reply()
    switch label {
    case "chain", "order":
      if label == "order" { try writer.address(b, first, ttl: 5) }
      if label == "order" { try writer.alias(a, b, ttl: 20) }
      try writer.alias(nil, a, ttl: 10)
      if label == "chain" { try writer.alias(a, b, ttl: 20) }
      if label == "chain" { try writer.address(b, first, ttl: 5) }
    case "outside":
      try writer.alias(nil, a)
      try writer.address(a, first)
      try writer.address(DomainName(canonical: "evil.test"), second)
      try writer.address(nil, second)
    case "loop":
      try writer.alias(nil, a)
      try writer.alias(a, query.question.name)
    case "aliasonly": try writer.alias(nil, a)
    case "many", "big": return try answer(query, count: label == "many" ? 40 : 60)
    case "ttls":
      try writer.address(nil, first, ttl: 0)
      try writer.address(nil, second, ttl: 0x8000_0000)
    case "odd":
      try writer.add(nil, .cname, data: [3, 0x20, 0x2e, 0xff, 0])
      try writer.add(DomainName(labels: [[0x20, 0x2e, 0xff]]), RecordType(rawValue: 65_280), data: [1])
      try writer.address(DomainName(labels: [[0x20, 0x2e, 0xff]]), first)
    case "trailing":
      return try answer(query)
    default: return nil
    }
    return writer
  }

  private static func broken(_ label: String, _ query: FakeNameServer.Query) throws -> [[UInt8]] {
    var octets = try answer(query).octets
    switch label {
    case "wrongid":
      octets[1] ^= 1
      return [octets]
    case "wrongidthenright":
      var forged = octets
      forged[0] ^= 0x55
      return [forged, octets]
    case "wrongquestion":
      octets[13] ^= 1
      return [octets]
    case "noquestion":
      return [Array(octets.prefix(4)) + [0, 0, 0, 0, 0, 0, 0, 0]]
    case "counts":
      octets[6] = 0x7f
      return [octets]
    case "nameloop":
      return [
        Array(octets.prefix(12 + query.questionLength)) + [0xc0, UInt8(12 + query.questionLength)] + [
          0, 1, 0, 1,
        ]
          + [UInt8](repeating: 0, count: 20)
      ]
    case "short": return [Array(octets.prefix(7))]
    case "empty": return query.repeats == 0 ? [[]] : [octets]
    case "twoopt":
      var writer = try answer(query)
      try writer.opt()
      return [writer.octets]
    case "trail": return [octets + [1, 2, 3]]
    case "notaresponse":
      octets[2] &= 0x7f
      return [octets]
    case "opcode":
      octets[2] |= 0x28
      return [octets]
    case "lowercase":
      for index in 12..<12 + query.questionLength - 4 where (0x41...0x5a).contains(octets[index]) {
        octets[index] |= 0x20
      }
      return [octets]
    case "otherscope":
      var writer = query.reply()
      try writer.address(nil, first)
      try writer.opt(options: [0, 8, 0, 7, 0, 1, 24, 24, 192, 0, 2])
      return [writer.octets]
    default: return [octets]
    }
  }
}

extension IPAddress {
  fileprivate var v4: UInt32 { UInt32(truncatingIfNeeded: bits) }
}
