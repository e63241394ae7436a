/// A point in the past of a set as people name it: a generation, or a moment.
package enum SetPoint: Hashable, Sendable {
  /// By its number; 0 is the empty set before all.
  case generation(Generation)
  /// What was published then.
  case moment(Timestamp)

  /// Reads the number of a generation, or a moment as `Timestamp(_:now:)` does. Nil for anything else.
  ///
  /// A whole number below a thousand million is a generation, since as a moment it would lie before 2001.
  package init?(_ text: String, now: Timestamp) {
    // What is neither a generation nor a year must not become a second of 1970.
    guard text == "0" || !text.hasPrefix("0") || !text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
      return nil
    }
    if let number = Int64(wholeNumber: text), number < 1_000_000_000 {
      self = .generation(Generation(number))
    } else if let moment = Timestamp(text, now: now) {
      self = .moment(moment)
    } else {
      return nil
    }
  }

  /// What can be written for one, for those who wrote something else.
  package static let hint = "the number of a generation, or \(Timestamp.hint)"
}

extension Timestamp {
  /// Reads a moment as `init(_:)` does, or a span back from now: `2h`, also `2h ago`. Nil for anything else.
  package init?(_ text: String, now: Timestamp) {
    if let moment = Timestamp(text) {
      self = moment
    } else if let span = Duration(quantity: text.hasSuffix(" ago") ? String(text.dropLast(4)) : text) {
      self = now - span
    } else {
      return nil
    }
  }

  /// What can be written for one, for those who wrote something else.
  package static let hint = "2026-11-23, 2026-11-23T08:31:19Z, seconds since 1970, or 2h for ago"
}

extension SetDifference {
  /// Reads what entered and left a set between two points.
  ///
  /// - Parameters:
  ///   - start: the generation before `end` where nil.
  ///   - end: the newest generation where nil.
  /// - Throws: `PastError` where the history can't tell, and what the reader throws.
  package static func gather(
    of set: SetName, from start: SetPoint?, to end: SetPoint?, from history: any HistoryReader
  ) async throws -> SetDifference {
    guard let newest = try await history.generations(of: set, limit: 1).first?.generation else {
      throw PastError.neverPublished(set)
    }
    func generation(_ point: SetPoint) async throws -> Generation {
      switch point {
      case .generation(let generation): generation
      case .moment(let moment):
        try await history.keptGeneration(of: set, at: moment)?.generation ?? Generation(0)
      }
    }
    var to = newest
    if let end { to = try await generation(end) }
    var from = Generation(max(0, to.number - 1))
    if let start { from = try await generation(start) }
    for generation in [from, to] where newest < generation {
      throw PastError.noSuchGeneration(generation, newest: newest)
    }
    if let difference = try await history.difference(of: set, from: from, to: to) { return difference }
    var missing = to
    if from.number > 0, try await history.generation(from, of: set) == nil { missing = from }
    throw PastError.generationNotKept(missing, horizon: try await history.horizon())
  }
}
