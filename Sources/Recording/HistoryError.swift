package import Deciding

/// Why the history could not be opened, written or read.
package enum HistoryError: Error, Hashable, CustomStringConvertible {
  case missing(path: String)
  /// The file holds nothing at all.
  case empty(path: String)
  case notADatabase(path: String)
  /// A database of another program. Its application_id tells which.
  case foreign(path: String, applicationID: UInt32)
  /// Written by a newer Postern.
  case newer(path: String, version: Int, supported: Int)
  /// Written by an older Postern, and opened by one that may not migrate it.
  case older(path: String, version: Int, supported: Int)
  case damaged(path: String, detail: String)
  /// Another process writes this history; nil when it has not said which.
  case writerIsRunning(path: String, pid: Int32?)
  case cannotOpen(path: String, detail: String)
  case readOnly(path: String)
  case diskFull(path: String)
  case busy(path: String)
  case inputOutput(path: String, detail: String)
  /// Generations must follow one another without a gap.
  case generationOutOfOrder(set: SetName, expected: Generation, given: Generation)
  /// What entered and left does not lead from the last generation to this one.
  case contradictoryPublication(set: SetName, generation: Generation, detail: String)
  /// Only addresses and names are observed.
  case unsupportedRecord(String)
  case failed(path: String, detail: String)

  package var description: String {
    switch self {
    case .missing(let path):
      "can't open the history: \(path) does not exist. "
        + "Try: start 'postern serve', or check the state directory"
    case .empty(let path):
      "can't open the history: \(path) is empty. Try: restore a backup, or remove it to begin a new history"
    case .notADatabase(let path):
      "can't open the history: \(path) is no SQLite database, or its head is damaged. "
        + "Try: restore a backup, or move the file away to begin a new history"
    case .foreign(let path, let applicationID):
      "can't open the history: \(path) belongs to another program (application_id \(applicationID)). "
        + "Try: another state directory"
    case .newer(let path, let version, let supported):
      "can't open the history: \(path) has version \(version), this postern knows up to \(supported). "
        + "Try: the newer postern that wrote it"
    case .older(let path, let version, let supported):
      "can't open the history: \(path) has version \(version), this postern needs \(supported). "
        + "Try: start 'postern serve' once, which migrates it"
    case .damaged(let path, let detail):
      "the history is damaged: \(path): \(detail). "
        + "Try: stop postern, keep a copy of the file with its -wal, and restore a backup"
    case .writerIsRunning(let path, let pid):
      "can't write the history: \(path) is in use by \(pid.map { "process \($0)" } ?? "another process"). "
        + "Try: stop it first, or ask it over HTTP"
    case .cannotOpen(let path, let detail):
      "can't open the history: \(path): \(detail). Try: check that the file and its directory are accessible"
    case .readOnly(let path):
      "can't write the history: \(path) is read-only here. "
        + "Try: check the owner and mode of the file and directory"
    case .diskFull(let path):
      "can't write the history: no space left for \(path). Try: free space; the next commit goes on by itself"
    case .busy(let path):
      "can't reach the history: \(path) stayed locked. Try: again, or look for a program that holds it open"
    case .inputOutput(let path, let detail):
      "can't read or write the history: \(path): \(detail). Try: check the disk, and 'dmesg' for its errors"
    case .generationOutOfOrder(let set, let expected, let given):
      "can't record generation \(given) of set \(set): the next one is \(expected). "
        + "Try: restart, so that the state is read from the history"
    case .contradictoryPublication(let set, let generation, let detail):
      "can't record generation \(generation) of set \(set): \(detail). "
        + "Try: restart, so that the state is read from the history"
    case .unsupportedRecord(let record):
      "can't record \(record): only addresses and names are observed. Try: leave it out"
    case .failed(let path, let detail):
      "the history failed: \(path): \(detail). Try: 'postern doctor'"
    }
  }
}
