import ArgumentParser
import DNS
import Deciding
import Publishing
import Recording

struct TagsHistoryCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "history", abstract: "Which prefix came to a tag or left it, and when.")

  @Argument(help: "Only this tag, with the edition that brought it.")
  var tag: String?
  @Option(name: .long, help: ArgumentHelp("The most lines.", valueName: "count"))
  var limit = 1000
  @OptionGroup var output: OutputOptions
  @OptionGroup var shared: SharedOptions

  func run() async throws {
    let name = try tag.map { try TagName(argument: $0) }
    let steps = try await shared.load().readHistory().tagSteps(of: name, limit: limit)
    guard !steps.isEmpty else {
      throw CommandFailure(.notFound, "no prefix of it came or went", try: "'postern tags list'")
    }
    if output.json {
      for step in steps { Console.write(step.json) }
      return
    }
    var table = Table("IMPORTED", "CLOUD", "CHANGE", "TAG", "PREFIX")
    for step in steps {
      table.add(
        "\(step.at)", step.cloud.rawValue, "\(step.change)", step.tag.text,
        (step.isAdded ? "+" : "-") + "\(step.prefix)")
    }
    Console.line(table.text)
  }
}

extension TagStep {
  /// One line of JSON.
  fileprivate var json: [UInt8] {
    var json = JSONText()
    json.beginObject()
    json.timestamp(at, "imported_at")
    json.string(cloud.rawValue, "cloud")
    json.number(change, "change")
    json.string(tag.text, "tag")
    json.string(prefix.description, "prefix")
    json.boolean(isAdded, "added")
    json.endObject()
    json.endLine()
    return json.bytes
  }
}
