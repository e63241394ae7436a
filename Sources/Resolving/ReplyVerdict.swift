import DNS
import Deciding

/// What a reply means for the query that it came for. Pure: the engine acts on it.
enum ReplyVerdict {
  /// The resolver told us about the name, or that it could not.
  case final(Conclusion)
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
      self = query.transport == .udp ? .askOverTCP : .malformed("a reply over TCP has TC")
      return
    }
    self = .final(Conclusion(message, to: query.question))
  }
}
