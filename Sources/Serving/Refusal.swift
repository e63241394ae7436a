import Deciding
import HTTPTypes
import Publishing

/// An answer that is no set: short plain text that holds neither an address nor a host name, since some firewalls take
/// those out of whatever text they are given.
struct Refusal: Error, Hashable {
  let status: HTTPResponse.Status
  let reason: String
  var fields = HTTPFields()

  static func badRequest(_ reason: String) -> Refusal { Refusal(status: .badRequest, reason: reason) }

  static let notFound = Refusal(
    status: .notFound, reason: "there is nothing at this path. Try: the index at /")

  static let noSuchSet = Refusal(status: .notFound, reason: "there is no such set. Try: the list at /v1/sets")

  /// No trustworthy set: the consumer keeps what it has and asks again.
  static func notReady(_ reason: String) -> Refusal {
    Refusal(status: .serviceUnavailable, reason: reason, fields: [.retryAfter: "30"])
  }

  static let neverPublished = notReady("the set has no trustworthy content yet. Try: again later")

  static let noHistory = notReady("the history can't be read now. Try: again later")

  static let preconditionFailed = Refusal(
    status: .preconditionFailed,
    reason: "the representation is not the one that If-Match or If-Unmodified-Since names")

  static let noKey = Refusal(status: .notFound, reason: "this service signs nothing. Try: the .sha256 file")

  static let tooManyWaiting = Refusal(
    status: .serviceUnavailable, reason: "too many clients wait already. Try: polling, or again later",
    fields: [.retryAfter: "30"])

  static let gone = Refusal(
    status: .gone, reason: "that generation is not kept any more. Try: fetch the whole set")

  /// How what the history can't tell is refused.
  init(_ error: PastError) {
    switch error {
    case .neverPublished: self = .neverPublished
    case .momentNotKept: self.init(status: .gone, reason: "\(error). Try: a later moment")
    case .generationNotKept: self.init(status: .gone, reason: "\(error). Try: a later one")
    case .noSuchGeneration(_, let newest):
      self.init(status: .notFound, reason: "\(error). Try: 0 to \(newest)")
    }
  }

  /// How a set that can't be written as asked is refused.
  init(_ error: RenderError) {
    switch error {
    case .empty: self = .notReady(error.description)
    case .noPrevious: self = .gone
    case .tooManyEntries, .overMaxElements, .overLimit, .tooManyForCapacity, .familyNotTaken, .missing,
      .unwritableSelector, .unwritableName, .templateTooLarge:
      self.init(status: .unprocessableContent, reason: error.description)
    case .needsLength, .unusableName, .forbiddenName: self = .badRequest(error.description)
    }
  }

  init(status: HTTPResponse.Status, reason: String, fields: HTTPFields = [:]) {
    self.status = status
    self.reason = reason
    self.fields = fields
  }
}
