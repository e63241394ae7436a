internal import GRDB
internal import GRDBSQLite

extension Statement {
  /// Binds whole numbers and runs the statement to its end.
  ///
  /// It goes to SQLite directly: GRDB's `execute(arguments:)` allocates for each value, which halves the rate of the
  /// loop over observations. The statement stays GRDB's, which prepared it and will free it.
  func run(_ values: Int64...) throws {
    for (index, value) in values.enumerated() {
      sqlite3_bind_int64(sqliteStatement, CInt(index + 1), value)
    }
    var code = sqlite3_step(sqliteStatement)
    while code == SQLITE_ROW { code = sqlite3_step(sqliteStatement) }
    sqlite3_reset(sqliteStatement)
    guard code == SQLITE_DONE else {
      let connection = sqlite3_db_handle(sqliteStatement)
      throw DatabaseError(
        resultCode: ResultCode(rawValue: code), message: String(cString: sqlite3_errmsg(connection)), sql: sql
      )
    }
  }
}
