import ArgumentParser
import DNS
import Deciding
import Publishing
import Recording

struct TagsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tags",
    abstract: "Azure's service tags: import them, look at them, compare them with a set.",
    subcommands: [
      TagsImportCommand.self, TagsListCommand.self, TagsShowCommand.self, TagsHistoryCommand.self,
      TagsCompareCommand.self,
    ])
}

struct TagsListCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "The editions that were imported.")

  @OptionGroup var output: OutputOptions
  @OptionGroup var shared: SharedOptions

  func run() async throws {
    let configuration = try shared.load()
    let history = try configuration.readHistory()
    let now = SystemClock().now
    guard !output.json else {
      var sets = [(snapshot: Snapshot, rules: TagRules)]()
      for policy in configuration.enabledSets.map(\.policy) {
        guard let snapshot = try await history.currentSnapshot(of: policy.name) else { continue }
        sets.append((snapshot, policy.tagRules))
      }
      return Console.write(try await configuration.tags(from: history).json(sets, now: now))
    }
    let editions = try await history.tagEditions(limit: 50)
    guard !editions.isEmpty else {
      throw CommandFailure(
        .notFound, "no service tags were imported", try: "'postern tags import' with Microsoft's file")
    }
    var table = Table("CLOUD", "CHANGE", "TAGS", "PREFIXES", "CAME", "WENT", "IMPORTED", "AS OF", "FROM")
    for edition in editions {
      table.add(
        edition.cloud.rawValue, "\(edition.change)", "\(edition.tags)", "\(edition.prefixes)",
        "\(edition.added)", "\(edition.removed)", "\(edition.importedAt)", "\(edition.asOf)", edition.source)
    }
    Console.line(table.text)
  }
}

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

extension Cloud: ExpressibleByArgument {}

extension TagName {
  /// Reads what a person typed.
  init(argument text: String) throws {
    guard let name = TagName(text) else {
      throw CommandFailure(.usage, "'\(text)' can't be a service tag", try: "AzureFrontDoor.FirstParty")
    }
    self = name
  }
}

extension Configuration {
  /// The newest edition of a cloud.
  ///
  /// - Throws: `CommandFailure` when none was imported.
  func tagEdition(of cloud: Cloud) async throws -> TagEdition {
    guard let edition = try await readHistory().currentTags()[cloud] else {
      throw CommandFailure(
        .notFound, "no service tags of the \(cloud) cloud were imported",
        try: "'postern tags import' with Microsoft's file")
    }
    return edition
  }
}

extension TagEdition {
  /// That it has no such tag, with those that look like it.
  func lacks(_ name: TagName) -> CommandFailure {
    let near = file.tags.map(\.name.text).filter { $0.lowercased().contains(name.text.lowercased()) }
    let guess =
      NearestKey.find(name.text, among: file.tags.map(\.name.text)) ?? near.first ?? "'postern tags list'"
    return CommandFailure(.notFound, "the \(file.cloud) cloud has no service tag '\(name)'", try: guess)
  }
}
