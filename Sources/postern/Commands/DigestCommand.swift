import ArgumentParser
import Deciding
import Recording

struct DigestCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "digest",
    abstract: "What changed lately, what is at risk and what to do: a text for people.",
    discussion: "For a weekly mail: postern digest | mail -s 'Postern this week' ops")

  @Option(name: .long, help: ArgumentHelp("From when on.", valueName: "moment"))
  var since = "7d"
  @OptionGroup var shared: SharedOptions

  func run() async throws {
    let configuration = try shared.load()
    let now = SystemClock().now
    let start = try Moment(since, now: now).timestamp
    guard start <= now else { throw CommandFailure(.usage, "--since lies in the future", try: "--since 7d") }
    let history = try configuration.readHistory()
    let digest = try await DriftDigest.gather(
      of: start...now, knownSince: try await history.span().since,
      sets: configuration.enabledSets.map(\.policy), from: history)
    Console.line(String(digest.text.dropLast()))
  }
}
