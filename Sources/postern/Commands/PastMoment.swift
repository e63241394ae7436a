import Deciding
import Recording

extension HistoryStore {
  /// Refuses a moment of which nothing is kept any more.
  func requireKept(_ moment: Timestamp) async throws {
    guard let horizon = try await horizon(), moment < horizon else { return }
    throw CommandFailure(
      .notFound, "\(moment) is not kept any more (horizon \(horizon))",
      try: "a later moment; 'history.keep' says how far back moments are kept from now on")
  }

  /// The generation that was published at a moment.
  ///
  /// - Throws: `CommandFailure` when nothing is kept of the moment, and when the set had none yet.
  func published(_ set: SetName, at moment: Timestamp) async throws -> GenerationRecord {
    if let record = try await generation(of: set, at: moment) { return record }
    if try await generation(Generation(1), of: set) == nil { try await requireKept(moment) }
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
