import Deciding
import Recording

/// The journal of a span, read page by page so that a month costs no more memory than an hour.
struct JournalTape {
  private let history: HistoryStore
  private let first: Int64
  private let end: Timestamp
  /// The start or checkpoint from which it plays.
  let start: Timestamp

  private static let page = 5_000

  init(_ history: HistoryStore, since: Timestamp?, until end: Timestamp) async throws {
    guard let start = try await history.replayStart(at: since) else {
      throw CommandFailure(
        .notFound, "no lookups were recorded yet", try: "'postern serve', or 'postern resolve'")
    }
    guard start.at <= end else {
      throw CommandFailure(
        .notFound, "lookups can be replayed since \(start.at) only", try: "a later --until")
    }
    if let since, since < start.at {
      Console.warn("lookups can be replayed since \(start.at) only, which is where this begins")
    }
    self.history = history
    self.end = end
    first = start.number
    self.start = start.at
  }

  /// The recorded generations of a set from just before it begins to its end, by number, as far as they are kept.
  func generations(of set: SetName) async throws -> [RecordedGeneration] {
    // What was published within the millisecond of the start came after it, or stands in its state.
    let before = try await history.generation(of: set, at: start - .milliseconds(1))?.generation
    return try await history.generations(of: set, from: before ?? Generation(0), until: end)
  }

  /// Gives out each step in order with what is stored beside it, until `body` says that it is enough.
  func play(_ body: (JournalEntry, RestoredState?) throws -> Bool) async throws {
    var last = first - 1
    while true {
      let entries = try await history.journal(after: last, limit: Self.page)
      for entry in entries {
        guard entry.at <= end else { return }
        let state = entry.content.mayHaveState ? try await history.journalState(beside: entry.number) : nil
        guard try body(entry, state) else { return }
        last = entry.number
      }
      if entries.count < Self.page { return }
    }
  }
}
