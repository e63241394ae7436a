import DNS
import Deciding
import Publishing
import Recording

/// Plays a journal and compares each generation that comes of it with the recorded one.
struct ReplayComparison {
  private let history: HistoryStore
  private let set: SetName?

  /// - Parameter set: only this one; nil for all.
  init(_ history: HistoryStore, only set: SetName?) {
    self.history = history
    self.set = set
  }

  /// Plays the tape to its end or to the first difference.
  func run(_ tape: JournalTape) async throws -> Result {
    var replay = Replay(digesting: Digest.computing(body:))
    var result = Result(start: tape.start)
    // The steps since the last generation: what explains a difference.
    var recent = [JournalEntry]()
    var end = tape.start
    try await tape.play { entry, state in
      recent.append(entry)
      end = entry.at
      let publications = replay.take(entry, state: state)
      if publications.isEmpty, entry.content != .decided, recent.count < 10_000 { return true }
      for publication in publications where set == nil || publication.snapshot.set == set {
        result.difference = try await difference(publication, recent)
        guard result.difference == nil else { return false }
        result.generations += 1
        result.last[publication.snapshot.set] = publication.snapshot.generation
      }
      recent = []
      return true
    }
    result.steps = replay.steps
    result.lookups = replay.lookups
    for published in replay.publishedSets where result.difference == nil {
      let snapshot = published.snapshot
      guard set == nil || snapshot.set == set else { continue }
      guard let newest = try await history.generation(of: snapshot.set, at: end),
        newest.generation > snapshot.generation
      else { continue }
      let was = Set(try await history.prefixes(of: snapshot.set, in: newest.generation) ?? [])
      let would = Set(snapshot.elements.map(\.prefix))
      result.difference = Difference(
        set: snapshot.set, generation: newest.generation, at: nil, recordedAt: newest.at,
        missing: was.subtracting(would).sorted(), surplus: would.subtracting(was).sorted(),
        step: recent.last?.number ?? 0, isTold: false)
    }
    return result
  }

  private func difference(_ publication: Publication, _ recent: [JournalEntry]) async throws -> Difference? {
    let replayed = publication.snapshot
    let recorded = try await history.generation(replayed.generation, of: replayed.set)
    guard recorded?.digest != replayed.digest || recorded?.at != replayed.at else { return nil }
    let was = Set(try await history.prefixes(of: replayed.set, in: replayed.generation) ?? [])
    let would = Set(replayed.elements.map(\.prefix))
    let (missing, surplus) = (was.subtracting(would).sorted(), would.subtracting(was).sorted())
    let telling = recent.last { entry in
      guard case .lookup(_, _, let answer) = entry.content else { return false }
      return answer.records.contains { record in
        if case .address(let address) = record.data {
          missing.contains(IPPrefix(address)) || surplus.contains(IPPrefix(address))
        } else {
          false
        }
      }
    }
    return Difference(
      set: replayed.set, generation: replayed.generation, at: replayed.at, recordedAt: recorded?.at,
      missing: missing, surplus: surplus, step: (telling ?? recent.last)?.number ?? 0,
      isTold: telling != nil)
  }

  /// What came of it.
  struct Result {
    let start: Timestamp
    var steps = 0
    var lookups: Int64 = 0
    var generations = 0
    var last: [SetName: Generation] = [:]
    var difference: Difference?

    init(start: Timestamp) { self.start = start }

    var text: String {
      if let difference { return difference.text }
      let sets = last.sorted { $0.key < $1.key }.map { "\($0.key) up to generation \($0.value)" }
      let which = sets.isEmpty ? "" : " (\(sets.joined(separator: ", ")))"
      return
        "\(generations) generations came out as recorded\(which): \(lookups) lookups in \(steps) steps since \(start)"
    }

    /// One line of JSON.
    var json: [UInt8] {
      var json = JSONText()
      json.beginObject()
      json.timestamp(start, "since")
      json.number(steps, "steps")
      json.number(lookups, "lookups")
      json.number(generations, "same_generations")
      if let difference { difference.write(to: &json) } else { json.null("difference") }
      json.endObject()
      json.endLine()
      return json.bytes
    }
  }

  /// The first generation that came out otherwise.
  struct Difference: Equatable {
    let set: SetName
    let generation: Generation
    /// Nil when no such generation came of the replay.
    let at: Timestamp?
    /// Nil when no such generation was recorded.
    let recordedAt: Timestamp?
    /// Recorded and not replayed.
    let missing: [IPPrefix]
    /// Replayed and not recorded.
    let surplus: [IPPrefix]
    /// The last step of the journal that may tell why.
    let step: Int64
    /// Whether that step holds one of the addresses.
    let isTold: Bool

    var text: String {
      let addresses = missing.map { "- \($0)" } + surplus.map { "+ \($0)" }
      let what: String
      switch (at, recordedAt) {
      case (let at?, nil): what = "came out at \(at) and was never recorded"
      case (nil, let recordedAt):
        what = "was recorded at \(recordedAt.map { "\($0)" } ?? "-") and didn't come out"
      case (let at?, let recordedAt?):
        what = addresses.isEmpty ? "came out at \(at), recorded at \(recordedAt)" : "differs at \(at)"
      }
      let why =
        isTold ? "step \(step) of the journal told of it" : "no step since the generation before tells of it"
      return (["set \(set), generation \(generation) \(what); \(why)"] + addresses.prefix(20))
        .joined(separator: "\n")
    }

    func write(to json: inout JSONText) {
      json.beginObject("difference")
      json.string(set.text, "set")
      json.number(generation.number, "generation")
      json.timestamp(at, "at")
      json.timestamp(recordedAt, "recorded_at")
      json.strings(missing.map(\.description), "missing")
      json.strings(surplus.map(\.description), "surplus")
      json.number(step, "step")
      json.endObject()
    }
  }
}
