import ArgumentParser
import Deciding
import Foundation
import Publishing

struct ExportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Write a set to a file, atomically and only when it changed.",
    discussion: """
      Reads the history, whether or not the service runs, and writes the same bytes as HTTP. A set that can't be \
      trusted is not written (exit code 3): the file keeps what it had.
      """)

  @Argument(help: "The set.")
  var set: String
  @OptionGroup var format: FormatOptions
  @Option(name: .shortAndLong, help: "The file.", completion: .file())
  var output: String
  @Option(
    name: .long,
    help: ArgumentHelp(
      "A shell command to run after a change; again next time if it fails.", valueName: "command"))
  var onChange: String?
  @OptionGroup var shared: SharedOptions

  func run() async throws {
    let configuration = try shared.load()
    let name = try configuration.setName(set)
    let parameters = try format.parameters(in: configuration.formatCatalog())
    let history = try configuration.readHistory(of: name)
    let stored = try await StoredSet(name, configuration, now: SystemClock().now)
    stored.warnIfHeld()
    let content = try await stored.render(parameters, configuration, from: history)
    let file = AtomicFile(output)
    guard let onChange else {
      _ = try file.replace(with: content, modified: stored.snapshot.at)
      return
    }
    // The mark outlives a command that failed or a machine that stopped, so that a change is never left unloaded.
    let mark = output + ".pending"
    if try !file.holds(content) {
      _ = try AtomicFile(mark).replace(
        with: Array("\(stored.snapshot.generation)\n".utf8), modified: stored.snapshot.at)
    }
    _ = try file.replace(with: content, modified: stored.snapshot.at)
    guard FileManager.default.fileExists(atPath: mark) else { return }
    try Self.run(onChange, file: output, generation: "\(stored.snapshot.generation)")
    unlink(mark)
  }

  private static func run(_ command: String, file: String, generation: String) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", command]
    process.environment = ProcessInfo.processInfo.environment.merging(
      ["POSTERN_FILE": file, "POSTERN_GENERATION": generation]) { $1 }
    try process.run()
    process.waitUntilExit()
    guard process.terminationReason == .exit, process.terminationStatus == 0 else {
      throw CommandFailure(
        .failed, "the file was written, but '\(command)' ended with \(process.terminationStatus)",
        try: "run it by hand; the next export runs it again")
    }
  }
}
