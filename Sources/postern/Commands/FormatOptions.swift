import ArgumentParser
import Deciding
import Publishing
import Recording

/// How a set is written: the same options, under the same names, as in the query of `/v1/sets/…`.
struct FormatOptions: ParsableArguments {
  @Option(
    name: .long, help: "plain, json, ipset, nft or another that 'postern formats' lists.",
    completion: .list(FormatRegistry.all.map(\.id)))
  var format: String?
  @Option(name: .long, help: ArgumentHelp("4, 6 or both.", valueName: "4|6|both"))
  var family: String?
  @Flag(name: .long, help: "Write each address on its own.")
  var noAggregate = false
  @Option(name: .long, help: ArgumentHelp("Prefix lengths: auto, always or never.", valueName: "style"))
  var cidr: String?
  @Flag(name: .long, help: "Write neighbours as first-last (plain, squid, checkpoint-gdc, azure-ipgroup).")
  var ranges = false
  @Flag(name: .long, help: "Begin with lines that say what this is (plain, squid).")
  var comments = false
  @Option(name: .long, help: "The set's name in the file, instead of its own (scripts and objects).")
  var name: String?
  @Option(name: .long, help: "The table (nft).")
  var table: String?
  @Option(name: .long, help: ArgumentHelp("The set's constant capacity (ipset).", valueName: "count"))
  var maxelem: String?
  @Option(name: .long, help: "The chain (iptables-restore).")
  var chain: String?
  @Option(
    name: .long,
    help: ArgumentHelp(
      "The size that the list was made with (aws-prefix-list, gcp-address-group).", valueName: "count"))
  var capacity: String?
  @Option(
    name: .long,
    help: ArgumentHelp("Only the differences to it (aws-prefix-list, cisco-asa).", valueName: "generation"))
  var since: String?
  @Option(
    name: .long,
    help: ArgumentHelp(
      "Widen longer IPv4 entries to this length, 20 or more: more is let through than the set has.",
      valueName: "length"))
  var widen4: String?
  @Option(
    name: .long, help: ArgumentHelp("The same for IPv6, 44 or more.", valueName: "length"))
  var widen6: String?
  @Option(
    name: .long,
    help: ArgumentHelp(
      "How long the kernel keeps an element that isn't loaded again (ipset, nft).", valueName: "span"))
  var timeout: String?
  @Option(name: .long, help: ArgumentHelp("Refuse more entries than these.", valueName: "count"))
  var maxEntries: String?

  /// The options as the query would say them.
  ///
  /// - Parameter catalog: the formats to pick from.
  func parameters(format implied: String? = nil, in catalog: FormatCatalog) throws -> RepresentationParameters
  {
    var items = [(name: String, value: String)]()
    if let format = format ?? implied { items.append(("format", format)) }
    if let family { items.append(("family", family)) }
    if noAggregate { items.append(("aggregate", "0")) }
    if let cidr { items.append(("cidr", cidr)) }
    if comments { items.append(("comments", "1")) }
    if let name { items.append(("name", name)) }
    if let table { items.append(("table", table)) }
    if let maxelem { items.append(("maxelem", maxelem)) }
    if ranges { items.append(("ranges", "1")) }
    if let chain { items.append(("chain", chain)) }
    if let capacity { items.append(("capacity", capacity)) }
    if let since { items.append(("since", since)) }
    if let widen4 { items.append(("widen4", widen4)) }
    if let widen6 { items.append(("widen6", widen6)) }
    if let timeout { items.append(("timeout", timeout)) }
    if let maxEntries { items.append(("max_entries", maxEntries)) }
    return try RepresentationParameters(items, catalog: catalog)
  }
}

/// A set as the history has it, for commands that work without the service.
struct StoredSet {
  let snapshot: Snapshot
  let state: SetState
  /// For formats that tell whose addresses are; nil where a file should be the same as what the service serves.
  var tags: TagBook?

  /// Reads the set that may be handed to a firewall.
  ///
  /// - Throws: `CommandFailure` with `noTrustworthySet` when it never published, or nobody looked for `maxStale`.
  init(_ name: SetName, _ configuration: Configuration, now: Timestamp) async throws {
    let history = try configuration.readHistory(of: name)
    guard let snapshot = try await history.currentSnapshot(of: name),
      let state = try await history.setStates().first(where: { $0.set == name })
    else {
      throw CommandFailure(
        .noTrustworthySet, "set \(name) has nothing to publish yet",
        try: try await configuration.firstStep(for: name, by: history))
    }
    let age = now - state.checkedAt
    guard state.status != .stale, age <= state.maxStale else {
      guard configuration.policy(of: name)?.isGivenByTags != true else {
        throw CommandFailure(
          .noTrustworthySet,
          "set \(name) is stale: its service tags were known to be current at \(state.checkedAt), longer ago than maxStale (\(QuantityText.text(state.maxStale)))",
          try: "'postern tags import' with this week's file; files that were exported before stay as they are"
        )
      }
      throw CommandFailure(
        .noTrustworthySet,
        "set \(name) is stale: its last good lookup was at \(state.checkedAt), longer ago than maxStale (\(QuantityText.text(state.maxStale)))",
        try: "'postern doctor'; files that were exported before stay as they are")
    }
    self.snapshot = snapshot
    self.state = state
  }

  /// Reads the set as it was published at a moment, without the names behind its addresses.
  ///
  /// - Throws: `CommandFailure` when nothing is kept of the moment, or the set had nothing yet.
  init(_ name: SetName, at moment: Timestamp, from history: HistoryStore) async throws {
    let record = try await history.published(name, at: moment)
    guard let snapshot = try await Self.snapshot(of: name, record.generation, from: history) else {
      throw CommandFailure(
        .notFound, "generation \(record.generation) of set \(name) is not kept any more",
        try: "a later moment")
    }
    self.snapshot = snapshot
    state = SetState(set: name, status: .ok, heldReasons: [], checkedAt: moment, maxStale: .zero)
  }

  /// Writes it as asked.
  func render(
    _ parameters: RepresentationParameters, _ configuration: Configuration, from history: HistoryStore
  ) async throws -> [UInt8] {
    var context =
      configuration.sets.first { $0.name == snapshot.set }.map { RenderContext($0.policy) } ?? RenderContext()
    if let since = parameters.options.since, since.number > 0 {
      context.previous = try await Self.snapshot(of: snapshot.set, since, from: history)
    }
    context.tags = tags
    let content = try parameters.format.render(snapshot, parameters.options, context)
    if let more = try? EntryList(snapshot, parameters.options).widenedBy, more > 0 {
      Console.warn("the list lets \(more) addresses through that set \(snapshot.set) lacks, as --widen asked")
    }
    return content
  }

  /// An old generation, without the names behind its addresses; nil when it isn't kept any more.
  private static func snapshot(
    of set: SetName, _ generation: Generation, from history: HistoryStore
  ) async throws -> Snapshot? {
    guard let record = try await history.generation(generation, of: set),
      let prefixes = try await history.prefixes(of: set, in: generation)
    else { return nil }
    return Snapshot(
      set: set, generation: generation, at: record.at,
      elements: prefixes.map {
        SetElement(prefix: $0, names: [], firstSeen: record.at, lastSeen: record.at)
      }, digest: record.digest)
  }

  /// Tells on standard error that a guard holds a newer candidate.
  func warnIfHeld() {
    guard state.status == .held else { return }
    Console.warn(
      "set \(snapshot.set) is held at generation \(snapshot.generation): \(state.heldReasons.joined(separator: "; ")). "
        + "Try: 'postern approve \(snapshot.set)' if the change is right")
  }
}
