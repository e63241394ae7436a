import ArgumentParser
import DNS
import Deciding
import Publishing
import Recording

struct ReplayCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay", abstract: "Decide again about recorded lookups, also under another policy.",
    discussion: """
      Without --policy, compares each generation with the recorded one and ends with exit code 1 at the first that \
      differs, or 5 where a span can't be replayed. With --policy, tells how the set of that configuration would have \
      differed. A replay begins at the last start or weekly checkpoint before --since. Lookups are kept for \
      'history.journal', less than other parts of the history; what is older can still be asked about ('set --at'), \
      and not be replayed.
      """)

  @Option(name: .long, help: ArgumentHelp("Only this set.", valueName: "set"))
  var set: String?
  @Option(name: .long, help: ArgumentHelp("From then on; all that is kept without.", valueName: "moment"))
  var since: String?
  @Option(name: .long, help: ArgumentHelp("Until then; now without.", valueName: "moment"))
  var until: String?
  @Option(
    name: .long, help: ArgumentHelp("A configuration whose policies are tried.", valueName: "file"),
    completion: .file(extensions: ["yaml", "yml"]))
  var policy: String?
  @OptionGroup var output: OutputOptions
  @OptionGroup var shared: SharedOptions

  func run() async throws {
    let configuration = try shared.load()
    let now = SystemClock().now
    let history = try configuration.readHistory()
    let tape = try await JournalTape(
      history, since: since.map { try Moment($0, now: now).timestamp },
      until: until.map { try Moment($0, now: now).timestamp } ?? now)
    if let policy {
      try await tryOut(policy, over: tape, configuration)
    } else {
      try await compare(tape, history, only: set.map { try configuration.setName($0) })
    }
  }

  private func compare(_ tape: JournalTape, _ history: HistoryStore, only set: SetName?) async throws {
    var recorded: [SetName: [RecordedGeneration]] = [:]
    let all = try await history.recordedSets()
    for name in set.map({ [$0] }) ?? all {
      recorded[name] = try await tape.generations(of: name)
    }
    var comparison = ReplayComparison(
      with: recorded, since: tape.start, digesting: Digest.computing(body:))
    try await tape.play { entry, state in comparison.take(entry, state: state) }
    comparison.finish()
    let result = ReplayText(report: comparison.result)
    if output.json { Console.write(result.json) } else { Console.line(result.text) }
    guard result.report.difference == nil else { throw ExitCode(ExitStatus.failed.rawValue) }
    if result.isPartial { throw ExitCode(ExitStatus.notFound.rawValue) }
  }

  private func tryOut(_ file: String, over tape: JournalTape, _ configuration: Configuration) async throws {
    let tried = try ConfigurationLoader.load(option: file, environment: [:], userID: 0)
    let policies = tried.enabledSets.map(\.policy)
    let wanted = try set.map { try tried.setName($0) }
    guard let policy = policies.first(where: { wanted == nil || $0.name == wanted }),
      wanted != nil || policies.count == 1
    else {
      throw CommandFailure(
        .usage, "which set is meant, of several", try: policies.map(\.name.text).joined(separator: ", "))
    }
    var trial = PolicyTrial(
      policy, others: policies.filter { $0.name != policy.name },
      against: try await tape.generations(of: policy.name))
    try await tape.play { entry, state in
      trial.take(entry, state: state)
      return true
    }
    let result = TrialText(set: policy.name, report: trial.result, start: tape.start)
    output.json ? Console.write(result.json) : Console.line(result.text)
  }
}
