import ArgumentParser

struct TagsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tags",
    abstract: "Azure's service tags: import them, look at them, compare them with a set.",
    subcommands: [
      TagsImportCommand.self, TagsListCommand.self, TagsShowCommand.self, TagsHistoryCommand.self,
      TagsCompareCommand.self,
    ])
}
