internal import DNS
internal import Deciding
internal import Foundation
internal import GRDB

/// What the numbers in the journal stand for, as far as they were read lately.
struct JournalNames: Sendable {
  struct Asked: Sendable {
    let question: Question
    let vantage: Vantage
  }

  var asked: [Int64: Asked] = [:]
  var answers = BoundedCache<Key, JournalAnswer>(capacity: 65_536)
  /// A file of service tags takes a while to sort.
  var editions = BoundedCache<StoredTagEdition, TagEdition>(capacity: 8)

  struct Key: Hashable, Sendable {
    let answer: Int64
    let name: DomainName
  }
}

/// Reads steps of the journal in order.
struct JournalReader {
  let db: Database

  func entries(after number: Int64, limit: Int, _ names: inout JournalNames) throws -> [JournalEntry] {
    var entries = [JournalEntry]()
    entries.reserveCapacity(limit)
    let select = try db.cachedStatement(
      sql: """
        SELECT id, at, last, count, asked, answer, mark, detail FROM journal WHERE id > ? ORDER BY id LIMIT ?
        """)
    try select.forEachRow(number, Int64(limit)) { row in
      let content: JournalContent
      if let asked = try row.optionalInteger(4) {
        content = try lookup(asked, answer: try row.integer(5), &names)
      } else {
        content = try self.content(StoredMark(try row.text(6), try row.optionalText(7)), &names)
      }
      entries.append(
        JournalEntry(
          number: try row.integer(0), at: try row.timestamp(1), last: try row.timestamp(2),
          count: try row.integer(3), content: content))
    }
    return entries
  }

  /// What is stored beside a start or checkpoint.
  ///
  /// - Returns: nil when nothing is.
  func state(beside number: Int64) throws -> RestoredState? {
    guard
      try db.integer("SELECT 1 FROM journal WHERE id = ? AND mark IN ('start', 'checkpoint')", number) == 1
    else { return nil }
    var state = RestoredState()
    state.observations = try db.rows(HistoryQueries.storedState, number) { row in
      try IntervalReader.interval(row).observation
    }
    state.questions = try HistoryStore.questions(
      db, from: "(SELECT *, NULL AS due FROM state_question WHERE journal = \(number))")
    state.learnedNames = try db.rows(
      """
      SELECT fqdn, at FROM state_learned JOIN name ON name.id = state_learned.name
      JOIN journal ON journal.id = state_learned.journal WHERE state_learned.journal = ? ORDER BY fqdn
      """, number
    ) { row in
      let at = try row.timestamp(1)
      return LearnedName(
        name: try row.name(0), state: .admitted, firstSighted: at, lastSighted: at, sightings: 1, sources: [],
        denials: 0, resolvedAt: at)
    }
    for set in try HistoryStore.sets(db) { state.snapshots[set.name] = try snapshot(of: set, beside: number) }
    return state
  }

  private func snapshot(of set: SetReader.StoredSet, beside number: Int64) throws -> Snapshot? {
    var serial: Int64?
    var elements = try db.rows(
      "SELECT addr, first, last, names, serial FROM state_element WHERE journal = ? AND setid = ?", number,
      set.id
    ) { row in
      serial = try row.integer(4)
      return try SetReader.element(row)
    }
    guard let serial else { return nil }
    elements.sort { $0.prefix < $1.prefix }
    let record = try SetReader(db: db, set: set).generation(Generation(serial))
    return Snapshot(
      set: set.name, generation: Generation(serial), at: record?.at ?? Timestamp(milliseconds: 0),
      elements: elements, digest: record?.digest ?? Digest(octets: []))
  }

  private func lookup(_ id: Int64, answer: Int64, _ names: inout JournalNames) throws -> JournalContent {
    let asked = try names.asked[id] ?? readAsked(id)
    names.asked[id] = asked
    let key = JournalNames.Key(answer: answer, name: asked.question.name)
    if let known = names.answers.value(for: key) { return .lookup(asked.question, asked.vantage, known) }
    let text = try db.rows("SELECT content FROM answer WHERE id = ?", answer) { try $0.text(0) }.first
    guard let text, let told = StoredAnswer.answer(text, to: asked.question.name) else {
      throw UnreadableValue(column: "answer.content", value: text ?? "no row \(answer)")
    }
    names.answers.insert(told, for: key)
    return .lookup(asked.question, asked.vantage, told)
  }

  private func readAsked(_ id: Int64) throws -> JournalNames.Asked {
    let found = try db.rows(
      """
      SELECT fqdn, type, label FROM asked JOIN name ON name.id = asked.name
      JOIN vantage ON vantage.id = asked.vantage WHERE asked.id = ?
      """, id
    ) { row in
      JournalNames.Asked(
        question: Question(try row.name(0), try row.recordType(1)), vantage: Vantage(try row.text(2)))
    }.first
    guard let found else { throw UnreadableValue(column: "journal.asked", value: "no row \(id)") }
    return found
  }

  private func content(_ mark: StoredMark, _ names: inout JournalNames) throws -> JournalContent {
    if let content = try mark.content() { return content }
    let detail = mark.detail ?? ""
    switch mark.word {
    case "start", "restart": return .started(try circumstances(detail, &names))
    case "checkpoint": return .checkpoint(try circumstances(detail, &names))
    case "tags":
      return .tags(
        try book(try JSONDecoder().decode([StoredTagEdition].self, from: Data(detail.utf8)), &names))
    case "decision":
      let decision = try Int64(detail).flatMap { try HistoryStore.decisions(db, "WHERE id = ?", $0).first }
      if let decision { return .decision(decision) }
    default: break
    }
    throw UnreadableValue(column: "journal.mark", value: "\(mark.word) \(detail)")
  }

  private func book(_ editions: [StoredTagEdition], _ names: inout JournalNames) throws -> TagBook {
    TagBook(
      try editions.compactMap { stored in
        if let known = names.editions.value(for: stored) { return known }
        let edition = try TagTables(db: db).edition(
          stored.edition, asOf: Timestamp(milliseconds: stored.asOf))
        if let edition { names.editions.insert(edition, for: stored) }
        return edition
      })
  }

  private func circumstances(_ detail: String, _ names: inout JournalNames) throws -> JournalCircumstances {
    let stored = try JSONDecoder().decode(StoredCircumstances.self, from: Data(detail.utf8))
    let policies = try stored.policies.map { decision in
      let json = try db.rows("SELECT json FROM policy WHERE decision = ?", decision) { try $0.text(0) }.first
      let policy = try json.flatMap {
        try JSONDecoder().decode(StoredPolicy.self, from: Data($0.utf8)).policy
      }
      guard let policy else {
        throw UnreadableValue(column: "policy.json", value: json ?? "no row \(decision)")
      }
      return policy
    }
    return stored.circumstances(policies, book: try stored.tags.map { try book($0, &names) })
  }
}
