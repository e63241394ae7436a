package import DNS

/// What a whole reply tells of its question: the same for a reply that came to us and for one that a resolver gave to a
/// client.
package struct Conclusion: Sendable, Hashable {
  /// What came of the question.
  package let outcome: Outcome
  /// The response code that the reply bore.
  package let responseCode: ResponseCode
  /// The aliases and addresses; empty for a failure that the response code tells.
  package let chain: CNAMEChain
  /// Of a denial; nil when it came without a SOA.
  package let negativeTTL: TTL?
  /// Whether the resolver says that it validated the answer (AD).
  package let isAuthenticated: Bool
  /// What a person should know of a failure; nil otherwise.
  package let detail: String?

  /// Judges a reply to `question`. That it is one, and that it isn't truncated, is the caller's to check.
  package init(_ message: Message, to question: Question) {
    var chain = CNAMEChain(question, answers: [])
    var detail: String?
    switch message.responseCode {
    case .noError, .nxDomain:
      chain = CNAMEChain(question, answers: message.answers)
      if chain.isBroken {
        outcome = .failure(.malformed)
        detail = "the aliases form a loop or are more than 16"
      } else if message.responseCode == .nxDomain, !chain.addresses.isEmpty {
        // RFC 2308 §2.1: a denial may have aliases before it, and nothing else in the answer section.
        outcome = .failure(.malformed)
        detail = "the reply says that the name doesn't exist, and gives addresses"
      } else if message.responseCode == .nxDomain {
        outcome = .nxDomain
      } else {
        outcome = chain.addresses.isEmpty ? .noData : .answer
      }
    case .refused: outcome = .failure(.refused)
    case .formErr, .badVers: outcome = .failure(.formErr)
    default: outcome = .failure(.servFail)
    }
    if !outcome.isSuccess, detail == nil { detail = "the upstream answered \(message.responseCode)" }
    responseCode = message.responseCode
    self.chain = chain
    negativeTTL = outcome.isDenial ? message.negativeTTL : nil
    isAuthenticated = message.flags.isAuthenticated
    self.detail = detail
  }
}
