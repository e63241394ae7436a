import DNS
import Deciding
import Testing

@testable import Learning

@Suite struct TapReaderTests {
  private static let name = "eastus.data.mcr.microsoft.com"
  private static let target = "mcr-0001.mcr-msedge.net"
  private static let vantage = Vantage("tap")
  private static let watched = DnsmasqQueryLogTests.mcr

  private static func reader(trusted: Bool = true) -> TapReader {
    TapReader(
      trustedAs: trusted ? vantage : nil, watching: watched, targets: [DomainName(canonical: target)])
  }

  private static let chain = [TapFrames.Record.alias(name, target), .a(target, [150, 171, 69, 10])]

  private static func response(
    _ name: String = name, type: UInt16 = 1, flags: UInt16 = 0x8180,
    answers: [TapFrames.Record] = chain
  ) -> [UInt8] {
    TapFrames.message(name, type: type, flags: flags, answers: answers)
  }

  @Test("each kind of query in use must give the name that is asked, and the others nothing")
  func readsQueries() {
    var reader = Self.reader()
    let used: [DnstapFrame.Kind] = [.clientQuery, .resolverQuery, .forwarderQuery, .stubQuery, .toolQuery]
    for kind in used {
      let reading = reader.read(TapFrames.frame(kind, TapFrames.message("EastUS.Data.MCR.microsoft.COM")))
      #expect(reading == .line(.name(DomainName(canonical: Self.name), .asked)))
    }
    for kind in [DnstapFrame.Kind.authQuery, .updateQuery] {
      #expect(reader.read(TapFrames.frame(kind, TapFrames.message(Self.name))) == .line(.skip))
    }
  }

  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let response: [UInt8]
    let evidence: NameEvidence
    /// Nil when no lookup may come of it.
    let outcome: Outcome?
  }

  @Test(
    "what a client was given must become a lookup of a trusted tap, and a hint of any other",
    arguments: [
      Case(testDescription: "an answer", response: response(), evidence: .resolved, outcome: .answer),
      Case(
        testDescription: "no data", response: response(type: 28, answers: []), evidence: .denied,
        outcome: .noData),
      Case(
        testDescription: "an alias without an address", response: response(answers: [.alias(name, target)]),
        evidence: .denied, outcome: .noData),
      Case(
        testDescription: "a name that doesn't exist", response: response(flags: 0x8183, answers: []),
        evidence: .denied,
        outcome: .nxDomain),
      Case(
        testDescription: "a failure", response: response(flags: 0x8182, answers: []), evidence: .asked,
        outcome: .failure(.servFail)),
      Case(
        testDescription: "an alias loop", response: response(answers: [.alias(name, name)]),
        evidence: .denied,
        outcome: .failure(.malformed)),
      Case(
        testDescription: "refused", response: response(flags: 0x8185, answers: []), evidence: .asked,
        outcome: nil),
      Case(
        testDescription: "a malformed query", response: response(flags: 0x8181, answers: []),
        evidence: .asked,
        outcome: nil),
      Case(
        testDescription: "an unknown kind of query", response: response(flags: 0x8184, answers: []),
        evidence: .asked,
        outcome: nil),
      Case(
        testDescription: "what the cache lacks, without recursion",
        response: response(flags: 0x8080, answers: []),
        evidence: .asked, outcome: nil),
      Case(
        testDescription: "what the cache holds, without recursion", response: response(flags: 0x8080),
        evidence: .resolved, outcome: .answer),
      Case(
        testDescription: "a cut answer", response: response(flags: 0x8380, answers: []), evidence: .asked,
        outcome: nil
      ),
      Case(
        testDescription: "another type", response: response(type: 65, answers: []), evidence: .asked,
        outcome: nil),
      Case(
        testDescription: "addresses of the other family only", response: response(type: 28),
        evidence: .resolved,
        outcome: .noData),
    ])
  func readsResponses(_ given: Case) {
    let now = Timestamp(seconds: 77)
    let name = DomainName(canonical: Self.name)
    var trusted = Self.reader()
    let reading = trusted.read(TapFrames.frame(.clientResponse, given.response), at: now)
    if let outcome = given.outcome {
      guard case .given(let lookup, let evidence) = reading else {
        Issue.record("\(reading)")
        return
      }
      #expect(evidence == given.evidence)
      #expect(lookup.outcome == outcome)
      #expect(lookup.question.name == name)
      #expect(lookup.vantage == Self.vantage)
      #expect(lookup.at == now)
      #expect(lookup.attempts == 1)
    } else {
      #expect(reading == .line(.name(name, given.evidence)))
    }
    var untrusted = Self.reader(trusted: false)
    #expect(
      untrusted.read(TapFrames.frame(.clientResponse, given.response)) == .line(.name(name, given.evidence)))
    // What other servers said isn't what the client was given.
    for kind in [DnstapFrame.Kind.resolverResponse, .forwarderResponse, .stubResponse, .toolResponse] {
      #expect(trusted.read(TapFrames.frame(kind, given.response)) == .line(.name(name, given.evidence)))
    }
    #expect(trusted.read(TapFrames.frame(.authResponse, given.response)) == .line(.skip))
  }

  @Test("a lookup must have the chain, the TTLs and the addresses, and set apart what is out of the chain")
  func keepsTheChain() throws {
    var reader = Self.reader()
    let stray = TapFrames.Record.a("evil.example", [6, 6, 6, 6])
    let reading = reader.read(TapFrames.frame(.clientResponse, Self.response(answers: Self.chain + [stray])))
    guard case .given(let lookup, _) = reading else {
      Issue.record("\(reading)")
      return
    }
    #expect(lookup.chain.links.map(\.target.text) == [Self.target])
    #expect(lookup.chain.addresses.map(\.data.description) == ["150.171.69.10"])
    #expect(lookup.chain.outOfChain.map(\.data.description) == ["6.6.6.6"])
    #expect(lookup.chain.smallestTTL?.seconds == 60)
  }

  @Test("a label that only looks like a watched name must make no name, from a query or a response")
  func refusesForgedLabels() {
    let base = TapFrames.labels("data.mcr.microsoft.com")
    let forged: [[[UInt8]]] = [
      [Array("a.b".utf8)] + base, [Array("*".utf8)] + base, [Array("sp ace".utf8)] + base,
      [Array("nl\nx\"q".utf8)] + base, [[0x68, 0x69, 0x80, 0x01]] + base, [Array("cr\r\nlf".utf8)] + base,
      [Array("back\\032slash".utf8)] + base, [Array("_tcp".utf8)] + base, [[0]] + base,
      [Array("forged.data.mcr.microsoft.com".utf8)], [Array("eastus.data".utf8)] + base.dropFirst(),
      [Array("eastus".utf8), Array("data.mcr".utf8)] + base.dropFirst(2),
      [Array("eastus".utf8), Array("data".utf8), Array("mcr".utf8), Array("microsoft.com".utf8)],
      [Array("eastus".utf8)] + base.dropLast() + [Array("com.".utf8)],
      [Array("-lead".utf8)] + base, [Array("trail-".utf8)] + base,
    ]
    var reader = Self.reader()
    for labels in forged {
      for frame in [
        TapFrames.frame(.clientQuery, TapFrames.message(labels)),
        TapFrames.frame(
          .clientResponse,
          TapFrames.message(
            labels, flags: 0x8180, answers: [TapFrames.Record(owner: labels, type: 1, data: [1, 1, 1, 1])])),
      ] {
        #expect(reader.read(frame) == .line(.malformed(.notHostname)), "\(labels)")
      }
    }
    // Length octets inside a label must not pass for labels.
    let hidden = TapFrames.wire(base).dropLast()
    let inside = TapFrames.frame(.clientQuery, TapFrames.message([[3] + Array("abc".utf8) + hidden]))
    #expect(reader.read(inside) == .line(.unwatched))
    for name in [
      "a.data.mcr.microsoft.com.evil.example", "notdata.mcr.example", "www.example.com", "com", "",
    ] {
      #expect(reader.read(TapFrames.frame(.clientQuery, TapFrames.message(name))) == .line(.unwatched))
    }
    for name in ["x.y.data.mcr.microsoft.com", "data.mcr.microsoft.com", "evildata.mcr.microsoft.com"] {
      let reading = reader.read(TapFrames.frame(.clientQuery, TapFrames.message(name)))
      #expect(reading == .line(.related(DomainName(canonical: name))))
    }
  }

  @Test("a message that can't be read must be a fault, and others must be passed over")
  func refusesBrokenMessages() {
    var reader = Self.reader()
    let question = TapFrames.message(Self.name)
    var loop = question
    loop.replaceSubrange(12..., with: [0xc0, 12, 0, 1, 0, 1])
    var forward = question
    forward.replaceSubrange(12..., with: [0xc0, 0xff, 0, 1, 0, 1])
    var two = question
    two[5] = 2
    var overlong = question
    overlong.replaceSubrange(12..., with: [UInt8](repeating: 63, count: 64 * 5) + [0, 0, 1, 0, 1])
    for message in [
      [], [1, 2, 3], Array(question.prefix(20)), Array(question.dropLast()), loop, forward, two, overlong,
    ] {
      #expect(reader.read(TapFrames.frame(.clientQuery, message)) == .line(.malformed(.notDNS)))
    }
    var missing = Self.response()
    missing[7] = 200
    #expect(reader.read(TapFrames.frame(.clientResponse, missing)) == .line(.malformed(.notDNS)))
    #expect(reader.read(TapFrames.frame(.clientResponse, question)) == .line(.malformed(.notDNS)))
    var pointing = Self.response(answers: [.alias(Self.name, Self.target)])
    pointing.replaceSubrange((pointing.count - 25)..., with: [UInt8](repeating: 0xc0, count: 25))
    #expect(reader.read(TapFrames.frame(.clientResponse, pointing)) == .line(.malformed(.notDNS)))
    #expect(reader.read([0xff, 0xff]) == .line(.malformed(.notDnstap)))
    var none = question
    none[5] = 0
    let chaos = TapFrames.message(TapFrames.labels(Self.name), questionClass: 3)
    let notify = TapFrames.message(Self.name, flags: 0x2400)
    for message in [none, chaos, notify] {
      #expect(reader.read(TapFrames.frame(.clientQuery, message)) == .line(.skip))
    }
  }

  @Test("a name that is led to a watched name's target must look related, and no other")
  func findsSameTarget() {
    var reader = Self.reader()
    func read(_ name: String, _ answers: [TapFrames.Record], flags: UInt16 = 0x8180) -> TapReading {
      reader.read(TapFrames.frame(.clientResponse, Self.response(name, flags: flags, answers: answers)))
    }
    let target = DomainName(canonical: Self.target)
    let own = "registry.contoso.example"
    let found = TapReading.sameTarget(DomainName(canonical: own), target: target)
    #expect(read(own, [.alias(own, Self.target), .a(Self.target, [1, 1, 1, 1])]) == found)
    #expect(read(own, [.alias(own, "MCR-0001.mcr-msedge.NET")]) == found)
    #expect(
      read(
        own, [.alias(own, "x.example"), .alias("x.example", Self.target), .alias(Self.target, "y.example")])
        == found)
    #expect(read(own, [.a(own, [1, 1, 1, 1])]) == .line(.unwatched))
    #expect(read(own, [.alias(own, "x.example")]) == .line(.unwatched))
    // Out of the chain.
    #expect(read(own, [.alias(own, "x.example"), .alias("z.example", Self.target)]) == .line(.unwatched))
    #expect(read("_x.contoso.example", [.alias("_x.contoso.example", Self.target)]) == .line(.unwatched))
    let beside = "other.mcr.microsoft.com"
    #expect(
      read(beside, [.alias(beside, Self.target)])
        == .sameTarget(DomainName(canonical: beside), target: target))
    reader.watch(Self.watched, targets: [])
    #expect(
      reader.read(TapFrames.frame(.clientResponse, Self.response(own, answers: [.alias(own, Self.target)])))
        == .line(.unwatched))
  }

  @Test("a sample of a refused frame must be printable and tell no address")
  func makesSamples() {
    let label: [UInt8] = Array("e\u{1b}[31m vil".utf8)
    let frame = TapFrames.frame(
      .clientQuery, TapFrames.message([label] + TapFrames.labels("data.mcr.microsoft.com")))
    let sample = frame.withUnsafeBytes { TapReader.sample(of: $0, .notHostname) }
    #expect(sample.fault == "notHostname")
    #expect(sample.text.hasPrefix("clientQuery e\\027[31m\\032vil.data.mcr.microsoft.com ("))
    #expect([0xff, 0x0a].withUnsafeBytes { TapReader.sample(of: $0, .notDnstap) }.text.hasSuffix("octets)"))
  }
}
