package import Deciding
internal import GRDB
internal import Glibc

/// Reads the queries that Pi-hole's FTL keeps in its SQLite database, without ever writing to it. FTL stores them once a
/// minute (`database.DBinterval`), so there is no reason to look more often.
package struct PiholeQueries: Sendable {
  /// What one look brought.
  package struct Page: Sendable, Hashable {
    /// Each domain once for each kind of evidence, as FTL has it: the text is a client's and may be anything.
    package var uses: [Use] = []
    /// Rows that were read; `limit` of them means that there are more.
    package var rows: Int64 = 0
    /// Rows whose domain FTL hides, because of its privacy level.
    package var hidden: Int64 = 0
    /// To be stored with the effect of this page, and given at the next look.
    package var lastID: Int64
    /// Whether the database begins again before the given row: it was flushed or replaced, and was read from its start.
    package var wasReplaced = false
  }

  /// A domain that clients asked for.
  package struct Use: Sendable, Hashable {
    /// As FTL has it; a hostname only if somebody checks that.
    package let domain: String
    package let evidence: NameEvidence
    /// How many rows of this page say so; at least 1.
    package let count: Int64
  }

  /// FTL's file, usually `/etc/pihole/pihole-FTL.db`.
  package let path: String
  private let queue: DatabaseQueue
  /// Old versions of FTL don't have it.
  private let hasReplyType: Bool

  /// Opens the database for reading.
  ///
  /// - Throws: `PiholeError`.
  package init(path: String) throws {
    self.path = path
    guard access(path, F_OK) == 0 else { throw PiholeError.missing(path: path) }
    var configuration = Configuration()
    configuration.readonly = true
    configuration.busyMode = .timeout(5)
    configuration.label = "pihole"
    (queue, hasReplyType) = try Self.translating(path) {
      let queue = try DatabaseQueue(path: path, configuration: configuration)
      let columns = try queue.read { db in
        try Set(String.fetchAll(db, sql: "SELECT name FROM pragma_table_info('queries')"))
      }
      guard columns.isSuperset(of: ["id", "status", "domain"]) else { throw PiholeError.foreign(path: path) }
      return (queue, columns.contains("reply_type"))
    }
  }

  /// The rows after `id`, at most `limit` of them, in one consistent look.
  ///
  /// - Parameter id: `Page.lastID` of the last look; 0 for all rows.
  /// - Throws: `PiholeError`; a later look may succeed.
  package func next(after id: Int64, limit: Int64 = 50_000) throws -> Page {
    try Self.translating(path) {
      try queue.read { db in
        let newest = try Int64.fetchOne(db, sql: "SELECT max(id) FROM queries") ?? 0
        // An emptied table says nothing of the numbers that come next: FTL keeps counting, a new file begins at 1.
        var page = Page(lastID: newest == 0 ? 0 : id)
        if newest == 0 { return page }
        page.wasReplaced = newest < id
        let start = page.wasReplaced ? 0 : id
        // The domain is a text or the number of one; the view knows which. Text of another type than TEXT is nobody's.
        let rows = try Row.fetchCursor(
          db,
          sql: """
            SELECT domain, status, reply, count(*), max(id) FROM (
              SELECT id, CASE typeof(domain) WHEN 'text' THEN domain END AS domain, status,
                \(hasReplyType ? "reply_type" : "NULL") AS reply
              FROM queries WHERE id > ? ORDER BY id LIMIT ?)
            GROUP BY domain, status, reply ORDER BY domain, status, reply
            """, arguments: [start, max(1, limit)])
        var counts = [Key: Int64]()
        var last = start
        while let row = try rows.next() {
          let count = Int64.fromDatabaseValue(row[3]) ?? 0
          page.rows += count
          last = max(last, Int64.fromDatabaseValue(row[4]) ?? 0)
          guard let domain = String.fromDatabaseValue(row[0]), !domain.isEmpty, domain != "hidden" else {
            page.hidden += count
            continue
          }
          let evidence = Self.evidence(
            status: Int64.fromDatabaseValue(row[1]), reply: Int64.fromDatabaseValue(row[2]))
          counts[Key(domain: domain, evidence: evidence), default: 0] += count
        }
        page.lastID = last
        page.uses = counts.map { Use(domain: $0.key.domain, evidence: $0.key.evidence, count: $0.value) }
          .sorted { ($0.domain, $0.evidence) < ($1.domain, $1.evidence) }
        return page
      }
    }
  }

  private struct Key: Hashable {
    let domain: String
    let evidence: NameEvidence
  }

  /// FTL's `enum query_status` and `enum reply_type` (pi-hole/FTL, src/enums.h): what a blocklist answered says nothing
  /// of the name.
  private static func evidence(status: Int64?, reply: Int64?) -> NameEvidence {
    // Forwarded, from the cache, retried, in progress, from the stale cache.
    guard let status, [2, 3, 12, 13, 14, 17].contains(status) else { return .asked }
    return switch reply {
    case 1, 2: .denied  // NODATA, NXDOMAIN
    case 3, 4: .resolved  // CNAME, IP
    default: .asked
    }
  }

  private static func translating<Result>(_ path: String, _ body: () throws -> Result) throws -> Result {
    do { return try body() } catch let error as DatabaseError {
      switch error.resultCode {
      case .SQLITE_NOTADB, .SQLITE_CORRUPT: throw PiholeError.foreign(path: path)
      default:
        throw PiholeError.unreadable(
          path: path, detail: error.message ?? "SQLite \(error.resultCode.rawValue)")
      }
    }
  }
}

/// Why Pi-hole's database can't be read.
package enum PiholeError: Error, Sendable, Hashable, CustomStringConvertible {
  /// There is no such file.
  case missing(path: String)
  /// It is there, and not what FTL writes.
  case foreign(path: String)
  /// It may not be read, or stays locked.
  case unreadable(path: String, detail: String)

  /// What failed, with the path and what to try.
  package var description: String {
    switch self {
    case .missing(let path):
      "can't read Pi-hole's queries: there is no \(path). Try: 'pihole-FTL --config files.database' for its place"
    case .foreign(let path):
      "can't read Pi-hole's queries: \(path) isn't a database that pihole-FTL wrote. Try: pihole-FTL.db, not gravity.db"
    case .unreadable(let path, let detail):
      "can't read Pi-hole's queries: \(path): \(detail). Try: let Postern's user read the file and its folder, for "
        + "example by adding it to the group pihole"
    }
  }
}
