import ArgumentParser
import DNS
import Deciding

struct TagsShowCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "The prefixes of tags, aggregated, one a line: what a rule by tags would open.",
    discussion: "'postern tags compare' tells how much more that is than a set.")

  @Argument(help: "The tags, such as AzureFrontDoor.FirstParty.")
  var tags: [String]
  @Option(name: .long, help: ArgumentHelp("public, china or government.", valueName: "cloud"))
  var cloud: Cloud = .publicCloud
  @OptionGroup var shared: SharedOptions

  func run() async throws {
    let names = try tags.map { try TagName(argument: $0) }
    let configuration = try shared.load()
    let edition = try await configuration.tagEdition(of: cloud)
    if let unknown = names.first(where: { edition.file[$0] == nil }) { throw edition.lacks(unknown) }
    for prefix in edition.ranges(of: names)?.prefixes ?? [] { Console.line(prefix.description) }
  }
}
