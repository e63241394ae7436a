import ArgumentParser
import DNS
import Deciding
import Publishing
import Recording

struct NamesCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "names",
    abstract: "The names that are known: why, who saw them, last outcomes, next lookup.",
    discussion: """
      Names that clients use and that no set watches, though they look related, come last: a person decides about them, \
      and nothing is allowed until then.
      """)

  @Argument(help: "Only the names of this set, without those that no set watches.")
  var set: String?
  @OptionGroup var output: OutputOptions
  @OptionGroup var shared: SharedOptions

  func run() async throws {
    let configuration = try shared.load()
    let wanted = try set.map { try configuration.setName($0) }
    let policies = configuration.sets.filter { wanted == nil ? $0.enabled.value : $0.name == wanted }.map(
      \.policy)
    let history = try configuration.readHistory()
    let listing = try await NameListing.gather(
      policies, includingUncovered: wanted == nil, tags: try await configuration.tags(from: history),
      from: history)
    guard !listing.rows.isEmpty else {
      if let policy = policies.first(where: \.isGivenByTags), wanted != nil {
        throw CommandFailure(
          .notFound, "set \(policy.name) is given by service tags and has no names",
          try: "'postern tags list', or 'postern set \(policy.name)'")
      }
      throw CommandFailure(
        .notFound, "no name is tracked", try: "'postern config show' for what is configured")
    }
    output.json ? Self.writeJSON(listing) : Self.writeTables(listing)
  }

  private static func writeJSON(_ listing: NameListing) {
    for row in listing.rows {
      var json = JSONText()
      row.write(to: &json)
      json.endLine()
      Console.write(json.bytes)
    }
  }

  private static func writeTables(_ listing: NameListing) {
    var known = Table(
      "NAME", "SETS", "STATE", "OUTCOMES", "ADDRESSES", "SERVICE TAGS", "SHARED", "COVERAGE", "NEXT LOOKUP",
      "LAST SEEN IN USE", "BY")
    var uncovered = Table("NAME", "BECAUSE", "SEEN", "FIRST", "LAST", "BY")
    for row in listing.rows {
      let sources = row.sightings.map(\.source).joined(separator: ", ")
      if case .uncovered(let relation) = row.state {
        uncovered.add(
          row.name.text, relation.description, "\(row.use?.count ?? 0)×", row.use.map { "\($0.first)" } ?? "",
          row.use.map { "\($0.last)" } ?? "", sources)
      } else {
        known.add(
          row.name.text, row.sets.map(\.text).joined(separator: ","), row.state.word, row.outcomes,
          "\(row.addresses)", row.tags?.text ?? "", row.sharing, row.coverage, row.due.map { "\($0)" } ?? "",
          row.use.map { "\($0.last) (\($0.count)×)" } ?? "never", sources)
      }
    }
    if !known.isEmpty { Console.line(known.text) }
    guard !uncovered.isEmpty else { return }
    Console.line("\nIn use, and in no set; decide whether they belong there:")
    Console.line(uncovered.text)
  }
}

extension NameListing.Row {
  /// Each type with its estimate; `unknown` where nothing is claimed, `≥` where only the bound is.
  fileprivate var coverage: String {
    coverages.map { part in
      let share =
        switch part.estimate.confidence {
        case .unknown: "unknown"
        case .bounded: "≥ \((1 - part.estimate.missingAtMost).percentage)"
        case .estimated: part.estimate.coverage.percentage
        }
      return "\(part.question.type) \(share)"
    }.joined(separator: ", ")
  }

  /// How many of its addresses are shared: with other services, and among our own names.
  fileprivate var sharing: String {
    guard let tags, addresses > 0 else { return "" }
    return [
      tags.shared > 0 ? "\(tags.shared) with others" : nil,
      tags.mostNames > 1 ? "up to \(tags.mostNames) names each" : nil,
    ].compactMap(\.self).joined(separator: ", ")
  }

  /// Each type with its outcome; where vantages disagree, each outcome once.
  fileprivate var outcomes: String {
    Dictionary(grouping: questions, by: \.question.type).sorted { $0.key.rawValue < $1.key.rawValue }
      .map { type, statuses in
        "\(type) " + Set(statuses.map(\.outcome.description)).sorted().joined(separator: "/")
      }.joined(separator: ", ")
  }
}
