import ArgumentParser
import DNS
import Deciding
import Publishing
import Recording

struct HistoryCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "history", abstract: "Who pointed where, when: of a name, an address or a prefix.")

  @Argument(help: "A name, an address such as 20.0.0.1, or a prefix such as 20.0.0.0/24.")
  var subject: String
  @Option(name: .long, help: ArgumentHelp("Only what was seen from then on.", valueName: "moment"))
  var since: String?
  @Option(name: .long, help: ArgumentHelp("Only what was seen until then.", valueName: "moment"))
  var until: String?
  @Option(name: .long, help: "At most so many lines, the newest first.")
  var limit = 1000
  @Flag(name: .long, help: "Write the Passive DNS Common Output Format, one JSON object a line.")
  var cof = false
  @OptionGroup var output: OutputOptions
  @OptionGroup var shared: SharedOptions

  func validate() throws {
    guard limit > 0 else { throw ValidationError("--limit must be at least 1.") }
  }

  func run() async throws {
    let configuration = try shared.load()
    let now = SystemClock().now
    let start = try since.map { try Moment($0, now: now).timestamp } ?? Timestamp(milliseconds: 0)
    let end = try until.map { try Moment($0, now: now).timestamp } ?? max(now, start)
    guard start <= end else {
      throw CommandFailure(.usage, "--since lies after --until", try: "to swap them")
    }
    let history = try configuration.readHistory()
    try await history.requireKept(end)
    let horizon = try await history.horizon()
    let found: [ObservedInterval]
    if let prefix = IPPrefix(subject) {
      found = try await history.intervals(giving: prefix, in: start...end, limit: limit)
    } else {
      found = try await history.intervals(for: try DomainName(subject), in: start...end, limit: limit)
    }
    let blind = try await history.blindSpans(in: start...end)
    for span in blind { Console.warn("nobody looked \(span.text)") }
    let isCut = horizon.map { start < $0 } ?? false
    if let horizon, isCut, since != nil || found.isEmpty {
      Console.warn("nothing is kept of the time before \(horizon)")
    }
    guard !found.isEmpty else {
      throw CommandFailure(
        .notFound,
        "nothing was seen of \(subject) in that time" + (isCut ? ", as far as it is kept" : ""),
        try: "a wider --since, or 'postern names'")
    }
    if cof { return Console.write(CommonOutputFormat.lines(found)) }
    if output.json { return found.forEach { Console.write($0.json) } }
    var table = Table(
      "NAME", "OWNER", "TYPE", "DATA", "UPSTREAM", "FIRST SEEN", "LAST SEEN", "UNTIL", "COUNT")
    for interval in found {
      let (key, seen) = (interval.observation.key, interval.observation)
      table.add(
        key.name.text, key.owner == key.name ? "=" : key.owner.text, "\(key.type)", "\(key.data)",
        key.vantage.label,
        "\(seen.firstSeen)", "\(seen.lastSeen)", interval.until.map { "\($0)" } ?? "now", "\(seen.count)")
    }
    Console.line(table.text)
    if found.count == limit {
      Console.warn("only the newest \(limit) are shown. Try: --limit, --since or --until")
    }
  }
}

extension ObservedInterval {
  /// One line of JSON.
  var json: [UInt8] {
    var json = JSONText()
    json.beginObject()
    json.string(observation.key.name.text, "name")
    writeFields(to: &json)
    json.endObject()
    json.endLine()
    return json.bytes
  }
}
