import ArgumentParser
import DNS
import Deciding
import Foundation
import Logging
import Publishing
import Recording
import Refreshing
import Resolving

struct ResolveCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "resolve", abstract: "One round without a service: resolve, record, publish.",
    discussion: """
      Asks every name of the enabled sets once at each upstream, records what came of it and decides about the sets, \
      as 'postern serve' does all the time. With names, shows what upstreams say of those; names behind a pattern of \
      a set are taken as seen in use, others are only shown. While the service runs, answers are only shown.
      """)

  @Argument(help: "Names to show; all of the sets without.")
  var names: [String] = []
  @OptionGroup var shared: SharedOptions
  @OptionGroup var output: OutputOptions
  @Option(
    name: .long,
    help: ArgumentHelp(
      "A resolver to ask, with #NAME over TLS; may be given several times.", valueName: "address"))
  var upstream: [String] = []
  @Option(name: .long, help: ArgumentHelp("How long the round may take.", valueName: "span"))
  var deadline: String = "30s"

  func run() async throws {
    let configuration = try shared.load(upstreams: upstream)
    guard let deadline = QuantityText.duration(deadline), deadline > .zero else {
      throw CommandFailure(.usage, "'\(self.deadline)' is no span", try: "--deadline 30s")
    }
    let wanted = try names.map { try DomainName($0) }
    let clock = SystemClock()
    let choice = UpstreamChoice(configuration)
    // Sets that service tags give need no answers.
    let isAsking = !wanted.isEmpty || !configuration.enabledSets.allSatisfy(\.policy.isGivenByTags)
    guard !choice.upstreams.isEmpty || !isAsking else {
      throw CommandFailure(
        .failed, "there is no upstream to ask", try: "--upstream with a resolver's address")
    }
    let resolver = try DNSResolver(
      upstreams: choice.upstreams, settings: ResolverSettings(configuration.limits.limits), now: { clock.now }
    )
    defer { resolver.stop() }
    let vantages = choice.upstreams.map(\.vantage)
    guard wanted.isEmpty else {
      let lookups = await Self.ask(wanted, at: vantages, through: resolver)
      show(lookups)
      try await record(wanted, configuration, resolver, vantages, clock, deadline, mayBeBusy: true)
      guard lookups.contains(where: { $0.outcome == .answer }) else {
        let isFailure = lookups.allSatisfy { !$0.outcome.isSuccess }
        throw CommandFailure(
          isFailure ? .failed : .notFound, "no upstream gave an address",
          try: "'postern doctor', or another --upstream")
      }
      return
    }
    try await record([], configuration, resolver, vantages, clock, deadline, mayBeBusy: false)
  }

  /// Runs the round and, without names, shows the sets.
  private func record(
    _ wanted: [DomainName], _ configuration: Configuration, _ resolver: DNSResolver, _ vantages: [Vantage],
    _ clock: SystemClock, _ deadline: Duration, mayBeBusy: Bool
  ) async throws {
    let policies = configuration.enabledSets.map(\.policy)
    if mayBeBusy, !wanted.contains(where: { name in policies.contains { $0.selects(name) } }) { return }
    try StateFolder.make(configuration.state.value)
    let history: HistoryStore
    do {
      history = try HistoryStore.open(path: configuration.historyPath, mode: .writer)
    } catch let error as HistoryError {
      guard case .writerIsRunning = error, mayBeBusy else { throw error }
      return Console.warn(
        "the service records; nothing was recorded here. Try: 'postern observe' to tell it the names")
    }
    defer { try? history.close() }
    var logger = Logger(label: "postern", factory: { StreamLogHandler.standardError(label: $0) })
    logger.logLevel = .warning
    var watch = Watch(
      policies: policies, vantages: vantages, limits: configuration.limits.limits,
      restored: try await history.restore(for: policies), now: clock.now, seed: .random(in: .min ... .max),
      digesting: Digest.computing(body:))
    try await watch.keepJournal(in: history, configuration, at: clock.now)
    let worker = ResolverWorker(
      watch: watch, resolver: resolver, recorder: history, tags: history, publisher: Unserved(), clock: clock,
      logger: logger)
    let now = clock.now
    await worker.observe(wanted.map { Sighting(name: $0, source: "resolve", count: 1, at: now) })
    let result = try await Progress.shown({
      let asked = await worker.nameReports.flatMap(\.questions).count { $0.status.askedAt >= now }
      return "resolving: \(asked) questions answered"
    }) { await worker.runOnce(deadline: deadline) }
    guard wanted.isEmpty else { return }
    try show(result.sets, result.readiness)
  }

  private static func ask(_ names: [DomainName], at vantages: [Vantage], through resolver: DNSResolver) async
    -> [Lookup]
  {
    let slots = names.flatMap { name in
      AddressFamily.allCases.flatMap { family in vantages.map { (Question(name, family.recordType), $0) } }
    }
    let lookups = await withTaskGroup(of: (Int, Lookup).self) { group in
      for (index, slot) in slots.enumerated() {
        group.addTask { (index, await resolver.lookup(slot.0, at: slot.1)) }
      }
      return await group.reduce(into: [(Int, Lookup)]()) { $0.append($1) }
    }
    return lookups.sorted { $0.0 < $1.0 }.map(\.1)
  }

  private func show(_ lookups: [Lookup]) {
    if output.json { return lookups.forEach { Console.write($0.json) } }
    var table = Table("NAME", "TYPE", "UPSTREAM", "OUTCOME", "TTL", "ANSWER")
    for lookup in lookups {
      let path = lookup.chain.links.map { "→ \($0.target)" } + lookup.chain.addresses.map(\.data.description)
      table.add(
        lookup.question.name.text, "\(lookup.question.type)", lookup.vantage.label, "\(lookup.outcome)",
        lookup.chain.smallestTTL.map { "\($0)" } ?? "",
        path.isEmpty ? lookup.detail ?? "" : path.joined(separator: " "))
    }
    Console.line(table.text)
  }

  private func show(_ sets: [PublishedSet], _ readiness: Readiness) throws {
    if output.json {
      sets.forEach { Console.write($0.json) }
    } else {
      var table = Table("SET", "GENERATION", "STATUS", "IPV4", "IPV6", "PUBLISHED")
      for set in sets {
        let snapshot = set.snapshot
        table.add(
          snapshot.set.text, "\(snapshot.generation)", set.status.rawValue, "\(snapshot.count(of: .ipv4))",
          "\(snapshot.count(of: .ipv6))", "\(snapshot.at)")
      }
      if !table.isEmpty { Console.line(table.text) }
    }
    readiness.warnings.forEach(Console.warn)
    if sets.contains(where: { $0.status == .held }) {
      throw CommandFailure(
        .heldByGuard, "a guard holds a change; the last good generation stays",
        try: "'postern approve SET' if it is right")
    }
    guard readiness.isReady else {
      if let fault = readiness.faults.first(where: { $0.contains("Try: ") }) {
        throw CommandFailure(.noTrustworthySet, fault)
      }
      throw CommandFailure(
        .noTrustworthySet, readiness.faults.joined(separator: "; "),
        try: "'postern doctor', which asks each upstream")
    }
  }
}

