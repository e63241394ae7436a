import ArgumentParser
import Deciding
import Publishing
import Recording

struct DecisionsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "decisions", abstract: "What was decided, by whom, when and why; newest first.",
    discussion:
      """
      A set that is new, has another policy, is disabled or gone is noted when a service starts, or 'postern resolve' runs, \
      with that configuration; --json shows the effective policy, and null where the set is watched no more.
      """)

  @Option(name: .long, help: "At most so many.")
  var limit = 100
  @OptionGroup var output: OutputOptions
  @OptionGroup var shared: SharedOptions

  func validate() throws {
    guard limit > 0 else { throw ValidationError("--limit must be at least 1.") }
  }

  func run() async throws {
    let decisions = try await shared.load().readHistory().decisions(limit: limit)
    if output.json {
      for decision in decisions {
        var json = JSONText()
        decision.write(to: &json)
        json.endLine()
        Console.write(json.bytes)
      }
      return
    }
    guard !decisions.isEmpty else {
      throw CommandFailure(
        .notFound, "nothing was decided yet", try: "'postern approve', or 'postern forget'")
    }
    var table = Table("AT", "BY", "WHAT", "ABOUT", "WHY", "POLICY")
    for decision in decisions {
      let policy =
        decision.policy.map { "\(Digest.computing(body: Array($0.utf8)))".prefix(12) }
        ?? (decision.kind == .configure ? "none" : "")
      table.add(
        "\(decision.at)", decision.by, decision.kind.rawValue, decision.subject, decision.reason,
        String(policy))
    }
    Console.line(table.text)
  }
}
