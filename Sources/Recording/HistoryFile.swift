internal import GRDB
internal import Glibc
internal import Schema

/// The file that holds a history: what it must look like before anything is done to it, and how it comes to
/// be.
enum HistoryFile {
  /// "POST", so that `file` and other programs can tell whose it is.
  static let applicationID: UInt32 = 0x504F_5354

  /// Looks at the head of the file without opening it as a database, so that a foreign file is never touched.
  ///
  /// - Throws: `HistoryError.missing`, `.empty`, `.notADatabase`, `.foreign` or `.cannotOpen`.
  static func inspect(_ path: String) throws(HistoryError) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw errno == ENOENT
        ? .missing(path: path) : .cannotOpen(path: path, detail: String(cString: strerror(errno)))
    }
    defer { close(descriptor) }
    var head = [UInt8](repeating: 0, count: 100)
    let count = read(descriptor, &head, head.count)
    guard count >= 0 else { throw .cannotOpen(path: path, detail: String(cString: strerror(errno))) }
    guard count > 0 else { throw .empty(path: path) }
    // https://www.sqlite.org/fileformat.html#the_database_header
    guard count == head.count, head.starts(with: Array("SQLite format 3\0".utf8)) else {
      throw .notADatabase(path: path)
    }
    let found = head[68..<72].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    guard found == applicationID else { throw .foreign(path: path, applicationID: found) }
  }

  /// Makes a new history: whole under another name first, so that a crash leaves either none or a complete
  /// one.
  static func create(at path: String) throws {
    let draft = try DraftFile(for: path, suffix: ".new")
    do {
      var configuration = Configuration()
      configuration.foreignKeysEnabled = false
      let queue = try DatabaseQueue(path: draft.path, configuration: configuration)
      try queue.writeWithoutTransaction { db in
        // Has no effect once the file has its first page.
        try db.execute(sql: "PRAGMA auto_vacuum = INCREMENTAL")
        try migrate(db, path: path)
      }
      try queue.close()
      try draft.publish()
    } catch {
      draft.discard()
      throw error
    }
  }

  /// Brings the tables up to date, each step in one transaction.
  static func migrate(_ db: Database, path: String) throws {
    let version = try requireKnownVersion(db, path: path)
    for migration in Schema.migrations where migration.number > version {
      try db.inTransaction(.immediate) {
        try db.execute(sql: migration.sql)
        try db.execute(sql: "PRAGMA application_id = \(applicationID)")
        try db.execute(sql: "PRAGMA user_version = \(migration.number)")
        return .commit
      }
    }
  }

  /// The file's version.
  ///
  /// - Throws: `HistoryError.newer` when this program doesn't know it.
  @discardableResult
  static func requireKnownVersion(_ db: Database, path: String) throws -> Int {
    let version = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
    guard version <= Schema.version else {
      throw HistoryError.newer(path: path, version: version, supported: Schema.version)
    }
    return version
  }

  /// A cheap look at what a healthy file has: the tables, and the last generation of each set where it should
  /// be.
  static func requireSoundness(_ db: Database, path: String) throws {
    let version = try requireKnownVersion(db, path: path)
    guard version == Schema.version else {
      throw HistoryError.older(path: path, version: version, supported: Schema.version)
    }
    let tables = try Set(String.fetchAll(db, sql: "SELECT name FROM sqlite_schema WHERE type = 'table'"))
    let missing = expectedTables.subtracting(tables)
    guard missing.isEmpty else {
      throw HistoryError.damaged(path: path, detail: "no table \(missing.sorted().joined(separator: ", "))")
    }
    let headless = try String.fetchOne(
      db,
      sql: """
        SELECT set_name.name FROM set_name
        JOIN generation ON generation.setid = set_name.id
          AND generation.serial = (SELECT max(serial) FROM generation WHERE setid = set_name.id)
        WHERE generation.size > 0 AND NOT EXISTS (SELECT 1 FROM element WHERE setid = set_name.id)
        """)
    if let headless {
      throw HistoryError.damaged(path: path, detail: "set \(headless) has lost its elements")
    }
  }

  /// What tells one state of a file from another without reading it.
  struct Stamp: Hashable, Sendable {
    private let inode: UInt64
    private let size: Int64
    private let seconds: Int
    private let nanoseconds: Int

    init?(_ path: String) {
      var status = stat()
      guard stat(path, &status) == 0 else { return nil }
      inode = UInt64(status.st_ino)
      size = Int64(status.st_size)
      seconds = status.st_mtim.tv_sec
      nanoseconds = status.st_mtim.tv_nsec
    }
  }

  /// Octets in a file, 0 when there is none.
  static func size(of path: String) -> Int64 {
    var status = stat()
    return stat(path, &status) == 0 ? Int64(status.st_size) : 0
  }

  /// Whether there is such a file.
  static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  private static let expectedTables: Set<String> = [
    "vantage", "set_name", "name", "rr", "observation", "active", "history", "rejection", "question",
    "learned",
    "generation",
    "delta", "checkpoint", "element", "set_state", "event", "decision", "follower", "watch",
    "sighting", "uncovered", "source", "coverage", "tag_edition", "tag", "tag_number", "tag_prefix",
    "vantage_report", "horizon", "policy", "asked", "answer", "journal", "state_interval", "state_question",
    "state_learned", "state_element",
  ]
}
