import DNS
import Deciding
import Logging
import Publishing

/// The bodies that come from the history.
struct Past {
  let site: Site
  let logger: Logger

  /// The most rows of one answer.
  static let longest = 10_000

  func changes(_ published: PublishedSet, since: Generation?) async throws(Refusal) -> [UInt8] {
    let current = published.snapshot.generation
    guard let since else {
      throw .badRequest("since is missing. Try: since= with the generation that you have")
    }
    // A client that has seen more than we know has seen another history: it has to start over.
    guard since <= current else { throw .gone }
    if since == current {
      let none = SetDifference(from: since, to: current, entered: [], left: [])
      return SetBodies.changes(SetChanges(difference: none, entered: [], left: []), in: published)
    }
    let set = published.snapshot.set
    let policy = site.policies.first { $0.name == set }
    let changes = try await read { history -> SetChanges? in
      guard let difference = try await history.difference(of: set, from: since, to: current) else {
        return nil
      }
      return try await SetChanges.gather(difference, to: published.snapshot, policy, from: history)
    }
    guard let changes else { throw .gone }
    return SetBodies.changes(changes, in: published)
  }

  /// What entered and left between two points.
  func difference(of set: SetName, _ query: QueryItems) async throws(Refusal) -> Body {
    let values = try query.only("from", "to", "format")
    let (start, end) = (try point(values["from"], "from"), try point(values["to"], "to"))
    let format = values["format"] ?? "json"
    guard ["json", "text"].contains(format) else {
      throw .badRequest("format is unknown here. Try: json or text")
    }
    let difference = try await read {
      try await SetDifference.gather(of: set, from: start, to: end, from: $0)
    }
    var body =
      format == "text"
      ? Body(Array(difference.text(of: set).utf8), type: "text/plain; charset=utf-8")
      : Body(difference.json(of: set))
    let newer = max(difference.from, difference.to)
    body.generation = newer.number > 0 ? newer : nil
    return body
  }

  func snapshot(_ set: SetName, _ generation: Generation) async throws(Refusal) -> Snapshot {
    let found = try await read { history in
      (
        try await history.generation(generation, of: set),
        try await history.prefixes(of: set, in: generation)
      )
    }
    guard let record = found.0, let prefixes = found.1 else { throw .gone }
    let elements = prefixes.map {
      SetElement(prefix: $0, names: [], firstSeen: record.at, lastSeen: record.at)
    }
    return Snapshot(
      set: set, generation: generation, at: record.at, elements: elements, digest: record.digest)
  }

  /// The generations that are kept, newest first.
  func snapshots(_ published: PublishedSet, _ query: QueryItems) async throws(Refusal) -> [UInt8] {
    let values = try query.only("limit", "at")
    let limit = try Self.limit(values, unlessTold: 100)
    let set = published.snapshot.set
    if let at = try moment(values["at"], "at") {
      let record = try await read { try await $0.keptGeneration(of: set, at: at) }
      return SetBodies.snapshots([record].compactMap(\.self), of: set)
    }
    let records = try await read { try await $0.generations(of: set, limit: limit) }
    return SetBodies.snapshots(Array(records.prefix(limit)), of: set)
  }

  /// What the retention of a set cost, and what others would.
  func retention(_ set: SetName) async throws(Refusal) -> [UInt8] {
    guard let policy = site.policies.first(where: { $0.name == set }) else { throw .noSuchSet }
    let now = site.now()
    return try await read { try await RetentionAdvice.gather(policy, now: now, from: $0) }.json
  }

  func names() async throws(Refusal) -> [UInt8] {
    let tags = site.tags()
    let listing = try await read { try await NameListing.gather(site.policies, tags: tags, from: $0) }
    var json = JSONText(reserving: 65_536)
    json.beginObject()
    json.beginArray("names")
    for row in listing.rows { row.write(to: &json) }
    json.endArray()
    json.endObject()
    json.endLine()
    return json.bytes
  }

  func sources() async throws(Refusal) -> [UInt8] {
    let reports = try await read { try await $0.sourceReports() }
    var json = JSONText(reserving: 4096)
    json.beginObject()
    json.beginArray("sources")
    for report in reports { report.write(to: &json) }
    json.endArray()
    json.endObject()
    json.endLine()
    return json.bytes
  }

