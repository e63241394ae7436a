import Logging
import Synchronization

/// Keeps every line that is logged, with its metadata.
final class RecordedLog: Sendable {
  private let lines = Mutex<[String]>([])

  var text: String { lines.withLock { $0.joined(separator: "\n") } }

  var handler: any LogHandler { Handler(log: self) }

  private struct Handler: LogHandler {
    let log: RecordedLog
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.trace

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
      get { metadata[key] }
      set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
      let line =
        "\(event.level) \(event.message) \(metadata) \(event.metadata ?? [:])"
      log.lines.withLock { $0.append(line) }
    }
  }
}
