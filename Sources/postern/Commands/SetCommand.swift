import ArgumentParser
import Deciding
import Publishing

struct SetCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "set", abstract: "Print the current set, or that of a past moment, one element a line.")

  @Argument(help: "The set; may be left out when only one is enabled.")
  var set: String?
  @Option(
    name: .long, help: ArgumentHelp("The moment that is asked about; now without.", valueName: "moment"))
  var at: String?
  @OptionGroup var format: FormatOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var shared: SharedOptions

  func run() async throws {
    let configuration = try shared.load()
    let name = try configuration.setName(set)
    let parameters = try format.parameters(
      format: output.json ? "json" : nil, in: configuration.formatCatalog())
    let history = try configuration.readHistory(of: name)
    if let at {
      let moment = try Moment(at, now: SystemClock().now).timestamp
      let stored = try await StoredSet(name, at: moment, from: history)
      try await history.warnIfBlind(at: moment)
      return Console.write(try await stored.render(parameters, configuration, from: history))
    }
    var stored = try await StoredSet(name, configuration, now: SystemClock().now)
    stored.warnIfHeld()
    let book = try await configuration.tags(from: history)
    if !book.isEmpty { stored.tags = book }
    Console.write(try await stored.render(parameters, configuration, from: history))
  }
}
