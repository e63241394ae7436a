import ArgumentParser
import Deciding
import Publishing
import Recording

struct EventsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "events",
    abstract: "What happened: sets held, names that changed, upstreams that failed or lied.",
    discussion: """
      The newest come last. What flaps is told five times at once and then at most once a minute, with how often it \
      happened meanwhile; the newest 100,000 events are kept.
      """)

  @Option(name: .long, help: ArgumentHelp("Only what happened from then on.", valueName: "moment"))
  var since: String?
  @Option(name: .long, help: ArgumentHelp("Only this kind; may be given several times.", valueName: "kind"))
  var kind: [String] = []
  @Option(name: .long, help: "Only about this set, name, address or upstream.")
  var subject: String?
  @Option(name: .long, help: "At most so many, the newest.")
  var limit = 100
  @Flag(name: .long, help: "Go on with what happens from now.")
  var follow = false
  @OptionGroup var output: OutputOptions
  @OptionGroup var shared: SharedOptions

  func validate() throws {
    guard limit > 0 else { throw ValidationError("--limit must be at least 1.") }
    let known = EventKind.known.map(\.rawValue)
    for kind in kind where !known.contains(kind) {
      throw ValidationError(
        "'\(kind)' is no kind of event. Try: \(NearestKey.find(kind, among: known) ?? known.joined(separator: ", "))"
      )
    }
  }

  func run() async throws {
    let history = try shared.load().readHistory()
    var query = EventQuery(limit: limit)
    query.since = try since.map { try Moment($0, now: SystemClock().now).timestamp }
    query.kinds = Set(kind.map(EventKind.init(rawValue:)))
    query.subject = subject
    let newest = try await history.events(EventQuery(limit: 1)).first?.id ?? 0
    let events = try await history.events(query)
    guard !events.isEmpty || follow else {
      throw CommandFailure(
        .notFound, "nothing of the kind happened", try: "a wider --since, or without --kind")
    }
    if events.count == limit, !follow { Console.warn("only the newest \(limit) are shown. Try: --limit") }
    events.reversed().forEach(show)
    guard follow else { return }
    // What happened between the two readings is shown already.
    query.after = max(newest, events.first?.id ?? 0)
    while !Task.isCancelled {
      let news = try await history.events(query)
      news.forEach(show)
      query.after = news.last?.id ?? query.after
      if news.count < limit { try await Task.sleep(for: .seconds(1)) }
    }
  }

  private func show(_ stored: StoredEvent) {
    guard output.json else {
      let event = stored.event
      return Console.line(
        "\(event.at)  \(event.kind.severity)  \(event.kind)  \(event.subject): \(event.detail)")
    }
    var json = JSONText()
    stored.write(to: &json)
    json.endLine()
    Console.write(json.bytes)
  }
}
