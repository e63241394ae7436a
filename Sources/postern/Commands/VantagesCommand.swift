import ArgumentParser
import DNS
import Deciding
import Publishing
import Recording

struct VantagesCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "vantages",
    abstract: "How the upstreams and taps do, whether they are believed, and what only one of them gives.")

  @Argument(help: "Only the addresses of this name that a single vantage gives.")
  var name: String?
  @OptionGroup var output: OutputOptions
  @OptionGroup var shared: SharedOptions

  func run() async throws {
    let configuration = try shared.load()
    let wanted = try name.map { try DomainName($0).text }
    var told = try await configuration.readHistory().vantageReports()
    guard !told.isEmpty else {
      throw CommandFailure(.notFound, "no vantage was told of yet", try: "'postern serve'")
    }
    if let wanted {
      for index in told.indices { told[index].report.only.removeAll { $0.name != wanted } }
    }
    if output.json {
      for (report, at) in told {
        var json = JSONText()
        report.write(to: &json, at: at)
        json.endLine()
        Console.write(json.bytes)
      }
      return
    }
    wanted.map { Self.writeDivergence(of: $0, told.map(\.report)) } ?? Self.writeTable(told)
  }

  private static func writeTable(_ told: [(report: VantageReport, at: Timestamp)]) {
    let now = SystemClock().now
    var table = Table("VANTAGE", "STATE", "ROUND TRIP", "ADDRESSES", "ONLY HERE", "LAST SUCCESS", "BECAUSE")
    for (report, at) in told {
      let isOld = now - at > .seconds(180)
      table.add(
        report.label, report.state + (isOld ? " as of \(at)" : ""),
        report.roundTrip.map { "\($0) ms" } ?? "", "\(report.addresses)",
        report.uniqueShare.map { "\(report.unique) (\(Int(($0 * 100).rounded())) %)" } ?? "",
        report.lastSuccess.map { "\($0)" } ?? "never", report.reason)
    }
    Console.line(table.text)
  }

  private static func writeDivergence(of name: String, _ reports: [VantageReport]) {
    var table = Table("VANTAGE", "ONLY HERE")
    for report in reports {
      for divergence in report.only { table.add(report.label, divergence.addresses.joined(separator: ", ")) }
    }
    Console.line(table.isEmpty ? "no address of \(name) is given by one vantage alone" : table.text)
  }
}

extension VantageReport {
  /// Why it isn't good, in a sentence; empty when it is.
  var reason: String {
    if let fault { return "set aside: it \(fault.explanation)" }
    return failingSince.map { "fails since \($0): \(lastFailure ?? "no reply")" } ?? ""
  }
}
