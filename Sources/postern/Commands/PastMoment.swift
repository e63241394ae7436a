import Deciding
import Recording

extension HistoryStore {
  /// The generation that was published at a moment.
  ///
  /// - Throws: `PastError` when nothing is kept of the moment, and `CommandFailure` when the set had none yet.
  func published(_ set: SetName, at moment: Timestamp) async throws -> GenerationRecord {
    if let record = try await keptGeneration(of: set, at: moment) { return record }
    throw CommandFailure(
      .noTrustworthySet, "set \(set) had published nothing at \(moment)",
      try: "'postern diff \(set) --from 0' for when it began")
  }

  /// Tells on standard error when nobody looked at the moment.
  func warnIfBlind(at moment: Timestamp) async throws {
    guard let blind = try await blindSpans(in: moment...moment).first(where: { $0.covers(moment) }) else {
      return
    }
    Console.warn("nobody looked \(blind.text): what DNS gave then is not known")
  }
}

extension PastError {
  /// What the command ends with.
  var status: ExitStatus {
    switch self {
    case .neverPublished: .noTrustworthySet
    case .momentNotKept, .generationNotKept, .noSuchGeneration: .notFound
    }
  }

  /// What to try.
  var hint: String {
    switch self {
    case .neverPublished: "'postern serve', or 'postern resolve'"
    case .momentNotKept:
      "a later moment; 'history.keep' and 'history.maxSize' say how much is kept from now on"
    case .generationNotKept(_, .some(let horizon)): "\(horizon), or a later generation"
    case .generationNotKept(_, nil): "a later generation"
    case .noSuchGeneration(_, let newest): "0 to \(newest)"
    }
  }
}
