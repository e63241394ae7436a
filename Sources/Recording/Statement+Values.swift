internal import GRDB
internal import GRDBSQLite

// Statements bound and read through SQLite's own functions. GRDB opens the file, keeps the transactions and
// prepares, keeps and frees the statements; its way to bind and read allocates for each value, which costs
// half the rate of the loop over observations, and its reading traps on a value of another type, as a damaged
// file may hold.

extension Statement {
  /// Binds the values and runs the statement to its end.
  func run<each Value: Bindable>(_ value: repeat each Value) throws {
    defer { sqlite3_reset(sqliteStatement) }
    bind(repeat each value)
    while try step() {}
  }

  /// Binds the values and reads each row.
  func forEachRow<each Value: Bindable>(
    _ value: repeat each Value, read: (ResultRow) throws -> Void
  ) throws {
    defer { sqlite3_reset(sqliteStatement) }
    bind(repeat each value)
    while try step() { try read(ResultRow(statement: sqliteStatement)) }
  }

  private func bind<each Value: Bindable>(_ value: repeat each Value) {
    var index: CInt = 0
    for value in repeat each value {
      index += 1
      value.bind(to: sqliteStatement, at: index)
    }
  }

  /// Goes to the next row; false at the end.
  private func step() throws -> Bool {
    switch sqlite3_step(sqliteStatement) {
    case SQLITE_ROW: return true
    case SQLITE_DONE: return false
    case SQLITE_INTERRUPT: throw CancellationError()  // GRDB interrupts the read of a cancelled task
    case let code:
      let connection = sqlite3_db_handle(sqliteStatement)
      throw DatabaseError(
        resultCode: ResultCode(rawValue: code), message: String(cString: sqlite3_errmsg(connection)), sql: sql
      )
    }
  }
}

extension Database {
  /// Runs a statement that gives no rows. A loop should take the statement out of it.
  func run<each Value: Bindable>(_ sql: String, _ value: repeat each Value) throws {
    try cachedStatement(sql: sql).run(repeat each value)
  }

  /// All rows, each as `read` makes it.
  func rows<Element, each Value: Bindable>(
    _ sql: String, _ value: repeat each Value, read: (ResultRow) throws -> Element
  ) throws -> [Element] {
    var elements: [Element] = []
    try cachedStatement(sql: sql).forEachRow(repeat each value) { row in elements.append(try read(row)) }
    return elements
  }

  /// The first column of the first row; nil when there is no row or it is NULL.
  func integer<each Value: Bindable>(_ sql: String, _ value: repeat each Value) throws -> Int64? {
    try rows(sql, repeat each value) { row in try row.optionalInteger(0) }.first ?? nil
  }
}

/// What a parameter of a statement can be.
protocol Bindable {
  func bind(to statement: OpaquePointer, at index: CInt)
}

/// Tells SQLite to take a copy (https://www.sqlite.org/c3ref/c_static.html).
private let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

extension Int64: Bindable {
  func bind(to statement: OpaquePointer, at index: CInt) { sqlite3_bind_int64(statement, index, self) }
}

extension String: Bindable {
  func bind(to statement: OpaquePointer, at index: CInt) {
    var text = self
    text.withUTF8 { utf8 in
      utf8.withMemoryRebound(to: CChar.self) { characters in
        guard let start = characters.baseAddress, !characters.isEmpty else {
          _ = sqlite3_bind_text(statement, index, "", 0, transient)  // without an address it would be NULL
          return
        }
        _ = sqlite3_bind_text(statement, index, start, CInt(characters.count), transient)
      }
    }
  }
}

extension [UInt8]: Bindable {
  func bind(to statement: OpaquePointer, at index: CInt) {
    withUnsafeBytes { octets in
      guard let start = octets.baseAddress, !octets.isEmpty else {
        _ = sqlite3_bind_zeroblob(statement, index, 0)
        return
      }
      _ = sqlite3_bind_blob64(statement, index, start, sqlite3_uint64(octets.count), transient)
    }
  }
}

extension Optional: Bindable where Wrapped: Bindable {
  func bind(to statement: OpaquePointer, at index: CInt) {
    guard let self else {
      sqlite3_bind_null(statement, index)
      return
    }
    self.bind(to: statement, at: index)
  }
}
