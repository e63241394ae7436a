internal import DNS
internal import Deciding
internal import GRDB

/// The small numbers that stand for names, observations, vantages and sets in the tables, as far as they were
/// used lately.
///
/// It mirrors what is committed: after a transaction that failed, or one that removed rows, it must be
/// emptied.
struct InternTable: ~Copyable, Sendable {
  private var names = BoundedCache<DomainName, Int64>(capacity: 131_072)
  private var observations = BoundedCache<CompactKey, Int64>(capacity: 262_144)
  private var vantages: [Vantage: Int64] = [:]
  private var sets: [SetName: Int64] = [:]
  private var asked: [Asked: Int64] = [:]
  private var answers = BoundedCache<String, Int64>(capacity: 16_384)
  /// Neighbours in a batch mostly share these.
  private var lastName: (name: DomainName, id: Int64)?
  private var lastVantage: (vantage: Vantage, id: Int64)?

  /// An observation's key with its names as numbers.
  private struct CompactKey: Hashable, Sendable {
    let name: Int64
    let vantage: Int64
    let owner: Int64
    let type: RecordType
    let data: RecordData

    /// Two words for an address in place of seven: this is looked up once for each observation.
    func hash(into hasher: inout Hasher) {
      hasher.combine(name &+ owner << 24 &+ vantage << 48)
      if case .address(let address) = data {
        hasher.combine(UInt64(truncatingIfNeeded: address.bits ^ address.bits >> 64))
      } else {
        hasher.combine(data)
      }
    }
  }

  private struct Asked: Hashable, Sendable {
    let name: Int64
    let type: RecordType
    let vantage: Int64
  }

  mutating func removeAll() {
    asked = [:]
    answers.removeAll()
    names.removeAll()
    observations.removeAll()
    vantages = [:]
    sets = [:]
    lastName = nil
    lastVantage = nil
  }

  /// The number of an observation.
  mutating func id(of key: ObservationKey, in db: Database) throws -> Int64 {
    let name = try id(of: key.name, in: db)
    let owner = key.owner == key.name ? name : try id(of: key.owner, in: db)
    let compact = CompactKey(
      name: name, vantage: try id(of: key.vantage, in: db), owner: owner, type: key.type, data: key.data)
    if let id = observations.value(for: compact) { return id }
    let rdata = try key.data.stored(type: key.type)
    let record = try Self.intern(
      db, find: "SELECT id FROM rr WHERE type = ? AND rdata = ? AND owner = ?",
      insert: "INSERT INTO rr (type, rdata, owner) VALUES (?, ?, ?)", key.type.stored, rdata, owner)
    let id = try Self.intern(
      db, find: "SELECT id FROM observation WHERE name = ? AND rr = ? AND vantage = ?",
      insert: "INSERT INTO observation (name, rr, vantage) VALUES (?, ?, ?)", name, record, compact.vantage)
    observations.insert(id, for: compact)
    return id
  }

  mutating func id(of name: DomainName, in db: Database) throws -> Int64 {
    if let last = lastName, last.name == name { return last.id }
    let id = try names.value(for: name) ?? store(name, in: db)
    lastName = (name, id)
    return id
  }

  mutating func id(of vantage: Vantage, in db: Database) throws -> Int64 {
    if let last = lastVantage, last.vantage == vantage { return last.id }
    let id =
      try vantages[vantage]
      ?? Self.intern(
        db, find: "SELECT id FROM vantage WHERE label = ?", insert: "INSERT INTO vantage (label) VALUES (?)",
        vantage.label)
    vantages[vantage] = id
    lastVantage = (vantage, id)
    return id
  }

  mutating func id(of set: SetName, in db: Database) throws -> Int64 {
    if let id = sets[set] { return id }
    let id = try Self.intern(
      db, find: "SELECT id FROM set_name WHERE name = ?", insert: "INSERT INTO set_name (name) VALUES (?)",
      set.text)
    sets[set] = id
    return id
  }

  /// The number of a question at a vantage.
  mutating func id(of question: Question, at vantage: Vantage, in db: Database) throws -> Int64 {
    let key = Asked(
      name: try id(of: question.name, in: db), type: question.type, vantage: try id(of: vantage, in: db))
    let id =
      try asked[key]
      ?? Self.intern(
        db, find: "SELECT id FROM asked WHERE name = ? AND type = ? AND vantage = ?",
        insert: "INSERT INTO asked (name, type, vantage) VALUES (?, ?, ?)", key.name, key.type.stored,
        key.vantage)
    asked[key] = id
    return id
  }

  /// The number of what came of lookups.
  mutating func id(ofAnswer content: String, in db: Database) throws -> Int64 {
    if let id = answers.value(for: content) { return id }
    let id = try Self.intern(
      db, find: "SELECT id FROM answer WHERE content = ?", insert: "INSERT INTO answer (content) VALUES (?)",
      content)
    answers.insert(id, for: content)
    return id
  }

  private mutating func store(_ name: DomainName, in db: Database) throws -> Int64 {
    let id: Int64
    if let known = try db.integer("SELECT id FROM name WHERE fqdn = ?", name.text) {
      id = known
    } else {
      try db.run("INSERT INTO name (fqdn, rkey) VALUES (?, ?)", name.text, name.reversedKey)
      id = db.lastInsertedRowID
    }
    names.insert(id, for: name)
    return id
  }

  private static func intern<each Value: Bindable>(
    _ db: Database, find: String, insert: String, _ value: repeat each Value
  ) throws -> Int64 {
    if let known = try db.integer(find, repeat each value) { return known }
    try db.run(insert, repeat each value)
    return db.lastInsertedRowID
  }
}
