import DNS
import Deciding
import Testing

@testable import Resolving

/// A reply, how its query went out, and what the reply must come to.
struct VerdictCase: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let expected: String
  var code = ResponseCode.noError
  var flags: UInt16 = 0x8180
  var repeats = ReplyVerdictTests.question as Question?
  var answers = [ResourceRecord]()
  var replySubnet: String?
  var querySubnet: String?
  var transport = Transport.udp
  var usesEDNS = true
  var requiresSameCase = false
  var repeatsOctets = true

  init(_ description: String, _ expected: String, _ change: (inout VerdictCase) -> Void = { _ in }) {
    testDescription = description
    self.expected = expected
    change(&self)
  }
}

@Suite struct ReplyVerdictTests {
  static let question = Question(DomainName(canonical: "start.test"), .a)
  private static let address = ResourceRecord(
    owner: question.name, type: .a, ttl: TTL(wire: 60), data: .address(IPAddress(v4: 1)))
  private static let loop = ResourceRecord(
    owner: question.name, type: .cname, ttl: TTL(wire: 60), data: .name(question.name))

  @Test(arguments: [
    VerdictCase("an address", "answer") { $0.answers = [address] },
    VerdictCase("no address", "noData"),
    VerdictCase("NXDOMAIN", "nxDomain") { $0.code = .nxDomain },
    VerdictCase("NXDOMAIN with an address", "malformed") {
      $0.code = .nxDomain; $0.answers = [address]
    },
    VerdictCase("SERVFAIL", "servFail") { $0.code = .servFail },
    VerdictCase("NOTIMP", "servFail") { $0.code = .notImp },
    VerdictCase("REFUSED", "refused") { $0.code = .refused },
    VerdictCase("FORMERR to EDNS", "askWithoutEDNS") { $0.code = .formErr },
    VerdictCase("FORMERR to EDNS without a question", "askWithoutEDNS") {
      $0.code = .formErr; $0.repeats = nil
    },
    VerdictCase("BADVERS to EDNS", "askWithoutEDNS") { $0.code = .badVers },
    VerdictCase("FORMERR without EDNS", "formErr") {
      $0.code = .formErr; $0.usesEDNS = false
    },
    VerdictCase("TC over UDP", "askOverTCP") {
      $0.flags = 0x8380; $0.answers = [address]
    },
    VerdictCase("TC over TCP", "malformed") {
      $0.flags = 0x8380; $0.transport = .tcp
    },
    VerdictCase("TC with SERVFAIL", "servFail") {
      $0.flags = 0x8380; $0.code = .servFail
    },
    VerdictCase("a loop of aliases", "malformed") { $0.answers = [loop] },
    VerdictCase("a query", "malformed") { $0.flags = 0x0100 },
    VerdictCase("another opcode", "malformed") { $0.flags = 0xa980 },
    VerdictCase("no question", "malformed") { $0.repeats = nil },
    VerdictCase("REFUSED without a question", "bareError") {
      $0.code = .refused; $0.repeats = nil; $0.requiresSameCase = true
    },
    VerdictCase("SERVFAIL without a question", "bareError") {
      $0.code = .servFail; $0.repeats = nil
    },
    VerdictCase("NOTIMP without a question", "bareError") {
      $0.code = .notImp; $0.repeats = nil
    },
    VerdictCase("FORMERR without a question or EDNS", "bareError") {
      $0.code = .formErr; $0.repeats = nil; $0.usesEDNS = false
    },
    VerdictCase("FORMERR without a question to a client subnet", "bareError") {
      $0.code = .formErr; $0.repeats = nil; $0.querySubnet = "192.0.2.0/24"
    },
    VerdictCase("NXDOMAIN without a question", "malformed") {
      $0.code = .nxDomain; $0.repeats = nil
    },
    VerdictCase("REFUSED without a question but with an address", "malformed") {
      $0.code = .refused; $0.repeats = nil; $0.answers = [address]
    },
    VerdictCase("another type", "malformed") { $0.repeats = Question(question.name, .aaaa) },
    VerdictCase("another name", "malformed") {
      $0.repeats = Question(DomainName(canonical: "other.test"), .a)
    },
    VerdictCase("case not repeated, and not required", "noData") { $0.repeatsOctets = false },
    VerdictCase("case not repeated, but required", "malformed") {
      $0.repeatsOctets = false; $0.requiresSameCase = true
    },
    VerdictCase("case repeated and required", "noData") { $0.requiresSameCase = true },
    VerdictCase("the asked subnet", "noData") {
      $0.querySubnet = "192.0.2.0/24"; $0.replySubnet = "192.0.2.0/24"
    },
    VerdictCase("another subnet", "malformed") {
      $0.querySubnet = "192.0.2.0/24"; $0.replySubnet = "192.0.3.0/24"
    },
    VerdictCase("a subnet that wasn't asked", "noData") { $0.replySubnet = "192.0.3.0/24" },
    VerdictCase("no subnet though asked", "noData") { $0.querySubnet = "192.0.2.0/24" },
  ])
  func `Each reply has one meaning`(given: VerdictCase) throws {
    let edns = EDNS(
      udpSize: 1232, clientSubnet: given.replySubnet.flatMap { IPPrefix($0) }.map { ClientSubnet($0) })
    let message = Message(
      id: 1, flags: MessageFlags(rawValue: given.flags | given.code.rawValue & 0xf), responseCode: given.code,
      question: given.repeats, answers: given.answers, edns: edns)
    let verdict = ReplyVerdict(
      message,
      to: ReplyVerdict.Query(
        question: Self.question, transport: given.transport, usesEDNS: given.usesEDNS,
        clientSubnet: given.querySubnet.flatMap { IPPrefix($0) }, requiresSameCase: given.requiresSameCase,
        repeatsOctets: given.repeatsOctets))
    #expect(name(verdict) == given.expected)
    if case .final(let conclusion) = verdict {
      #expect(conclusion.responseCode == given.code)
      #expect((conclusion.detail == nil) == conclusion.outcome.isSuccess)
    }
  }

  @Test func `A denial keeps the smaller of the SOA's two TTLs, an answer none`() throws {
    let authority = [
      ResourceRecord(
        owner: .root, type: .soa, ttl: TTL(wire: 300), data: .startOfAuthority(minimum: TTL(wire: 30)))
    ]
    for (answers, expected) in [([], 30), ([Self.address], nil)] as [([ResourceRecord], UInt32?)] {
      let message = Message(
        id: 1, flags: MessageFlags(rawValue: 0x8180), responseCode: .noError, question: Self.question,
        answers: answers, authority: authority)
      let query = ReplyVerdict.Query(
        question: Self.question, transport: .udp, usesEDNS: true, clientSubnet: nil, requiresSameCase: false,
        repeatsOctets: true)
      guard case .final(let conclusion) = ReplyVerdict(message, to: query) else {
        Issue.record("the reply is not final")
        continue
      }
      #expect(conclusion.negativeTTL?.seconds == expected)
    }
  }

  private func name(_ verdict: ReplyVerdict) -> String {
    switch verdict {
    case .final(let conclusion): conclusion.outcome.description
    case .bareError: "bareError"
    case .askOverTCP: "askOverTCP"
    case .askOverTCPForCase: "askOverTCPForCase"
    case .askWithoutEDNS: "askWithoutEDNS"
    case .malformed: "malformed"
    }
  }
}
