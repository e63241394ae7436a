import Deciding
import HTTPTypes
import NIOCore

/// What the connections of one listener share to tell who comes in and how much they may take.
struct Door: Sendable {
  let site: Site
  let isRestricted: Bool
  let gate: Gate
  let allowances: Allowances
  let connections: ConnectionBook
  let requests: RequestMetrics
  let refusals: RefusalMetrics
  /// Who reads the stream of events.
  let eventSeats = EventSeats()

  var limits: HTTPLimits { site.limits }

  /// Whether a set may be given to these callers.
  func mayRead(_ set: SetName, _ callers: Callers) -> Bool {
    !isRestricted || callers.principal(for: .readSet(set)) != nil
  }

  /// Lets a request through to what a route asks for.
  ///
  /// - Throws: the answer 401, 403 or 429.
  /// - Returns: the principal that counts for it; nil for nobody in particular.
  func admit(_ callers: Callers, to demand: Route.Demand) throws(Refusal) -> Principal? {
    do throws(Refusal) {
      switch demand {
      case .none: return callers.principals.first
      case .anyReading:
        guard isRestricted else { return callers.principals.first }
        if let reader = callers.principals.first(where: { $0.scopes.contains(where: \.isReading) }) {
          return reader
        }
        return try callers.demand(.read)
      case .scope(let scope):
        if scope.isReading, !isRestricted { return callers.principal(for: scope) ?? callers.principals.first }
        return try callers.demand(scope)
      }
    } catch {
      switch error.status {
      case .unauthorized: refusals.count(.unauthorized)
      case .forbidden: refusals.count(.forbidden)
      default: refusals.count(.guesses)
      }
      throw error
    }
  }

  /// Takes one answer of the caller's allowance.
  ///
  /// - Throws: the answer 429.
  func charge(_ allowance: Allowance?) throws(Refusal) {
    guard let wait = allowance?.take() else { return }
    refusals.count(.rate)
    throw Refusal(
      status: .tooManyRequests,
      reason: "too many requests. Try: again later, with If-None-Match, which is free when nothing changed",
      fields: [.retryAfter: "\(wait)"])
  }
}
