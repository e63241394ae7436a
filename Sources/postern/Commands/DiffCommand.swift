import ArgumentParser
import Deciding
import Publishing

struct DiffCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diff", abstract: "What entered and left a set between two generations or moments.")

  @Argument(help: "The set; may be left out when only one is enabled.")
  var set: String?
  @Option(
    name: .long,
    help: ArgumentHelp("A generation's number or a moment; the one before --to without.", valueName: "point"))
  var from: String?
  @Option(
    name: .long,
    help: ArgumentHelp("A generation's number or a moment; the current one without.", valueName: "point"))
  var to: String?
  @OptionGroup var output: OutputOptions
  @OptionGroup var shared: SharedOptions

  func run() async throws {
    let configuration = try shared.load()
    let name = try configuration.setName(set)
    let now = SystemClock().now
    let start = try from.map { try Self.point($0, now: now) }
    let end = try to.map { try Self.point($0, now: now) }
    let history = try configuration.readHistory(of: name)
    do {
      let difference = try await SetDifference.gather(of: name, from: start, to: end, from: history)
      Console.write(output.json ? difference.json(of: name) : Array(difference.text(of: name).utf8))
    } catch PastError.neverPublished {
      throw CommandFailure(
        .noTrustworthySet, "set \(name) never published",
        try: try await configuration.firstStep(for: name, by: history))
    }
  }

  private static func point(_ text: String, now: Timestamp) throws -> SetPoint {
    guard let point = SetPoint(text, now: now) else {
      throw CommandFailure(.usage, "'\(text)' is no point in the past", try: SetPoint.hint)
    }
    return point
  }
}
