/// Why the history can't tell of a point in the past. It stands where an empty answer would be taken for what was.
package enum PastError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The set has no generation.
  case neverPublished(SetName)
  /// What was then was removed, so that the history stays within its age and size.
  case momentNotKept(Timestamp, horizon: Timestamp)
  /// The generation was removed for the same reason.
  case generationNotKept(Generation, horizon: Timestamp?)
  /// Nothing as new as that was published.
  case noSuchGeneration(Generation, newest: Generation)

  /// What isn't there, and since when something is; for people, without an address or a host name.
  package var description: String {
    switch self {
    case .neverPublished(let set): "set \(set) never published"
    case .momentNotKept(let moment, let horizon):
      "\(moment) is not kept any more, only what is since \(horizon)"
    case .generationNotKept(let generation, let horizon):
      "generation \(generation) is not kept any more"
        + (horizon.map { ", only the last ones and what is since \($0)" } ?? "")
    case .noSuchGeneration(let generation, let newest):
      "there is no generation \(generation) yet, the newest is \(newest)"
    }
  }
}

extension HistoryReader {
  /// Refuses a moment of which nothing is kept any more.
  ///
  /// - Throws: `PastError.momentNotKept`, and what the reader throws.
  package func requireKept(_ moment: Timestamp) async throws {
    guard let horizon = try await horizon(), moment < horizon else { return }
    throw PastError.momentNotKept(moment, horizon: horizon)
  }

  /// The generation that was published at a moment; nil when the set had none yet.
  ///
  /// - Throws: `PastError.momentNotKept` where that can't be told any more, and what the reader throws.
  package func keptGeneration(of set: SetName, at moment: Timestamp) async throws -> GenerationRecord? {
    if let record = try await generation(of: set, at: moment) { return record }
    // Of a set that never published, and of one whose first generations went, the first that is kept tells which.
    if try await generation(Generation(1), of: set) == nil { try await requireKept(moment) }
    return nil
  }
}
