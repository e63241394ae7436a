internal import GRDB
internal import GRDBSQLite

/// How the file is held open.
struct Connection: Sendable {
  let pool: DatabasePool
  /// What the file looked like when SQLite was told that nobody changes it; nil when it was not told so.
  let assumed: HistoryFile.Stamp?

  /// Frames of 4 KiB after which a commit copies the WAL back: a hot page is then copied once, not once a
  /// second.
  static let checkpointPages = 8000
  /// The WAL is cut to this size whenever it starts anew.
  static let journalSizeLimit = 32 << 20

  /// KiB of pages kept in memory by the one writing connection, and by each of up to four reading ones.
  private static let (writerCache, readerCache) = (49_152, 8_192)

  static func openForWriting(_ path: String, migrating: Bool) throws -> Connection {
    let pool = try DatabasePool(path: path, configuration: configuration(readonly: false))
    try pool.writeWithoutTransaction { db in
      if migrating { try HistoryFile.migrate(db, path: path) }
      try HistoryFile.requireSoundness(db, path: path)
    }
    return Connection(pool: pool, assumed: nil)
  }

  /// Opens for reading whatever state the last writer left.
  ///
  /// SQLite reads a WAL database without the right to write only while `-wal` and `-shm` exist, which our
  /// writers leave behind, or when told that the file is immutable
  /// (https://www.sqlite.org/wal.html#read_only_databases). The second is for a copy that came alone.
  static func openForReading(_ path: String) throws -> Connection {
    do {
      let pool = try DatabasePool(path: path, configuration: configuration(readonly: true))
      try pool.read { db in try HistoryFile.requireSoundness(db, path: path) }
      return Connection(pool: pool, assumed: nil)
    } catch let error as DatabaseError
      where [.SQLITE_READONLY, .SQLITE_CANTOPEN].contains(error.resultCode) && !hasJournal(path)
    {
      let stamp = HistoryFile.Stamp(path)
      let pool = try DatabasePool(path: immutableURI(path), configuration: configuration(readonly: true))
      try pool.read { db in try HistoryFile.requireSoundness(db, path: path) }
      return Connection(pool: pool, assumed: stamp)
    }
  }

  /// Whether what was just read can be trusted: a writer that starts makes a WAL before it changes the file.
  func isStillTrue(_ path: String) -> Bool {
    assumed.map { $0 == HistoryFile.Stamp(path) && !Self.hasJournal(path) } ?? true
  }

  private static func hasJournal(_ path: String) -> Bool { HistoryFile.size(of: path + "-wal") > 0 }

  private static func immutableURI(_ path: String) -> String {
    let escaped = path.utf8.map { octet in
      // RFC 3986 §2.3, and the slash.
      let isPlain =
        octet < 0x80 && (Character(UnicodeScalar(octet)).isLetter || Character(UnicodeScalar(octet)).isNumber)
      return isPlain || "-._~/".utf8.contains(octet)
        ? String(UnicodeScalar(octet)) : (octet < 16 ? "%0" : "%") + String(octet, radix: 16)
    }
    return "file:" + escaped.joined() + "?immutable=1"
  }

  private static func configuration(readonly: Bool) -> Configuration {
    var configuration = Configuration()
    configuration.label = "postern.history"
    configuration.readonly = readonly
    configuration.maximumReaderCount = 4
    configuration.busyMode = .timeout(5)
    // The keys are interned within the same transaction; a check of each row would cost three searches.
    configuration.foreignKeysEnabled = false
    configuration.prepareDatabase { db in
      try db.execute(
        sql: """
          PRAGMA cache_size = -\(db.configuration.readonly ? readerCache : writerCache);
          PRAGMA temp_store = MEMORY;
          PRAGMA secure_delete = OFF;
          PRAGMA journal_size_limit = \(journalSizeLimit);
          PRAGMA wal_autocheckpoint = \(checkpointPages);
          """)
      var persists: CInt = 1
      // Keeps -wal and -shm after a clean stop, for readers who may not write to the directory.
      sqlite3_file_control(db.sqliteConnection, nil, SQLITE_FCNTL_PERSIST_WAL, &persists)
    }
    return configuration
  }
}
