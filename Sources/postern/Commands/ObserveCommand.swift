import ArgumentParser
import DNS
import Deciding
import Foundation
import Learning
import Recording
import Synchronization

struct ObserveCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "observe", abstract: "Feed hostnames, logs or captures by hand, or ask a registry.",
    discussion: """
      Reads files, compressed by gzip or not, or standard input without any, and finds out their format: logs, lists of \
      hostnames, captures of dnstap (.fstrm), Pi-hole's database. A name behind a pattern is a hint: the service \
      resolves it with its own upstreams, and only then is it part of the set. Addresses in files are never believed.
      """)

  @Argument(help: "Files to read; - or none for standard input.", completion: .file())
  var files: [String] = []
  @Option(
    name: .long,
    help: "The format's name, or what a line looks like: '{time} \"{name}\" {*}', 'json:/dns/rrname'.",
    completion: .list(LineFormat.allCases.map(\.rawValue)))
  var format: String?
  @Option(
    name: .long,
    help: ArgumentHelp(
      "Ask this registry where it sends clients, in place of reading files; files are then repositories.",
      valueName: "host"))
  var registry: String?
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
    let observed =
      if let registry {
        try await ask(registry, watching: names)
      } else {
        try await readFiles(reader, watching: names)
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

  private func readFiles(_ reader: LineReader?, watching names: WatchedNames) async throws -> Observed {
    let files = files.isEmpty ? ["-"] : files
    let progress = Counter()
    return try await Progress.shown {
      progress.text
    } during: {
      var observed = Observed()
      for file in files { try Self.read(file, reader, watching: names, into: &observed, progress) }
      return observed
    }
  }

  /// Asks a registry once, and tells each step to a person.
  private func ask(_ registry: String, watching names: WatchedNames) async throws -> Observed {
    let endpoint: RegistryEndpoint
    let repositories: [RegistryRepository]
    do throws(RegistryNameError) {
      endpoint = try RegistryEndpoint(registry)
      var asked = [RegistryRepository]()
      for file in files { asked.append(try RegistryRepository(reading: file)) }
      repositories = asked.isEmpty && endpoint == .mcr ? RegistryRepository.mcr : asked
    } catch {
      throw CommandFailure(.usage, "\(error)")
    }
    guard !repositories.isEmpty else {
      throw CommandFailure(
        .usage, "no repository of \(endpoint) is named",
        try: "postern observe --registry \(endpoint) hello-world")
    }
    let clock = SystemClock()
    let probe = RegistryProbe(
      registry: endpoint, repositories: repositories, watching: names, version: Postern.version,
      now: { clock.now })
    let round = try await Progress.shown({ "asking \(endpoint)" }, during: { await probe.round() })
    if !output.json { for step in round.steps { Console.line("\(step)") } }
    if let fault = round.fault {
      throw CommandFailure(.failed, "\(endpoint): \(fault)")
    }
    var observed = Observed()
    observed.begin(probe.label, format: "registry")
    observed.add(round)
    return observed
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
    case .capture:
      var reader = CaptureReader(watching: names)
      observed.begin(file, format: "dnstap")
      var piece = first
      while !piece.isEmpty, reader.fault == nil {
        reader.append(piece)
        progress.add(piece.count, of: file)
        observed.add(reader.takeTally())
        observed.add(reader.takeRefused())
        try Task.checkCancellation()
        piece = try input.next()
      }
      reader.finish()
      observed.add(reader.takeTally())
      observed.add(reader.takeRefused())
      if let fault = reader.fault {
        throw CommandFailure(.failed, "can't read \(file): \(fault)", try: "a capture of fstrm_capture")
      }
    case .database:
      try readDatabase(file, watching: names, into: &observed)
    }
  }

  private static func readDatabase(
    _ file: String, watching names: WatchedNames, into observed: inout Observed
  ) throws {
    let queries = try PiholeQueries(path: file)
    observed.begin(file, format: "pihole")
    var last: Int64 = 0
    while true {
      let page = try queries.next(after: last)
      observed.add(SightingTally(page.uses.map { ($0.domain, $0.evidence, $0.count) }, watching: names))
      guard page.rows > 0 else { return }
      last = page.lastID
      try Task.checkCancellation()
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
