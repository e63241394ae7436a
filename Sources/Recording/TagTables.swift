internal import DNS
internal import Deciding
internal import GRDB

/// Reads and writes the editions of service tags, inside a transaction or read that the caller opened.
struct TagTables {
  let db: Database

  /// Which editions are meant.
  enum Standing {
    /// All that were imported.
    case imported
    /// Those that the service took up.
    case applied
  }

  /// The newest edition of each cloud.
  func book(of standing: Standing) throws -> TagBook {
    TagBook(try Cloud.allCases.compactMap { try edition(of: $0, standing) })
  }

  /// The newest edition of a cloud with its content; nil when there is none.
  func edition(of cloud: Cloud, _ standing: Standing) throws -> TagEdition? {
    let filter = standing == .applied ? "AND applied_at IS NOT NULL" : ""
    let head = try db.rows(
      """
      SELECT tag_edition.id, change, imported, as_of, source
      FROM tag_edition JOIN decision ON decision.id = decision
      WHERE cloud = ? \(filter) ORDER BY tag_edition.id DESC LIMIT 1
      """, cloud.rawValue
    ) { row in
      (
        id: try row.integer(0), change: try row.integer(1), importedAt: try row.timestamp(2),
        asOf: try row.timestamp(3), source: try row.text(4)
      )
    }.first
    guard let head else { return nil }
    return TagEdition(
      id: head.id,
      file: ServiceTagFile(cloud: cloud, change: head.change, tags: try tags(of: cloud, in: head.id)),
      importedAt: head.importedAt, asOf: head.asOf, source: head.source)
  }

  /// The edition of a cloud that had been imported last at a moment, with only the prefixes that hold an address; nil when
  /// there was none.
  func edition(of cloud: Cloud, holding address: IPAddress, at moment: Timestamp) throws -> TagEdition? {
    let head = try db.rows(
      """
      SELECT id, change, imported, as_of, source FROM tag_edition WHERE cloud = ? AND imported <= ?
      ORDER BY id DESC LIMIT 1
      """, cloud.rawValue, moment.milliseconds
    ) { row in
      (
        id: try row.integer(0), change: try row.integer(1), importedAt: try row.timestamp(2),
        asOf: try row.timestamp(3), source: try row.text(4)
      )
    }.first
    guard let head else { return nil }
    let tags = try tags(of: cloud, in: head.id) { $0.contains(address) }.filter { !$0.prefixes.isEmpty }
    return TagEdition(
      id: head.id, file: ServiceTagFile(cloud: cloud, change: head.change, tags: tags),
      importedAt: head.importedAt, asOf: head.asOf, source: head.source)
  }

  /// One edition as it was known at a moment; nil when it isn't kept.
  func edition(_ id: Int64, asOf: Timestamp) throws -> TagEdition? {
    let head = try db.rows(
      "SELECT cloud, change, imported, source FROM tag_edition WHERE id = ?", id
    ) { row in
      (
        cloud: try row.word(0, Cloud.self), change: try row.integer(1), importedAt: try row.timestamp(2),
        source: try row.text(3)
      )
    }.first
    guard let head else { return nil }
    return TagEdition(
      id: id,
      file: ServiceTagFile(cloud: head.cloud, change: head.change, tags: try tags(of: head.cloud, in: id)),
      importedAt: head.importedAt, asOf: asOf, source: head.source)
  }

