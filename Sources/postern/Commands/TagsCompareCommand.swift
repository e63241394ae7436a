import ArgumentParser
import DNS
import Deciding
import Publishing
import Recording

struct TagsCompareCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare", abstract: "How much more service tags would open than a set.",
    discussion: "Compares with the tags that the set's profile expects, unless others are given.")

  @Argument(help: "The set.")
  var set: String
  @Argument(help: "The tags, such as AzureFrontDoor.FirstParty.")
  var tags: [String] = []
  @OptionGroup var output: OutputOptions
  @OptionGroup var shared: SharedOptions

  func run() async throws {
    let configuration = try shared.load()
    let name = try configuration.setName(set)
    let given = try tags.map { try TagName(argument: $0) }
    let rules = configuration.sets.first { $0.name == name }?.policy.tagRules ?? TagRules()
    let compared = given.isEmpty ? (rules.bound.isEmpty ? rules.expected : rules.bound) : given
    guard !compared.isEmpty else {
      throw CommandFailure(
        .usage, "set \(name) expects no service tag",
        try: "'postern tags compare \(name) AzureFrontDoor.FirstParty'")
    }
    let edition = try await configuration.tagEdition(of: rules.cloud)
    if let unknown = given.first(where: { edition.file[$0] == nil }) { throw edition.lacks(unknown) }
    guard let snapshot = try await configuration.readHistory().currentSnapshot(of: name) else {
      throw CommandFailure(
        .noTrustworthySet, "set \(name) has nothing to publish yet",
        try: "'postern serve', or 'postern resolve'")
    }
    let comparison = TagComparison(snapshot.elements.map(\.address), with: compared, in: edition)
    output.json ? Console.write(comparison.json(of: name)) : Self.show(comparison, name, edition)
  }

  private static func show(_ comparison: TagComparison, _ set: SetName, _ edition: TagEdition) {
    Console.line(
      "\(comparison.tags.map(\.text).joined(separator: ", ")) of the \(edition.file.cloud) cloud (change \(edition.file.change)), beside what was observed for \(set):"
    )
    for tag in comparison.missing { Console.line("  this cloud has no \(tag)") }
    var table = Table("FAMILY", "PREFIXES", "ADDRESSES BY TAGS", "OBSERVED", "TIMES AS MANY")
    for family in comparison.families {
      table.add(
        family.family.description, "\(family.prefixes)", family.opened.countText, "\(family.observed)",
        family.ratio.map { UInt128(min($0, 1e38)).countText } ?? "")
    }
    Console.line(table.text)
    for address in comparison.outside { Console.line("outside the tags: \(address)") }
    if comparison.outside.isEmpty { Console.line("every observed address is in the tags") }
  }
}
