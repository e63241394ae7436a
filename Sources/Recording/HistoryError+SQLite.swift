internal import GRDB

extension HistoryError {
  /// Runs `body` and turns what SQLite throws into what a person can act on.
  static func translating<Result>(_ path: String, _ body: () throws -> Result) throws -> Result {
    do { return try body() } catch { throw translated(error, path) }
  }

  /// The same for a body that waits.
  static func translating<Result: Sendable>(
    _ path: String, isolation: isolated (any Actor)? = #isolation, _ body: () async throws -> Result
  ) async throws -> Result {
    do { return try await body() } catch { throw translated(error, path) }
  }

  /// Errors that are not SQLite's pass unchanged.
  static func translated(_ error: any Error, _ path: String) -> any Error {
    switch error {
    case let error as DatabaseError:
      return translated(error, path)
    case let error as UnreadableValue:
      return HistoryError.damaged(path: path, detail: "\(error.column) holds \(error.value)")
    case is RowDecodingError, is DecodingError:
      return HistoryError.damaged(path: path, detail: "\(error)")
    default:
      return error
    }
  }

  private static func translated(_ error: DatabaseError, _ path: String) -> HistoryError {
    let detail = "\(error.message ?? "no message") (SQLite \(error.extendedResultCode.rawValue))"
    return switch error.resultCode {
    case .SQLITE_FULL: .diskFull(path: path)
    case .SQLITE_READONLY: .readOnly(path: path)
    case .SQLITE_CORRUPT: .damaged(path: path, detail: detail)
    case .SQLITE_NOTADB: .notADatabase(path: path)
    case .SQLITE_BUSY, .SQLITE_LOCKED: .busy(path: path)
    case .SQLITE_CANTOPEN, .SQLITE_PERM, .SQLITE_AUTH: .cannotOpen(path: path, detail: detail)
    case .SQLITE_IOERR: .inputOutput(path: path, detail: detail)
    default: .failed(path: path, detail: detail)
    }
  }
}
