import DNS
import Deciding

/// What a reply means for the query that it came for. Pure: the engine acts on it.
enum ReplyVerdict {
  /// The resolver told us about the name, or that it could not.
  case final(Conclusion)
  /// An error without the question. It bears no data, and as it repeats no case, only port and ID tell it from a forged
  /// one: who forges it can make a lookup fail, which freezes what is known and no more. So it is asked for once more.
  case bareError(Conclusion)
  /// The case of the question is not repeated, though this upstream repeats it: a forged reply, or another server.
  case askOverTCPForCase
  /// TC: the whole answer is to be had over TCP.
  case askOverTCP
  /// FORMERR or BADVERS to a query with EDNS: a resolver that doesn't know it (RFC 6891 §7).
  case askWithoutEDNS(ResponseCode)
  /// Not a reply to this query, or none that can be read.
  case malformed(String)

  /// What was asked, and how.
  struct Query {
    let question: Question
    let transport: Transport
    let usesEDNS: Bool
    let clientSubnet: IPPrefix?
    /// Whether the reply must repeat the question's octets (0x20), and does.
    let requiresSameCase: Bool
    let repeatsOctets: Bool
    /// Whether it is required because the upstream was seen to repeat it: then TCP tells.
    var isCaseLearned = false
  }

  /// Judges a reply that was read.
  init(_ message: Message, to query: Query) {
    guard message.flags.isResponse, message.flags.opcode == 0 else {
      self = .malformed("the message is no response to a query")
      return
    }
    // Some resolvers answer EDNS with FORMERR and the header alone. With a client subnet the answer without it would be
    // one for another network, and a bare header is no reason to give that up.
    let mayLeaveOut = message.question != nil || query.clientSubnet == nil
    if query.usesEDNS, mayLeaveOut, [.formErr, .badVers].contains(message.responseCode) {
      self = .askWithoutEDNS(message.responseCode)
      return
    }
    guard let question = message.question else {
      if message.answers.isEmpty, message.authority.isEmpty, Self.bareErrors.contains(message.responseCode) {
        self = .bareError(Conclusion(message, to: query.question))
        return
      }
      self = .malformed("the reply repeats no question")
      return
    }
    guard question == query.question else {
      self = .malformed("the reply is to another question: \(question)")
      return
    }
    guard query.repeatsOctets || !query.requiresSameCase else {
      self =
        query.isCaseLearned
        ? .askOverTCPForCase : .malformed("the reply doesn't repeat the case of the question (0x20)")
      return
    }
    // RFC 7871 §7.3: an answer for another network must be ignored.
    if let asked = query.clientSubnet, query.usesEDNS, let told = message.edns?.clientSubnet,
      told.prefix != asked
    {
      self = .malformed("the reply is for client subnet \(told.prefix)")
      return
    }
    if message.flags.isTruncated, [.noError, .nxDomain].contains(message.responseCode) {
      self =
        query.transport == .udp
        ? .askOverTCP : .malformed("a reply over \(query.transport.rawValue.uppercased()) has TC")
      return
    }
    self = .final(Conclusion(message, to: query.question))
  }

  /// What a server may say without repeating the question: that it failed, and never anything about the name.
  private static let bareErrors: Set<ResponseCode> = [.formErr, .servFail, .notImp, .refused]
}
