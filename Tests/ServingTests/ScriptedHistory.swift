import DNS
import Deciding

/// A history that was written by the test; nothing it isn't given happened.
struct ScriptedHistory: HistoryReader {
  struct Broken: Error {}

  var isBroken = false
  var records: [GenerationRecord] = []
  var content: [Generation: [IPAddress]] = [:]
  var observed: [ObservedInterval] = []
  var rejected: [Rejection] = []
  var members: [Membership] = []
  var asked: [QuestionStatus] = []
  var learned: [LearnedName] = []
  var seen: [NameSightings] = []
  var uncovered: [UncoveredName] = []
  var reports: [StoredSourceReport] = []
  var blind: [BlindSpan] = []
  var keptSince: Timestamp?
  var decided: [Decision] = []
  var vantages: [(report: VantageReport, at: Timestamp)] = []
  var happened: [StoredEvent] = []
  var covered: [QuestionCoverage] = []
  var tags = TagBook()

  private func checked<Value>(_ value: Value) throws -> Value {
    if isBroken { throw Broken() }
    return value
  }

  func aliases(of asked: [NameAtMoment]) async throws -> [ObservedInterval] {
    let names = Set(asked.map(\.name))
    return try checked(
      observed.filter { $0.observation.key.type == .cname && names.contains($0.observation.key.name) })
  }
  func blindSpans(in window: ClosedRange<Timestamp>) async throws -> [BlindSpan] { try checked(blind) }
  func horizon() async throws -> Timestamp? { try checked(keptSince) }
  func setStates() async throws -> [SetState] { try checked([]) }
  func currentSnapshot(of set: SetName) async throws -> Snapshot? { try checked(nil) }
  func generation(of set: SetName, at moment: Timestamp) async throws -> GenerationRecord? {
    try checked(records.last { $0.at <= moment })
  }
  func generation(_ generation: Generation, of set: SetName) async throws -> GenerationRecord? {
    try checked(records.first { $0.generation == generation })
  }
  func generations(of set: SetName, limit: Int) async throws -> [GenerationRecord] {
    try checked(records.reversed())
  }
  func prefixes(of set: SetName, in generation: Generation) async throws -> [IPPrefix]? {
    try checked(content[generation]?.map { IPPrefix($0) })
  }
  func tags(holding address: IPAddress, at moment: Timestamp) async throws -> TagBook { try checked(tags) }
  func difference(of set: SetName, from: Generation, to: Generation) async throws -> SetDifference? {
    guard let old = try checked(from.number == 0 ? [] : content[from]), let new = content[to] else {
      return nil
    }
    return SetDifference(
      from: from, to: to, entered: new.filter { !old.contains($0) }.map { IPPrefix($0) },
      left: old.filter { !new.contains($0) }.map { IPPrefix($0) })
  }
  func intervals(for name: DomainName, in window: ClosedRange<Timestamp>, limit: Int) async throws
    -> [ObservedInterval]
  {
    try checked(
      observed.filter { ($0.observation.key.name == name || $0.observation.key.owner == name) }, in: window)
  }
  func intervals(giving prefix: IPPrefix, in window: ClosedRange<Timestamp>, limit: Int) async throws
    -> [ObservedInterval]
  {
    try checked(
      observed.filter { interval in
        guard case .address(let address) = interval.observation.key.data else { return false }
        return prefix.contains(address)
      }, in: window)
  }
  func rejections(of address: IPAddress, limit: Int) async throws -> [Rejection] {
    try checked(rejected.filter { $0.key.data == .address(address) })
  }
  func memberships(of address: IPAddress) async throws -> [Membership] { try checked(members) }
  func stays(of element: IPPrefix) async throws -> [Membership] { try checked(members) }
  func questions() async throws -> [QuestionStatus] { try checked(asked) }
  func failingQuestions() async throws -> [QuestionStatus] {
    try checked(asked.filter { !$0.outcome.isSuccess })
  }
  func learnedNames() async throws -> [LearnedName] { try checked(learned) }
  func sightings() async throws -> [NameSightings] { try checked(seen) }
  func uncoveredNames() async throws -> [UncoveredName] { try checked(uncovered) }
  func coverages() async throws -> [QuestionCoverage] { try checked(covered) }
  func sourceReports() async throws -> [StoredSourceReport] { try checked(reports) }
  func exclusions(of address: IPAddress, at moment: Timestamp?) async throws -> [StandingExclusion] {
    try checked([])
  }
  func decisions(limit: Int) async throws -> [Decision] { try checked(Array(decided.prefix(limit))) }
  func vantageReports() async throws -> [(report: VantageReport, at: Timestamp)] { try checked(vantages) }
  func events(_ query: EventQuery) async throws -> [StoredEvent] {
    let wanted = try checked(happened).filter { stored in
      (query.after.map { stored.id > $0 } ?? true) && (query.before.map { stored.id < $0 } ?? true)
        && (query.kinds.isEmpty || query.kinds.contains(stored.event.kind))
        && (query.subject.map { stored.event.subject == $0 } ?? true)
        && (query.since.map { stored.event.at >= $0 } ?? true)
    }
    return Array((query.after == nil ? wanted.reversed() : wanted).prefix(query.limit))
  }

  private func checked(
    _ intervals: [ObservedInterval], in window: ClosedRange<Timestamp>
  ) throws -> [ObservedInterval] {
    try checked(
      intervals.filter {
        $0.observation.firstSeen <= window.upperBound && ($0.until ?? window.upperBound) >= window.lowerBound
      })
  }
}
