import Foundation

/// Tells a person at a terminal what goes on, once it takes more than two seconds.
enum Progress {
  /// Runs `body`; while it runs, the line that `text` gives is shown and renewed on standard error.
  static func shown<Result: Sendable>(
    _ text: @escaping @Sendable () async -> String, during body: @escaping @Sendable () async throws -> Result
  ) async throws -> Result {
    guard Console.isWatched else { return try await body() }
    return try await withThrowingTaskGroup(of: Result?.self) { group in
      group.addTask { try await body() }
      group.addTask {
        try? await Task.sleep(for: .seconds(2))
        while !Task.isCancelled {
          FileHandle.standardError.write(Data("\r\u{1b}[K\(await text())".utf8))
          try? await Task.sleep(for: .milliseconds(250))
        }
        FileHandle.standardError.write(Data("\r\u{1b}[K".utf8))
        return nil
      }
      defer { group.cancelAll() }
      while let finished = try await group.next() {
        if let finished {
          group.cancelAll()
          return finished
        }
      }
      throw CancellationError()
    }
  }
}
