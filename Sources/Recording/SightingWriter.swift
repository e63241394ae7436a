internal import DNS
internal import Deciding
internal import GRDB

/// Writes who saw which name, what no set watches, and how sources do, inside a transaction that the caller opened.
struct SightingWriter {
  let db: Database

  func write(_ batch: HistoryBatch, interning: inout InternTable) throws {
    for name in batch.forgottenNames {
      try db.run("DELETE FROM sighting WHERE name = (SELECT id FROM name WHERE fqdn = ?)", name.text)
    }
    for entry in batch.sightings {
      let name = try interning.id(of: entry.name, in: db)
      for source in entry.sources {
        try db.run(
          "INSERT OR REPLACE INTO sighting (name, source, first, last, count) VALUES (?, ?, ?, ?, ?)", name,
          source.source, source.first.milliseconds, source.last.milliseconds, source.count)
      }
    }
    for name in batch.dismissedNames { try db.run("DELETE FROM uncovered WHERE fqdn = ?", name.text) }
    for entry in batch.uncoveredNames {
      let relation = entry.relation.stored
      try db.run(
        "INSERT OR REPLACE INTO uncovered (fqdn, relation, target, sources) VALUES (?, ?, ?, ?)",
        entry.name.text, relation.word, relation.target, entry.sources.stored())
    }
    for report in batch.sourceReports {
      try db.run(
        "INSERT OR REPLACE INTO source (label, at, report) VALUES (?, ?, ?)", report.label,
        batch.at.milliseconds, report.stored())
    }
  }
}
