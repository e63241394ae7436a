import ArgumentParser
import DNS
import Deciding
import Publishing
import Recording

struct TagsCompareCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare", abstract: "How much more service tags would open than a set.",
    discussion: """
      Compares a set of names with the tags that its profile expects, unless others are given; and a set that service \
      tags give with each set of names that is expected in them.
      """)

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
    let policy = configuration.sets.first { $0.name == name }?.policy
    if let policy, policy.isGivenByTags { return try await compare(policy, given, configuration) }
    let rules = policy?.tagRules ?? TagRules()
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

  /// Compares a set that service tags give with the sets of names.
  private func compare(_ policy: SetPolicy, _ tags: [TagName], _ configuration: Configuration) async throws {
    guard tags.isEmpty else {
      throw CommandFailure(
        .usage, "set \(policy.name) is given by its own service tags",
        try: "'postern tags compare \(policy.name)', or a set of names with these tags")
    }
    let edition = try await configuration.tagEdition(of: policy.tagRules.cloud)
    let history = try configuration.readHistory()
    var isShown = false
    let others = TagComparison.companions(of: policy, among: configuration.enabledSets.map(\.policy))
    for other in others {
      guard let snapshot = try await history.currentSnapshot(of: other.name) else { continue }
      isShown = true
      let comparison = TagComparison(
        snapshot.elements.map(\.address), with: policy.tagRules.given, in: edition)
      output.json
        ? Console.write(comparison.json(of: other.name)) : Self.show(comparison, other.name, edition)
    }
    guard isShown else {
      throw CommandFailure(
        .notFound, "no set of names that published is expected in the tags of set \(policy.name)",
        try: "'postern tags compare SET TAG…' with a set of names")
    }
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
