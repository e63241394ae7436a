import ArgumentParser
import Deciding
import Publishing
import Recording

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
