import ArgumentParser
import DNS
import Deciding
import Foundation
import Learning
import Publishing
import Recording

struct ObserveCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "observe", abstract: "Feed hostnames or a dnsmasq query log by hand.",
    discussion: """
      Reads files, or standard input without any. A name behind a pattern is a hint: the service resolves it with its \
      own upstreams, and only then is it part of the set. Addresses in logs are never believed.
      """)

  @Argument(help: "Files to read; - or none for standard input.", completion: .file())
  var files: [String] = []
  @Flag(name: .long, help: "Only list what would be learned and what is refused.")
  var dryRun = false
  @OptionGroup var output: OutputOptions
  @OptionGroup var shared: SharedOptions

  func run() async throws {
    let configuration = try shared.load()
    let policies = configuration.enabledSets.map(\.policy)
    let names = WatchedNames(policies.flatMap(\.selectors))
    var found = [DomainName: Int64]()
    var refused = [LineFault: Int64]()
    var counts = (lines: Int64(0), unwatched: Int64(0))
    for file in files.isEmpty ? ["-"] : files {
      let tally = try Self.read(file, watching: names)
      found.merge(tally.names.mapValues(\.count), uniquingKeysWith: +)
      refused.merge(tally.malformed, uniquingKeysWith: +)
      counts = (counts.lines + tally.lines, counts.unwatched + tally.unwatched)
    }
    let learnable = found.keys.sorted()
    show(found, refused, counts)
    guard !dryRun else { return }
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

  private static func read(_ file: String, watching names: WatchedNames) throws -> SightingTally {
    let handle: FileHandle
    if file == "-" {
      handle = .standardInput
    } else {
      guard let opened = FileHandle(forReadingAtPath: file) else {
        throw CommandFailure(
          .failed, "can't read \(file): \(String(cString: strerror(errno)))", try: "check its name and mode")
      }
      handle = opened
    }
    let first = try handle.read(upToCount: 65_536) ?? Data()
    var reader = SightingReader(LineFormat.detect(Array(first)), watching: names)
    reader.append(first)
    while let piece = try handle.read(upToCount: 1 << 20), !piece.isEmpty { reader.append(piece) }
    reader.finish()
    return reader.takeTally()
  }

  private func show(
    _ found: [DomainName: Int64], _ refused: [LineFault: Int64], _ counts: (lines: Int64, unwatched: Int64)
  ) {
    let faults = refused.sorted { $0.key.rawValue < $1.key.rawValue }
    if output.json {
      var json = JSONText()
      json.beginObject()
      json.beginArray("names")
      for (name, count) in found.sorted(by: { $0.key < $1.key }) {
        json.beginObject()
        json.string(name.text, "name")
        json.number(count, "sightings")
        json.endObject()
      }
      json.endArray()
      json.beginArray("refused")
      for (fault, count) in faults {
        json.beginObject()
        json.string(fault.rawValue, "fault")
        json.number(count, "lines")
        json.endObject()
      }
      json.endArray()
      json.number(counts.lines, "lines")
      json.number(counts.unwatched, "unwatched")
      json.endObject()
      json.endLine()
      return Console.write(json.bytes)
    }
    var table = Table("NAME", "SIGHTINGS")
    for (name, count) in found.sorted(by: { $0.key < $1.key }) { table.add(name.text, "\(count)") }
    if !table.isEmpty { Console.line(table.text) }
    Console.line("\(counts.lines) lines, \(counts.unwatched) with names that no set watches")
    for (fault, count) in faults { Console.line("refused: \(fault.rawValue) (\(count) lines)") }
  }
}
