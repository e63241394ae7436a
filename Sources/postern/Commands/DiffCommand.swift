import ArgumentParser
import DNS
import Deciding
import Publishing
import Recording

struct DiffCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diff", abstract: "What entered and left a set between two generations or moments.")

  @Argument(help: "The set; may be left out when only one is enabled.")
  var set: String?
  @Option(
    name: .long,
    help: ArgumentHelp("A generation's number or a moment; the one before --to without.", valueName: "point"))
  var from: String?
  @Option(
    name: .long,
    help: ArgumentHelp("A generation's number or a moment; the current one without.", valueName: "point"))
  var to: String?
  @OptionGroup var output: OutputOptions
  @OptionGroup var shared: SharedOptions

  func run() async throws {
    let configuration = try shared.load()
    let name = try configuration.setName(set)
    let history = try configuration.readHistory(of: name)
    guard let newest = try await history.generations(of: name, limit: 1).first?.generation else {
      throw CommandFailure(
        .noTrustworthySet, "set \(name) never published",
        try: try await configuration.firstStep(for: name, by: history))
    }
    let end = try await to.asyncMap { try await Self.point($0, of: name, in: history) } ?? newest
    let start =
      try await from.asyncMap { try await Self.point($0, of: name, in: history) }
      ?? Generation(end.number - 1)
    guard let difference = try await history.difference(of: name, from: start, to: end) else {
      throw CommandFailure(
        .notFound, "set \(name) has no generations \(start) to \(end)", try: "0 to \(newest)")
    }
    output.json ? Console.write(Self.json(difference, of: name)) : Self.show(difference, of: name)
  }

  /// A plain number below a thousand million is a generation, since as a moment it would lie before 2001.
  private static func point(_ text: String, of set: SetName, in history: HistoryStore) async throws
    -> Generation
  {
    if let number = Int64(text), (0..<1_000_000_000).contains(number) { return Generation(number) }
    let moment = try Moment(text, now: SystemClock().now).timestamp
    if let record = try await history.generation(of: set, at: moment) { return record.generation }
    if try await history.generation(Generation(1), of: set) == nil { try await history.requireKept(moment) }
    return Generation(0)
  }

  private static func show(_ difference: SetDifference, of set: SetName) {
    Console.line("\(set): generation \(difference.from) to \(difference.to)")
    for element in difference.entered { Console.line("+ \(element)") }
    for element in difference.left { Console.line("- \(element)") }
    if difference.entered.isEmpty, difference.left.isEmpty { Console.line("no difference") }
  }

  private static func json(_ difference: SetDifference, of set: SetName) -> [UInt8] {
    var json = JSONText()
    json.beginObject()
    json.string(set.text, "set")
    json.number(difference.from.number, "from")
    json.number(difference.to.number, "to")
    json.strings(difference.entered.map(\.description), "entered")
    json.strings(difference.left.map(\.description), "left")
    json.endObject()
    json.endLine()
    return json.bytes
  }
}

extension Optional {
  /// `map` for a closure that waits.
  fileprivate func asyncMap<Other>(_ transform: (Wrapped) async throws -> Other) async rethrows -> Other? {
    if let self { try await transform(self) } else { nil }
  }
}
