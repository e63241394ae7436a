package import DNS
package import Deciding
internal import GRDB

extension HistoryStore: TagArchive {
  /// The newest edition of each cloud, also one that no service has taken up yet.
  package func currentTags() async throws -> TagBook {
    try await read { db in try TagTables(db: db).book(of: .imported) }
  }

  package func tags(holding address: IPAddress, at moment: Timestamp) async throws -> TagBook {
    try await read { db in
      let tables = TagTables(db: db)
      return TagBook(
        try Cloud.allCases.compactMap { try tables.edition(of: $0, holding: address, at: moment) })
    }
  }

  /// Judges and keeps a file in one transaction. A file that is kept already only renews since when it is known to be current.
  ///
  /// - Throws: `TagRefusal`, or `HistoryError`.
  package func importTags(
    _ file: ServiceTagFile, _ origin: TagOrigin, isForced: Bool
  ) async throws -> TagImport.Verdict {
    let outcome = try await write { db in
      let tables = TagTables(db: db)
      let kept = try tables.edition(of: file.cloud, .imported)
      let verdict: TagImport.Verdict
      do throws(TagRefusal) {
        verdict = try TagImport.judge(file, over: kept, isForced: isForced)
      } catch {
        return Result<TagImport.Verdict, TagRefusal>.failure(error)
      }
      switch verdict {
      case .same: if let kept { try tables.renew(kept, origin) }
      case .edition: try tables.add(file, origin, after: kept)
      }
      return .success(verdict)
    }
    return try outcome.get()
  }

  /// The editions that were imported, newest first.
  package func tagEditions(limit: Int) async throws -> [TagEditionRecord] {
    try await read { db in
      try db.rows(
        """
        SELECT id, cloud, change, imported, as_of, source, tags, prefixes, added, removed
        FROM tag_edition ORDER BY id DESC LIMIT ?
        """, Int64(max(0, limit))
      ) { row in
        TagEditionRecord(
          id: try row.integer(0), cloud: try row.word(1, Cloud.self), change: try row.integer(2),
          importedAt: try row.timestamp(3), asOf: try row.timestamp(4), source: try row.text(5),
          tags: Int(try row.integer(6)), prefixes: Int(try row.integer(7)), added: Int(try row.integer(8)),
          removed: Int(try row.integer(9)))
      }
    }
  }

  /// What editions changed, newest first, then by tag.
  package func tagSteps(of tag: TagName?, limit: Int) async throws -> [TagStep] {
    try await read { db in
      // The first edition of a cloud brought everything: of all tags together that is no news.
      try db.rows(
        """
        SELECT tag.cloud, tag.name, addr, length, is_added, tag_edition.change, imported FROM (
          SELECT tag, addr, length, since AS edition, 1 AS is_added FROM tag_prefix
          UNION ALL
          SELECT tag, addr, length, until, 0 FROM tag_prefix WHERE until IS NOT NULL
        ) JOIN tag ON tag.id = tag JOIN tag_edition ON tag_edition.id = edition
        WHERE tag.key = ?1 OR ?1 IS NULL
          AND edition > (SELECT min(id) FROM tag_edition AS first WHERE first.cloud = tag.cloud)
        ORDER BY edition DESC, tag.key, is_added DESC, length(addr), addr, length LIMIT ?2
        """, tag?.key, Int64(max(0, limit))
      ) { row in
        TagStep(
          cloud: try row.word(0, Cloud.self), tag: try row.tagName(1), prefix: try row.prefix(2, 3),
          isAdded: try row.integer(4) == 1, change: try row.integer(5), at: try row.timestamp(6))
      }
    }
  }
}
