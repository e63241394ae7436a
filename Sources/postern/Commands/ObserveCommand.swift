import ArgumentParser
import DNS
import Deciding
import Foundation
import Learning
import Recording
import Synchronization

struct ObserveCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "observe", abstract: "Feed hostnames, query logs or connection logs by hand.",
    discussion: """
      Reads files, compressed by gzip or not, or standard input without any, and finds out their format. A name behind \
      a pattern is a hint: the service resolves it with its own upstreams, and only then is it part of the set. \
      Addresses in logs are never believed.
      """)

  @Argument(help: "Files to read; - or none for standard input.", completion: .file())
  var files: [String] = []
  @Option(
    name: .long,
    help: "The format's name, or what a line looks like: '{time} \"{name}\" {*}', 'json:/dns/rrname'.",
    completion: .list(LineFormat.allCases.map(\.rawValue)))
  var format: String?
  @Flag(name: .long, help: "List the formats that are built in, and nothing else.")
  var formats = false
  @Flag(name: .long, help: "Only list what would be learned and what is refused.")
  var dryRun = false
  @OptionGroup var output: OutputOptions
  @OptionGroup var shared: SharedOptions

  func run() async throws {
    guard !formats else { return listFormats() }
    let reader = try format.map(Self.reader)
    let configuration = try shared.load()
    let names = WatchedNames(configuration.enabledSets.map(\.policy).flatMap(\.selectors))
    let files = files.isEmpty ? ["-"] : files
    let progress = Counter()
    let observed = try await Progress.shown {
      progress.text
    } during: {
      var observed = Observed()
      for file in files { try Self.read(file, reader, watching: names, into: &observed, progress) }
      return observed
    }
    if output.json { Console.write(observed.json) } else { Console.line(observed.table(isDry: dryRun)) }
    guard !dryRun else { return }
    let learnable = observed.names.keys.sorted()
    guard !learnable.isEmpty else {
      throw CommandFailure(
        .notFound, "no line names a watched host", try: "--dry-run --json to see what was read")
    }
    let history = try HistoryStore.open(path: configuration.historyPath, mode: .decider)
    let now = SystemClock().now
    for name in learnable {
      _ = try await history.record(
        Decision(
          at: now, kind: .observe, subject: name.text, reason: "postern observe",
          by: "observe:\(NSUserName())"))
    }
    if !output.json {
      Console.line("\(learnable.count) names handed over; the service, or 'postern resolve', asks them")
    }
  }

  private static func read(
    _ file: String, _ reader: LineReader?, watching names: WatchedNames, into observed: inout Observed,
    _ progress: Counter
  ) throws {
    let input = try ObservedInput(file)
    let (kind, first) = try input.begin(reader: reader)
    switch kind {
    case .lines(let lines):
      var reader = SightingReader(lines, watching: names)
      observed.begin(file, format: reader.format)
      var piece = first
      while !piece.isEmpty {
        // One tally holds but a few thousand names, so it is taken before more can come.
        for start in stride(from: 0, to: piece.count, by: 1 << 16) {
          reader.append(piece[start...].prefix(1 << 16))
          observed.add(reader.takeTally())
        }
        progress.add(piece.count, of: file)
        try Task.checkCancellation()
        piece = try input.next()
      }
      reader.finish()
      observed.add(reader.takeTally())
      observed.add(reader.refused)
    }
  }

  /// The reader for what a person called the format.
  private static func reader(_ text: String) throws -> LineReader {
    if let format = LineFormat(rawValue: text) { return LineReader(format) }
    guard text.contains("{") || text.hasPrefix("json:") else {
      throw CommandFailure(
        .usage, "there is no line format '\(text)'",
        try:
          "one of \(LineFormat.allCases.map(\.rawValue).joined(separator: ", ")), or what a line looks like, with "
          + "{name} where the hostname stands")
    }
    return LineReader(try LineTemplate(text))
  }

  private func listFormats() {
    var table = Table("FORMAT", "READS")
    for format in LineFormat.allCases { table.add(format.rawValue, format.title) }
    Console.line(table.text)
  }

  /// How much was read, for a person who waits.
  private final class Counter: Sendable {
    private let state = Mutex((file: "", octets: 0))

    func add(_ octets: Int, of file: String) {
      state.withLock { $0 = (file, ($0.file == file ? $0.octets : 0) + octets) }
    }

    var text: String {
      state.withLock { "reading \($0.file): \($0.octets >> 20) MiB" }
    }
  }
}
