internal import GRDB
internal import Synchronization

/// The history in one SQLite file. One process writes; any number of processes read, also while nobody
/// writes.
///
/// A commit is one transaction and is not undone by cancelling the task that waits for it. Close the store
/// when done: a file that was not closed is still whole, the next opening just takes a little longer.
package final class HistoryStore: Sendable {
  /// What a process may do with the history.
  package enum Mode: Hashable, Sendable {
    /// The one that records. Makes the file, mode 0640, when there is none, and migrates an older one.
    case writer
    /// Reads only, also from a directory that it can't write to.
    case reader
    /// Reads, and may leave decisions for the writer.
    case decider
  }

  /// The database file.
  package let path: String
  /// What this process may do; a call beyond it throws `HistoryError.readOnly`.
  package let mode: Mode
  let connection: Mutex<Connection>
  let interned = Mutex(InternTable())
  let journalNames = Mutex(JournalNames())
  private let lock: WriterLock?

  /// Opens the history at `path`.
  ///
  /// - Throws: `HistoryError`. A file that is damaged, foreign or newer is left as it is.
  package static func open(path: String, mode: Mode) throws -> HistoryStore {
    try HistoryError.translating(path) { try HistoryStore(path: path, mode: mode) }
  }

  private init(path: String, mode: Mode) throws {
    self.path = path
    self.mode = mode
    switch mode {
    case .writer:
      let lock = try WriterLock(beside: path)
      if !HistoryFile.exists(path) { try HistoryFile.create(at: path) }
      try HistoryFile.inspect(path)
      connection = Mutex(try .openForWriting(path, migrating: true))
      self.lock = lock
    case .decider:
      try HistoryFile.inspect(path)
      connection = Mutex(try .openForWriting(path, migrating: false))
      lock = nil
    case .reader:
      try HistoryFile.inspect(path)
      connection = Mutex(try .openForReading(path))
      lock = nil
    }
  }

  /// Closes the file and lets another writer in. The store can't be used any more.
  package func close() throws {
    defer { lock?.release() }
    try HistoryError.translating(path) { try connection.withLock { try $0.pool.close() } }
  }

  /// Runs one short read. Long results are read whole, never kept open: an open read keeps the WAL from
  /// shrinking.
  func read<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
    let current = connection.withLock { $0 }
    do {
      let value = try await HistoryError.translating(path) { try await current.pool.read(body) }
      if current.isStillTrue(path) { return value }
    } catch {
      if current.isStillTrue(path) { throw error }
    }
    // A writer has started since the file was opened as one that nobody changes: what was read may be torn.
    let reopened = try HistoryError.translating(path) { try Connection.openForReading(path) }
    connection.withLock { $0 = reopened }
    return try await HistoryError.translating(path) { try await reopened.pool.read(body) }
  }

  /// Runs one transaction, which cancelling does not undo.
  func write<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
    try await withoutTransaction { db in
      var value: Value?
      try db.inTransaction(.immediate) {
        value = try body(db)
        return .commit
      }
      guard let value else { throw DatabaseError(message: "the transaction gave nothing back") }
      return value
    }
  }

  /// Runs statements one by one on the writing connection.
  func withoutTransaction<Value: Sendable>(
    _ body: @escaping @Sendable (Database) throws -> Value
  ) async throws -> Value {
    guard mode != .reader else { throw HistoryError.readOnly(path: path) }
    let (pool, path) = (connection.withLock { $0.pool }, path)
    return try await withCheckedThrowingContinuation { continuation in
      // GRDB's `write` rolls back when its task is cancelled; a commit must also go through while a service
      // drains.
      pool.asyncWriteWithoutTransaction { db in
        continuation.resume(with: Result { try HistoryError.translating(path) { try body(db) } })
      }
    }
  }
}