  func history(_ query: QueryItems) async throws(Refusal) -> Body {
    let values = try query.only("name", "address", "since", "until", "limit", "format")
    let since = try moment(values["since"], "since") ?? Timestamp(milliseconds: 0)
    let until = try moment(values["until"], "until") ?? site.now()
    guard since <= until else { throw .badRequest("since is later than until") }
    let format = values["format"] ?? "json"
    guard ["json", "cof"].contains(format) else {
      throw .badRequest("format is unknown here. Try: json or cof")
    }
    let limit = try Self.limit(values, unlessTold: 1000)
    try await read { try await $0.requireKept(until) }
    let intervals: [ObservedInterval]
    switch (values["name"], values["address"]) {
    case (let text?, nil):
      guard let name = try? DomainName(text) else { throw .badRequest("name is no domain name") }
      intervals = try await read { try await $0.intervals(for: name, in: since...until, limit: limit) }
    case (nil, let text?):
      guard let prefix = IPPrefix(text) else { throw .badRequest("address is no address or prefix") }
      intervals = try await read { try await $0.intervals(giving: prefix, in: since...until, limit: limit) }
    default:
      throw .badRequest("exactly one of name and address is needed")
    }
    if format == "cof" {
      return Body(CommonOutputFormat.lines(intervals), type: CommonOutputFormat.mediaType)
    }
    var json = JSONText(reserving: 4096)
    json.beginObject()
    json.timestamp(since, "since")
    json.timestamp(until, "until")
    let (blind, horizon) = try await read {
      (try await $0.blindSpans(in: since...until), try await $0.horizon())
    }
    json.timestamp(horizon, "horizon")
    json.beginArray("blind")
    for span in blind { span.write(to: &json) }
    json.endArray()
    json.beginArray("observations")
    for interval in intervals {
      json.beginObject()
      json.string(interval.observation.key.name.text, "name")
      interval.writeFields(to: &json)
      json.endObject()
    }
    json.endArray()
    json.endObject()
    json.endLine()
    return Body(json.bytes)
  }

  func explanation(_ query: QueryItems) async throws(Refusal) -> [UInt8] {
    let values = try query.only("ip", "at")
    guard let text = values["ip"] else { throw .badRequest("ip is missing. Try: ip= with an address") }
    guard let address = IPAddress(text) else {
      throw .badRequest("ip is no address. Try: one address, no prefix")
    }
    let at = try moment(values["at"], "at")
    if let at { try await read { try await $0.requireKept(at) } }
    let now = site.now()
    let explanation = try await read { try await Explanation.gather(address, at: at, now: now, from: $0) }
    var book = site.tags()
    if let at {
      let shared = book.sharedRanges
      book = try await read { try await $0.tags(holding: address, at: at) }
      book.sharedRanges = shared
    }
    return explanation.json(explanation.annotation(by: book, site.policies))
  }

  func decisions(_ query: QueryItems) async throws(Refusal) -> [UInt8] {
    let limit = try Self.limit(try query.only("limit"), unlessTold: 100)
    let decisions = try await read { try await $0.decisions(limit: limit) }
    var json = JSONText(reserving: 4096)
    json.beginObject()
    json.beginArray("decisions")
    for decision in decisions { decision.write(to: &json) }
    json.endArray()
    json.endObject()
    json.endLine()
    return json.bytes
  }

  private static func limit(_ values: [String: String], unlessTold standard: Int) throws(Refusal) -> Int {
    let limit = values["limit"].map { Int($0) ?? 0 } ?? standard
    guard (1...longest).contains(limit) else { throw .badRequest("limit must be from 1 to \(longest)") }
    return limit
  }

  func moment(_ text: String?, _ parameter: String) throws(Refusal) -> Timestamp? {
    guard let text else { return nil }
    guard let moment = Timestamp(text, now: site.now()) else {
      throw .badRequest("\(parameter) is no moment. Try: \(Timestamp.hint)")
    }
    return moment
  }

  private func point(_ text: String?, _ parameter: String) throws(Refusal) -> SetPoint? {
    guard let text else { return nil }
    guard let point = SetPoint(text, now: site.now()) else {
      throw .badRequest("\(parameter) is no point in the past. Try: \(SetPoint.hint)")
    }
    return point
  }

  /// Reads; of what failed the client is told what isn't kept, and of a failure that is ours only to come back.
  func read<Value: Sendable>(
    _ body: (any HistoryReader) async throws -> Value
  ) async throws(Refusal) -> Value {
    guard let history = site.history else { throw .noHistory }
    do { return try await body(history) } catch let error as PastError {
      throw Refusal(error)
    } catch {
      logger.error("the history could not be read", metadata: ["error": "\(error)"])
      throw .noHistory
    }
  }
}

extension Snapshot {
  /// The same elements as an old generation has them: without who gave them.
  var withoutProvenance: Snapshot {
    Snapshot(
      set: set, generation: generation, at: at,
      elements: elements.map { SetElement(prefix: $0.prefix, names: [], firstSeen: at, lastSeen: at) },
      digest: digest)
  }
}