  /// Keeps a file as the next edition: what differs from the one before, and the decision that the service takes up.
  func add(_ file: ServiceTagFile, _ origin: TagOrigin, after kept: TagEdition?) throws {
    let change = TagChange(from: kept?.file, to: file)
    try db.run(
      "INSERT INTO decision (at, kind, subject, reason, by) VALUES (?, ?, ?, ?, ?)", origin.at.milliseconds,
      DecisionKind.importTags.rawValue, "\(file.cloud) \(file.change)", "from \(origin.source)", origin.by)
    let decision = db.lastInsertedRowID
    try db.run(
      """
      INSERT INTO tag_edition (cloud, change, imported, as_of, source, tags, prefixes, added, removed, decision)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """, file.cloud.rawValue, file.change, origin.at.milliseconds, origin.asOf.milliseconds, origin.source,
      Int64(file.tags.count), Int64(file.prefixCount), Int64(change.added), Int64(change.removed), decision)
    let edition = db.lastInsertedRowID
    let insert = try db.cachedStatement(
      sql: "INSERT INTO tag_prefix (tag, addr, length, since) VALUES (?, ?, ?, ?)")
    let end = try db.cachedStatement(
      sql: "UPDATE tag_prefix SET until = ? WHERE tag = ? AND addr = ? AND length = ? AND until IS NULL")
    for step in change.tags {
      let tag = try id(of: step.name, in: file.cloud)
      try db.run("INSERT INTO tag_number (tag, edition, change) VALUES (?, ?, ?)", tag, edition, step.change)
      for prefix in step.added {
        try insert.run(tag, prefix.address.octets, Int64(prefix.length), edition)
      }
      for prefix in step.removed {
        try end.run(edition, tag, prefix.address.octets, Int64(prefix.length))
      }
    }
  }

  /// Notes that an edition is still the current one. It is no new one, so nothing is told.
  func renew(_ kept: TagEdition, _ origin: TagOrigin) throws {
    try db.run(
      "UPDATE tag_edition SET as_of = max(as_of, ?), source = ? WHERE id = ?", origin.asOf.milliseconds,
      origin.source, kept.id)
  }

  private func id(of name: TagName, in cloud: Cloud) throws -> Int64 {
    try db.run(
      "INSERT INTO tag (cloud, key, name) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET name = excluded.name",
      cloud.rawValue, name.key, name.text)
    guard let id = try db.integer("SELECT id FROM tag WHERE cloud = ? AND key = ?", cloud.rawValue, name.key)
    else { throw DatabaseError(message: "a tag was stored and isn't there") }
    return id
  }

  /// - Parameter isWanted: whether a prefix is asked for.
  private func tags(
    of cloud: Cloud, in edition: Int64, where isWanted: (IPPrefix) -> Bool = { _ in true }
  ) throws -> [ServiceTag] {
    var prefixes = [Int64: [IPPrefix]]()
    try db.cachedStatement(
      sql: """
        SELECT tag, addr, length FROM tag JOIN tag_prefix ON tag_prefix.tag = tag.id
        WHERE cloud = ?1 AND since <= ?2 AND (until IS NULL OR until > ?2)
        """
    ).forEachRow(cloud.rawValue, edition) { row in
      let prefix = try row.prefix(1, 2)
      if isWanted(prefix) { prefixes[try row.integer(0), default: []].append(prefix) }
    }
    let tags = try db.rows(
      """
      SELECT tag.id, tag.name, (
        SELECT change FROM tag_number WHERE tag = tag.id AND edition <= ?2 ORDER BY edition DESC LIMIT 1
      ) FROM tag WHERE cloud = ?1
      """, cloud.rawValue, edition
    ) { row in (id: try row.integer(0), name: try row.tagName(1), change: try row.optionalInteger(2)) }
    return tags.compactMap { tag in
      tag.change.map { ServiceTag(name: tag.name, change: $0, prefixes: prefixes[tag.id] ?? []) }
    }
  }
}

extension ResultRow {
  func tagName(_ index: CInt) throws -> TagName {
    let text = try text(index)
    guard let name = TagName(text) else { throw unreadable(index, text) }
    return name
  }

  /// An address and a length in two columns.
  func prefix(_ address: CInt, _ length: CInt) throws -> IPPrefix {
    let number = try integer(length)
    guard let prefix = IPPrefix(try self.address(address), length: Int(clamping: number)) else {
      throw unreadable(length, "\(number)")
    }
    return prefix
  }
}
