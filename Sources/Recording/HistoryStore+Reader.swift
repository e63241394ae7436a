package import DNS
package import Deciding
internal import GRDB

extension HistoryStore: HistoryReader {
  /// A set that published but never told how it stands counts as checked at its last generation and stale
  /// from then.
  package func setStates() async throws -> [SetState] {
    try await read { db in try Self.setStates(db) }
  }

  package func currentSnapshot(of set: SetName) async throws -> Snapshot? {
    try await read(set) { reader in try reader.currentSnapshot() }
  }

  package func generation(of set: SetName, at moment: Timestamp) async throws -> GenerationRecord? {
    try await read(set) { reader in try reader.generation(at: moment) }
  }

  package func generation(_ generation: Generation, of set: SetName) async throws -> GenerationRecord? {
    try await read(set) { reader in try reader.generation(generation) }
  }

  package func generations(of set: SetName, limit: Int) async throws -> [GenerationRecord] {
    try await read(set) { reader in try reader.generations(limit: limit) } ?? []
  }

  package func prefixes(of set: SetName, in generation: Generation) async throws -> [IPPrefix]? {
    try await read(set) { reader in
      guard let record = try reader.generation(generation) else { return nil }
      return try reader.prefixes(in: record)
    }
  }

  /// Also backwards: from a newer generation to an older one. `to` may be 0 then.
  package func difference(of set: SetName, from: Generation, to: Generation) async throws -> SetDifference? {
    try await read(set) { reader in
      guard from != to else {
        guard try from.number == 0 || reader.generation(from) != nil else { return nil }
        return SetDifference(from: from, to: to, entered: [], left: [])
      }
      let isForward = from < to
      let step = try reader.difference(from: min(from, to).number, to: max(from, to).number)
      return step.map { step in
        SetDifference(
          from: from, to: to, entered: isForward ? step.entered : step.left,
          left: isForward ? step.left : step.entered)
      }
    }
  }

  /// An open interval overlaps all that follows its beginning. Open ones come first, then those that ended
  /// last.
  package func intervals(
    for name: DomainName, in window: ClosedRange<Timestamp>, limit: Int
  ) async throws -> [ObservedInterval] {
    try await read { db in try IntervalReader.intervals(db, for: name, in: window, limit: limit) }
  }

  /// The same order and overlap as for a name.
  package func intervals(
    giving prefix: IPPrefix, in window: ClosedRange<Timestamp>, limit: Int
  ) async throws -> [ObservedInterval] {
    try await read { db in try IntervalReader.intervals(db, giving: prefix, in: window, limit: limit) }
  }

  package func aliases(of asked: [NameAtMoment]) async throws -> [ObservedInterval] {
    guard !asked.isEmpty else { return [] }
    return try await read { db in
      try asked.flatMap { try IntervalReader.aliases(db, of: $0.name, at: $0.moment) }
    }
  }

  package func blindSpans(in window: ClosedRange<Timestamp>) async throws -> [BlindSpan] {
    let times = try await watchedTimes(
      in: Timestamp(milliseconds: .min)...Timestamp(milliseconds: .max))
    var spans = [BlindSpan]()
    // Who looked before what is kept is not known: neither that somebody did nor that nobody did.
    var last = try await horizon()
    for time in times {
      if let known = last, time.upperBound <= known { continue }
      if last.map({ $0 < time.lowerBound }) ?? true {
        spans.append(BlindSpan(since: last, until: time.lowerBound))
      }
      last = time.upperBound
    }
    // The newest sign of a service that runs is always a little old.
    if last.map({ window.upperBound - $0 > BatchWriter.longestSilence }) ?? true {
      spans.append(BlindSpan(since: last, until: nil))
    }
    return spans.filter { span in
      span.since.map { $0 < window.upperBound } ?? true && span.until.map { window.lowerBound < $0 } ?? true
    }
  }

  package func horizon() async throws -> Timestamp? {
    try await read { db in try Self.horizon(db, "history") }
  }

  /// The same record rejected for the same reason comes once, with the last time.
  package func rejections(of address: IPAddress, limit: Int) async throws -> [Rejection] {
    try await read { db in
      try db.rows(
        HistoryQueries.rejectionsOfAddress, address.family.recordType.stored, address.octets,
        Int64(max(0, limit))
      ) { row in
        Rejection(
          key: try IntervalReader.key(row), reason: try row.word(5, RejectionReason.self),
          at: try row.timestamp(6))
      }
    }
  }

