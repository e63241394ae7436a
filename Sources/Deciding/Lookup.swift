package import DNS

/// One question asked once at one vantage, and all that came of it.
package struct Lookup: Hashable, Sendable {
  /// What was asked, not what the reply repeats: a reply to another question is `malformed`.
  package let question: Question
  /// The upstream that was asked.
  package let vantage: Vantage
  /// When the reply was complete, or the lookup given up.
  package let at: Timestamp
  /// What came of it; the other properties are details for people and for the schedule.
  package let outcome: Outcome
  /// The response code of the reply; nil when there was none.
  package let responseCode: ResponseCode?
  /// The aliases and addresses. `chain.addresses` is what DNS gave; `chain.outOfChain` is rejected.
  package let chain: CNAMEChain
  /// The TTL of a negative answer: the smaller of the SOA's TTL and its minimum (RFC 2308 §5). Nil without a SOA.
  package let negativeTTL: TTL?
  /// Whether the resolver says that it validated the answer (AD).
  package let isAuthenticated: Bool
  /// From the first packet sent to the outcome.
  package let roundTrip: Duration
  /// Packets sent for it: retries and the TCP repeat included.
  package let attempts: Int
  /// What a person should know of a failure, such as `connection refused`; nil otherwise.
  package let detail: String?

  package init(
    question: Question, vantage: Vantage, at: Timestamp, outcome: Outcome, responseCode: ResponseCode? = nil,
    chain: CNAMEChain? = nil, negativeTTL: TTL? = nil, isAuthenticated: Bool = false,
    roundTrip: Duration = .zero, attempts: Int = 1, detail: String? = nil
  ) {
    self.question = question
    self.vantage = vantage
    self.at = at
    self.outcome = outcome
    self.responseCode = responseCode
    self.chain = chain ?? CNAMEChain(question, answers: [])
    self.negativeTTL = negativeTTL
    self.isAuthenticated = isAuthenticated
    self.roundTrip = roundTrip
    self.attempts = attempts
    self.detail = detail
  }

  /// When the first packet was sent.
  package var sentAt: Timestamp { at - roundTrip }
}

/// What came of a lookup. It decides what happens to the addresses that this vantage gave for the name.
package enum Outcome: Hashable, Sendable, CustomStringConvertible {
  /// NOERROR with at least one address at the end of the chain.
  case answer
  /// NOERROR without an address of the asked type, with or without aliases.
  case noData
  /// NXDOMAIN, with or without aliases.
  case nxDomain
  /// Anything that says nothing about the name: retention stands still.
  case failure(FailureKind)

  /// Whether the resolver told us something about the name: an answer or a denial.
  package var isSuccess: Bool {
    if case .failure = self { false } else { true }
  }

  /// Whether the resolver told us that there is no address.
  package var isDenial: Bool { self == .noData || self == .nxDomain }

  /// `answer`, `noData`, `nxDomain`, or the failure's kind.
  package var description: String {
    switch self {
    case .answer: "answer"
    case .noData: "noData"
    case .nxDomain: "nxDomain"
    case .failure(let kind): kind.rawValue
    }
  }

  /// Reads what `description` writes.
  package init?(_ text: String) {
    switch text {
    case "answer": self = .answer
    case "noData": self = .noData
    case "nxDomain": self = .nxDomain
    default:
      guard let kind = FailureKind(rawValue: text) else { return nil }
      self = .failure(kind)
    }
  }
}

/// How a lookup failed.
package enum FailureKind: String, Hashable, Sendable, CaseIterable {
  /// No reply within the deadline.
  case timeout
  /// SERVFAIL, NOTIMP, or another code that says the resolver could not.
  case servFail
  /// REFUSED: this resolver doesn't serve us, which says nothing about the name.
  case refused
  /// FORMERR or BADVERS, also without EDNS.
  case formErr
  /// A reply that can't be read, or whose aliases form a loop.
  case malformed
  /// TC over UDP, and TCP failed.
  case truncated
  /// The upstream could not be reached: connection refused, no route, no socket.
  case network
  /// Stopped by us.
  case cancelled
  /// A reply of a vantage that is set aside: it is not believed, whatever it says.
  case distrusted
}
