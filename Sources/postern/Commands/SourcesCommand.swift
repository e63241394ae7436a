import ArgumentParser
import Deciding
import Publishing
import Recording

struct SourcesCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sources",
    abstract: "Where names in use are seen: how much comes, what is refused, how far each was read.")

  @OptionGroup var output: OutputOptions
  @OptionGroup var shared: SharedOptions

  func run() async throws {
    let configuration = try shared.load()
    let reports = try await configuration.readHistory().sourceReports()
    let missing = Set(configuration.sources.map(\.label)).subtracting(reports.map(\.report.label))
    guard !reports.isEmpty || !missing.isEmpty else {
      throw CommandFailure(
        .notFound, "no source is configured", try: "sources: in the configuration, or 'postern observe FILE'")
    }
    let now = SystemClock().now
    if output.json {
      for report in reports {
        var json = JSONText()
        report.write(to: &json)
        json.endLine()
        Console.write(json.bytes)
      }
      return
    }
    var table = Table(
      "SOURCE", "RATE", "READ", "WATCHED", "REFUSED", "DROPPED", "BEHIND", "LAST ITEM", "STATE")
    for stored in reports {
      let report = stored.report
      table.add(
        report.label, Self.rate(report.rate), "\(report.items)", "\(report.watched)",
        "\(report.refused.values.reduce(0, +))", "\(report.dropped)",
        report.behind.map { "\($0) octets" } ?? report.connections.map { "\($0) connected" } ?? "",
        report.lastItemAt.map { "\($0)" } ?? "never",
        report.fault ?? (now - stored.at > .seconds(60) ? "as of \(stored.at)" : "good"))
    }
    for label in missing.sorted() {
      table.add(label, "", "", "", "", "", "", "never", "the service has not told of it")
    }
    Console.line(table.text)
    for report in reports.map(\.report) where !report.samples.isEmpty {
      Console.line("\nRefused of \(report.label), the last few:")
      for sample in report.samples { Console.line("  \(sample.fault): \(sample.text)") }
    }
  }

  private static func rate(_ perSecond: Double) -> String {
    perSecond >= 10 ? "\(Int(perSecond.rounded()))/s" : "\((perSecond * 100).rounded() / 100)/s"
  }
}
