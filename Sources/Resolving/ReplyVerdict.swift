import DNS
import Deciding

/// What a reply means for the query that it came for. Pure: the engine acts on it.
enum ReplyVerdict {
  /// The resolver told us about the name, or that it could not.
  case final(Conclusion)
  /// TC: the whole answer is to be had over TCP.
  case askOverTCP
  /// FORMERR or BADVERS to a query with EDNS: a resolver that doesn't know it (RFC 6891 §7).
  case askWithoutEDNS(ResponseCode)
  /// Not a reply to this query, or none that can be read.
  case malformed(String)

  /// What a reply tells of its question.
  struct Conclusion {
    let outcome: Outcome
    let responseCode: ResponseCode
    let chain: CNAMEChain
    /// Of a denial; nil when it came without a SOA.
    let negativeTTL: TTL?
    let isAuthenticated: Bool
    /// What a person should know of a failure; nil otherwise.
    let detail: String?
  }

  /// What was asked, and how.
  struct Query {
    let question: Question
    let transport: Transport
    let usesEDNS: Bool
    let clientSubnet: IPPrefix?
    /// Whether the reply must repeat the question's octets (0x20), and does.
    let requiresSameCase: Bool
    let repeatsOctets: Bool
  }

  /// Judges a reply that was read.
  init(_ message: Message, to query: Query) {
    guard message.flags.isResponse, message.flags.opcode == 0 else {
      self = .malformed("the message is no response to a query")
      return
    }
    if query.usesEDNS, [.formErr, .badVers].contains(message.responseCode) {
      // Some resolvers answer FORMERR with the header alone.
      self = .askWithoutEDNS(message.responseCode)
      return
    }
    guard let question = message.question else {
      self = .malformed("the reply repeats no question")
      return
    }
    guard question == query.question else {
      self = .malformed("the reply is to another question: \(question)")
      return
    }
    guard query.repeatsOctets || !query.requiresSameCase else {
      self = .malformed("the reply doesn't repeat the case of the question (0x20)")
      return
    }
    // RFC 7871 §7.3: an answer for another network must be ignored.
    if let asked = query.clientSubnet, query.usesEDNS, let told = message.edns?.clientSubnet,
      told.prefix != asked
    {
      self = .malformed("the reply is for client subnet \(told.prefix)")
      return
    }
    self = Self.judge(message, query)
  }

  private static func judge(_ message: Message, _ query: Query) -> ReplyVerdict {
    switch message.responseCode {
    case .noError, .nxDomain:
      if message.flags.isTruncated {
        return query.transport == .udp ? .askOverTCP : .malformed("a reply over TCP has TC")
      }
      let chain = CNAMEChain(query.question, answers: message.answers)
      if chain.isBroken {
        return conclusion(
          .failure(.malformed), message, chain, detail: "the aliases form a loop or are more than 16")
      }
      if message.responseCode == .nxDomain { return conclusion(.nxDomain, message, chain) }
      return conclusion(chain.addresses.isEmpty ? .noData : .answer, message, chain)
    case .refused: return failure(.refused, message, query)
    case .formErr, .badVers: return failure(.formErr, message, query)
    default: return failure(.servFail, message, query)
    }
  }

  private static func failure(_ kind: FailureKind, _ message: Message, _ query: Query) -> ReplyVerdict {
    conclusion(
      .failure(kind), message, CNAMEChain(query.question, answers: []),
      detail: "the upstream answered \(message.responseCode)")
  }

  private static func conclusion(
    _ outcome: Outcome, _ message: Message, _ chain: CNAMEChain, detail: String? = nil
  ) -> ReplyVerdict {
    .final(
      Conclusion(
        outcome: outcome, responseCode: message.responseCode, chain: chain,
        negativeTTL: outcome == .noData || outcome == .nxDomain ? message.negativeTTL : nil,
        isAuthenticated: message.flags.isAuthenticated, detail: detail))
  }
}
