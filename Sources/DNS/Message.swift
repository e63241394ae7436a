/// A DNS message as it was read: the header, the question and the records of class IN.
package struct Message: Hashable, Sendable {
  /// Repeats the query's in a reply. c-ares 1.27 and newer replace it on the way out.
  package let id: UInt16
  /// QR, opcode, AA, TC, RD, RA, AD and CD. Its low four bits are only part of `responseCode`.
  package let flags: MessageFlags
  /// The response code with its extension from OPT.
  package let responseCode: ResponseCode
  /// Nil when the message has none, as some servers answer FORMERR.
  package let question: Question?
  /// The answer section in the order of the message.
  package let answers: [ResourceRecord]
  /// The authority section: where the SOA of a negative answer stands.
  package let authority: [ResourceRecord]
  /// The OPT record; nil when the sender doesn't speak EDNS.
  package let edns: EDNS?
  /// Octets after the last record. They mean nothing, and some servers send them.
  package let trailingOctets: Int

  /// Puts a message together; `responseCode` is taken as given and not checked against `flags`.
  package init(
    id: UInt16, flags: MessageFlags, responseCode: ResponseCode, question: Question?,
    answers: [ResourceRecord] = [],
    authority: [ResourceRecord] = [], edns: EDNS? = nil, trailingOctets: Int = 0
  ) {
    self.id = id
    self.flags = flags
    self.responseCode = responseCode
    self.question = question
    self.answers = answers
    self.authority = authority
    self.edns = edns
    self.trailingOctets = trailingOctets
  }

  /// How long a negative answer may be cached: the smaller of the SOA's TTL and its minimum (RFC 2308 §5). Nil
  /// without a SOA in the authority section.
  package var negativeTTL: TTL? {
    for record in authority {
      if case .startOfAuthority(let minimum) = record.data { return min(record.ttl, minimum) }
    }
    return nil
  }
}