  package func memberships(of address: IPAddress) async throws -> [Membership] {
    try await read { db in
      // Sets of service tags have prefixes: each that could hold the address is looked for.
      let stays = try IPPrefix.all(holding: address).flatMap { try Self.stays(of: $0, db) }
      return Membership.joined(stays).sorted(by: Membership.isNewer)
    }
  }

  package func stays(of element: IPPrefix) async throws -> [Membership] {
    try await read { db in try Self.stays(of: element, db).sorted(by: Membership.isNewer) }
  }

  private static func stays(of prefix: IPPrefix, _ db: Database) throws -> [Membership] {
    var memberships: [Membership] = []
    var entered: (set: SetName, record: GenerationRecord, orBefore: Bool)?
    try db.cachedStatement(sql: HistoryQueries.stepsOfElement).forEachRow(prefix.stored) { row in
      let (set, record) = (try row.setName(0), try SetReader.record(row, from: 2))
      if let open = entered {
        // The steps of one set end where the next set's begin; an element that stays has no step out.
        let isOut = try open.set == set && row.integer(1) < 0
        memberships.append(
          Membership(
            set: open.set, entered: open.record, left: isOut ? record : nil, orBefore: open.orBefore))
      }
      // Where older generations went, the first that is kept has all its elements as if they had entered with it.
      let isFirst = try row.integer(6) == 1 && record.generation.number > 1
      entered = try row.integer(1) > 0 ? (set, record, isFirst) : nil
    }
    if let open = entered {
      memberships.append(
        Membership(set: open.set, entered: open.record, left: nil, orBefore: open.orBefore))
    }
    return memberships
  }

  package func questions() async throws -> [QuestionStatus] {
    try await read { db in try Self.questions(db) }
  }

  package func failingQuestions() async throws -> [QuestionStatus] {
    try await read { db in try Self.questions(db, from: Self.failingQuestions) }
  }

  package func learnedNames() async throws -> [LearnedName] {
    try await read { db in try Self.learnedNames(db) }
  }

  package func sightings() async throws -> [NameSightings] {
    try await read { db in try Self.sightings(db) }
  }

  package func uncoveredNames() async throws -> [UncoveredName] {
    try await read { db in try Self.uncoveredNames(db) }
  }

  package func coverages() async throws -> [QuestionCoverage] {
    try await read { db in try Self.coverages(db) }
  }

  package func sourceReports() async throws -> [StoredSourceReport] {
    try await read { db in try Self.sourceReports(db) }
  }

  package func decisions(limit: Int) async throws -> [Decision] {
    try await read { db in try Self.decisions(db, "ORDER BY id DESC LIMIT ?", Int64(max(0, limit))) }
  }

  /// Reads about one set; nil when the history never heard of it.
  private func read<Value: Sendable>(
    _ set: SetName, _ body: @escaping @Sendable (SetReader) throws -> Value?
  ) async throws -> Value? {
    try await read { db in
      guard let id = try db.integer("SELECT id FROM set_name WHERE name = ?", set.text) else { return nil }
      return try body(SetReader(db: db, set: SetReader.StoredSet(id: id, name: set)))
    }
  }
}

// What a reader may ask of this store beside the protocol.
extension HistoryStore {
  /// The spans within `window` in which a writer was looking, sorted and disjoint. Elsewhere absence proves
  /// nothing.
  package func watchedTimes(in window: ClosedRange<Timestamp>) async throws -> [ClosedRange<Timestamp>] {
    try await read { db in
      var times: [ClosedRange<Timestamp>] = []
      let query =
        "SELECT started, heartbeat FROM watch WHERE heartbeat >= ? AND started <= ? ORDER BY started"
      try db.cachedStatement(sql: query).forEachRow(
        window.lowerBound.milliseconds, window.upperBound.milliseconds
      ) { row in
        let start = max(try row.timestamp(0), window.lowerBound)
        let end = max(start, min(try row.timestamp(1), window.upperBound))
        if let last = times.last, last.upperBound >= start {
          times[times.count - 1] = last.lowerBound...max(last.upperBound, end)
        } else {
          times.append(start...end)
        }
      }
      return times
    }
  }

  /// The names in the history below `ancestor`, nearest labels first; also those that are only owners.
  package func names(below ancestor: DomainName, limit: Int) async throws -> [DomainName] {
    try await read { db in
      let key = ancestor.reversedKey
      // "/" follows "." in ASCII, so the range holds exactly what continues the key with another label.
      return try db.rows(
        "SELECT fqdn FROM name WHERE rkey > ?1 || '.' AND rkey < ?1 || '/' ORDER BY rkey LIMIT ?2", key,
        Int64(max(0, limit))
      ) { row in try row.name(0) }
    }
  }
}
