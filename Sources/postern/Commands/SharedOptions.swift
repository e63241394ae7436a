import ArgumentParser
import Deciding
import Foundation
import Recording

/// What every command takes.
struct SharedOptions: ParsableArguments {
  @Option(
    name: .long, help: ArgumentHelp("The configuration file; else POSTERN_CONFIG.", valueName: "file"),
    completion: .file(extensions: ["yaml", "yml"]))
  var config: String?

  @Option(
    name: .long, help: ArgumentHelp("The folder of the database.", valueName: "folder"),
    completion: .directory)
  var state: String?

  /// The configuration with what the environment and these options say put over it.
  func load(listen: [String] = [], upstreams: [String] = []) throws -> Configuration {
    try ConfigurationLoader.load(
      option: config, overrides: ConfigurationOverrides(listen: listen, upstreams: upstreams, state: state),
      environment: ProcessInfo.processInfo.environment, userID: getuid())
  }
}

/// For commands whose result a program may read.
struct OutputOptions: ParsableArguments {
  @Flag(name: .long, help: "Write JSON instead of a table.")
  var json = false
}

extension Configuration {
  /// The history's file.
  var historyPath: String { state.value + "/history.sqlite" }

  /// Opens the history for reading.
  func readHistory() throws -> HistoryStore { try HistoryStore.open(path: historyPath, mode: .reader) }

  /// The set that a command means: the one named, else the only enabled one.
  func setName(_ text: String?) throws -> SetName {
    if let text {
      guard let name = SetName(text) else {
        throw CommandFailure(
          .usage, "'\(text)' is no set's name", try: "1 to 26 of a-z 0-9 _ -, such as \(enabledNames)")
      }
      guard sets.contains(where: { $0.name == name }) else {
        throw CommandFailure(.notFound, "there is no set '\(name)'", try: enabledNames)
      }
      return name
    }
    guard enabledSets.count == 1, let only = enabledSets.first else {
      throw CommandFailure(.usage, "which set is meant, of several", try: enabledNames)
    }
    return only.name
  }

  private var enabledNames: String { enabledSets.map(\.name.text).joined(separator: ", ") }
}

/// A moment from the command line: `2026-11-23T08:31:19Z`, a day, seconds since the epoch, or a span back from now
/// such as `2h`.
struct Moment {
  let timestamp: Timestamp

  init(_ text: String, now: Timestamp) throws {
    guard let timestamp = Timestamp(text, now: now) else {
      throw CommandFailure(.usage, "'\(text)' is no moment", try: Timestamp.hint)
    }
    self.timestamp = timestamp
  }
}
