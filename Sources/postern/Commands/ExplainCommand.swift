import ArgumentParser
import DNS
import Deciding
import Publishing
import Recording

struct ExplainCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain", abstract: "Why an address is, was or isn't in a set.")

  @Argument(help: "The address.")
  var address: String
  @Option(
    name: .long, help: ArgumentHelp("The moment that is asked about; now without.", valueName: "moment"))
  var at: String?
  @OptionGroup var output: OutputOptions
  @OptionGroup var shared: SharedOptions

  func run() async throws {
    guard let address = IPAddress(address) else {
      throw CommandFailure(.usage, "'\(address)' is no address", try: "20.0.0.1 or 2603:1061:f:100::10")
    }
    let now = SystemClock().now
    let moment = try at.map { try Moment($0, now: now).timestamp }
    let configuration = try shared.load()
    let history = try configuration.readHistory()
    if let moment { try await history.requireKept(moment) }
    let explanation = try await Explanation.gather(address, at: moment, now: now, from: history)
    var book = try await configuration.tags(from: history)
    if let moment {
      book = try await history.tags(holding: address, at: moment)
      book.sharedRanges = configuration.sharedRanges
    }
    let annotation = explanation.annotation(by: book, configuration.sets.map(\.policy))
    if output.json {
      Console.write(explanation.json(annotation))
    } else {
      Self.show(explanation)
      Self.show(annotation)
    }
    if explanation.memberships.isEmpty, explanation.sources.isEmpty, explanation.rejections.isEmpty,
      explanation.exclusions.isEmpty
    {
      throw ExitCode(ExitStatus.notFound.rawValue)
    }
  }

  private static func show(_ annotation: AddressAnnotation) {
    for match in annotation.matches {
      let edition =
        annotation.editions[match.cloud].map { ", change \($0.change) imported \($0.importedAt)" } ?? ""
      Console.line("  service tag \(match.tag) (\(match.cloud)) by \(match.prefix)\(edition)")
    }
    if annotation.names > 0 {
      Console.line("  \(annotation.names) of our names \(annotation.names == 1 ? "gives" : "give") it")
    }
    if !annotation.sharers.isEmpty {
      Console.line(
        "  shared: \(annotation.sharers.joined(separator: ", ")) answers there for others too, so opening it opens more than our names"
      )
    }
    for entry in annotation.verdicts where entry.verdict == .outside {
      Console.line("  outside the service tags that set \(entry.set) expects")
    }
  }

  private static func show(_ explanation: Explanation) {
    Console.line(explanation.summary)
    for membership in explanation.memberships {
      let end = membership.left.map { "until \($0.at) (generation \($0.generation))" } ?? "until now"
      Console.line(
        "  set \(membership.set): from \(membership.entered.at) (generation \(membership.entered.generation)"
          + "\(membership.orBefore ? " or one before, which is not kept" : "")) \(end)"
      )
    }
    for source in explanation.sources {
      let seen = source.interval.observation
      let path = ([source.name.text] + source.chain.map(\.target.text) + [explanation.address.description])
        .joined(separator: " → ")
      Console.line("  \(path)")
      let end = source.interval.until.map { ", stopped counting \($0)" } ?? ""
      Console.line(
        "    by \(seen.key.vantage), first \(seen.firstSeen), last \(seen.lastSeen), \(seen.count) lookups, TTL \(seen.ttl)\(end)"
      )
    }
    for question in explanation.failing {
      Console.line(
        "  \(question.question) fails at \(question.vantage) (\(question.outcome)): its retention stands still"
      )
    }
    for entry in explanation.exclusions {
      let reason = entry.exclusion.reason
      Console.line(
        "  set \(entry.set) excludes \(entry.exclusion.prefix) since \(entry.since), configured by \(entry.by)"
          + (reason.isEmpty ? "" : ": \(reason)"))
    }
    for rejection in explanation.rejections {
      Console.line(
        "  rejected \(rejection.at): \(rejection.key.vantage) gave it for \(rejection.key.name); \(rejection.reason.explanation)"
      )
    }
  }
}