/// A round serves nobody.
private struct Unserved: SetPublisher {
  func publish(_ sets: [PublishedSet], readiness: Readiness) async {}
}

extension Lookup {
  /// One line of JSON.
  var json: [UInt8] {
    var json = JSONText()
    json.beginObject()
    json.string(question.name.text, "name")
    json.string(question.type.description, "type")
    json.string(vantage.label, "vantage")
    json.timestamp(at, "at")
    json.string(outcome.description, "outcome")
    json.optional(responseCode?.description, "rcode")
    json.optional(detail, "detail")
    json.beginArray("chain")
    for link in chain.links {
      json.beginObject()
      json.string(link.owner.text, "owner")
      json.string(link.target.text, "target")
      json.number(link.ttl.seconds, "ttl")
      json.endObject()
    }
    json.endArray()
    json.beginArray("addresses")
    for record in chain.addresses {
      json.beginObject()
      json.string(record.data.description, "address")
      json.number(record.ttl.seconds, "ttl")
      json.endObject()
    }
    json.endArray()
    json.number(roundTrip.milliseconds, "round_trip_ms")
    json.endObject()
    json.endLine()
    return json.bytes
  }
}

extension PublishedSet {
  /// One line of JSON.
  var json: [UInt8] {
    var json = JSONText()
    json.beginObject()
    json.string(snapshot.set.text, "set")
    json.number(snapshot.generation.number, "generation")
    json.string(status.rawValue, "status")
    json.strings(heldReasons, "held_reasons")
    json.number(snapshot.count(of: .ipv4), "ipv4")
    json.number(snapshot.count(of: .ipv6), "ipv6")
    json.timestamp(snapshot.at, "generated_at")
    json.timestamp(checkedAt, "checked_at")
    json.timestamp(validUntil, "valid_until")
    json.string(snapshot.digest.description, "sha256")
    json.endObject()
    json.endLine()
    return json.bytes
  }
}
