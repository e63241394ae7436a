import ArgumentParser
import Deciding
import Foundation
import Publishing
import Recording
import Serving

struct ConsumersCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "consumers",
    abstract: "Who fetched which generation of which set, and when.",
    discussion: """
      Reads what the service writes every half minute, whether or not it runs. A consumer that stopped polling, or \
      that has an old generation, stands in capital letters.
      """)

  @Argument(help: "Only of this set.")
  var set: String?
  @OptionGroup var output: OutputOptions
  @OptionGroup var shared: SharedOptions

  func run() async throws {
    let configuration = try shared.load()
    let only = try set.map { try configuration.setName($0) }
    let path = configuration.consumersPath
    guard let text = FileManager.default.contents(atPath: path) else {
      throw CommandFailure(
        .notFound, "no consumer has been seen yet", try: "'postern serve', and fetch a set")
    }
    guard let all = ConsumerText.reports(Array(text)) else {
      throw CommandFailure(.failed, "\(path) is damaged", try: "remove it; the service writes it anew")
    }
    let reports = all.filter { only == nil || $0.set == only }
    let now = SystemClock().now
    var snapshots: [SetName: Snapshot] = [:]
    if let history = try? configuration.readHistory() {
      for name in Set(reports.map(\.set)) { snapshots[name] = try await history.currentSnapshot(of: name) }
    }
    if output.json {
      let sets = PublishedSets(snapshots.keys)
      for snapshot in snapshots.values {
        sets.publish(PublishedSet(snapshot: snapshot, status: .ok, checkedAt: now, validUntil: now))
      }
      return Console.write(ConsumerText.json(reports, sets, at: now))
    }
    var table = Table("SET", "CONSUMER", "GENERATION", "OF", "LAST SEEN", "EVERY", "STATE")
    for report in reports {
      let current = snapshots[report.set]
      let state = report.state(at: now, current: current?.generation, published: current?.at)
      table.add(
        report.set.text, report.label, report.generation.map { "\($0)" } ?? "none",
        current.map { "\($0.generation)" } ?? "none", "\(report.last)",
        report.interval > .zero ? "\(max(1, report.interval.milliseconds / 1000)) s" : "",
        state == .stopped || state == .behind ? state.rawValue.uppercased() : state.rawValue)
    }
    Console.line(table.text)
  }
}

extension Configuration {
  /// Where the service keeps who fetched what.
  var consumersPath: String { state.value + "/consumers.json" }
}
