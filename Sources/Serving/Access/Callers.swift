import HTTPTypes

/// Who a request comes from: all principals that it proves to be.
struct Callers: Sendable {
  /// Those with a secret or a certificate first, then those of its network.
  let principals: [Principal]
  /// How many of them a secret or certificate proves; the others stand for a network, and may only read.
  let provenCount: Int
  /// Whether it carries a secret that nobody has.
  let isMistaken: Bool
  /// Seconds after which secrets from this address are looked at again, after too many wrong ones.
  var retryAfter: Int?

  /// The first, for limits and logs.
  var name: String? { principals.first?.name }

  static let anonymous = Callers(principals: [], provenCount: 0, isMistaken: false)

  /// The principal by which a scope is granted; nil when none may.
  func principal(for scope: Principal.Scope) -> Principal? {
    (scope.isReading ? principals[...] : principals.prefix(provenCount)).first { $0.may(scope) }
  }

  /// Refuses whoever may not: 401 for those who prove nothing, 403 for those who are known and lack the scope.
  func demand(_ scope: Principal.Scope) throws(Refusal) -> Principal {
    if let principal = principal(for: scope) { return principal }
    if let retryAfter {
      throw Refusal(
        status: .tooManyRequests, reason: "too many wrong tokens came from this address. Try: again later",
        fields: [.retryAfter: "\(retryAfter)"])
    }
    guard provenCount == 0 else {
      throw Refusal(
        status: .forbidden, reason: "the token may not do this; it lacks the scope \(scope.word)")
    }
    throw Refusal(
      status: .unauthorized,
      reason: isMistaken
        ? "the token is not known here" : "a token is needed. Try: Authorization Bearer",
      fields: [.wwwAuthenticate: "Bearer realm=\"postern\", Basic realm=\"postern\""])
  }
}
