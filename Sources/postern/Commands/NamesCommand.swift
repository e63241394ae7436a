import ArgumentParser
import DNS
import Deciding
import Publishing
import Recording

struct NamesCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "names", abstract: "The names that are tracked: where from, last outcomes, addresses.")

  @Argument(help: "Only the names of this set.")
  var set: String?
  @OptionGroup var output: OutputOptions
  @OptionGroup var shared: SharedOptions

  func run() async throws {
    let configuration = try shared.load()
    let wanted = try set.map { try configuration.setName($0) }
    let policies = configuration.sets.filter { wanted == nil ? $0.enabled.value : $0.name == wanted }.map(
      \.policy)
    let history = try configuration.readHistory()
    let learned = Dictionary(try await history.learnedNames().map { ($0.name, $0) }) { first, _ in first }
    let questions = Dictionary(grouping: try await history.questions(), by: \.question.name)
    var names = Set(policies.flatMap(\.namesFromTheStart))
    names.formUnion(learned.keys.filter { name in policies.contains { $0.selects(name) } })
    let now = SystemClock().now
    var table = Table("NAME", "SETS", "FROM", "OUTCOMES", "ADDRESSES", "ASKED", "SIGHTED")
    for name in names.sorted() {
      let intervals = try await history.intervals(for: name, in: now...now, limit: 10_000)
      let addresses = Set(
        intervals.filter { $0.observation.key.name == name && $0.until == nil }.compactMap(\.address))
      let row = Row(
        name: name, sets: policies.filter { $0.selects(name) }.map(\.name),
        isExact: policies.contains { $0.selectors.contains(.name(name)) }, learned: learned[name],
        questions: questions[name] ?? [], addresses: addresses.count)
      if output.json {
        Console.write(row.json)
      } else {
        table.add(
          name.text, row.sets.map(\.text).joined(separator: ","), row.origin, row.outcomes,
          "\(row.addresses)",
          row.askedAt.map { "\($0)" } ?? "never",
          row.learned.map { "\($0.lastSighted) (\($0.sightings)×)" } ?? "")
      }
    }
    guard !names.isEmpty else {
      throw CommandFailure(
        .notFound, "no name is tracked", try: "'postern config show' for what is configured")
    }
    if !output.json { Console.line(table.text) }
  }

  private struct Row {
    let name: DomainName
    let sets: [SetName]
    let isExact: Bool
    let learned: LearnedName?
    let questions: [QuestionStatus]
    let addresses: Int

    var origin: String { learned?.state.rawValue ?? (isExact ? "configured" : "seed") }

    var askedAt: Timestamp? { questions.map(\.askedAt).max() }

    /// Each type with its outcome; where vantages disagree, each outcome once.
    var outcomes: String {
      Dictionary(grouping: questions, by: \.question.type).sorted { $0.key.rawValue < $1.key.rawValue }
        .map { type, statuses in
          "\(type) " + Set(statuses.map(\.outcome.description)).sorted().joined(separator: "/")
        }.joined(separator: ", ")
    }

    var json: [UInt8] {
      var json = JSONText()
      json.beginObject()
      json.string(name.text, "name")
      json.strings(sets.map(\.text), "sets")
      json.string(origin, "from")
      json.number(addresses, "addresses")
      json.beginArray("questions")
      for status in questions {
        json.beginObject()
        json.string(status.question.type.description, "type")
        json.string(status.vantage.label, "vantage")
        json.string(status.outcome.description, "outcome")
        json.timestamp(status.askedAt, "asked_at")
        json.timestamp(status.succeededAt, "succeeded_at")
        json.endObject()
      }
      json.endArray()
      if let learned {
        json.timestamp(learned.firstSighted, "first_sighted")
        json.timestamp(learned.lastSighted, "last_sighted")
        json.number(learned.sightings, "sightings")
        json.strings(learned.sources, "sources")
      }
      json.endObject()
      json.endLine()
      return json.bytes
    }
  }
}

extension ObservedInterval {
  /// The address of an A or AAAA record.
  fileprivate var address: IPAddress? {
    if case .address(let address) = observation.key.data { address } else { nil }
  }
}
