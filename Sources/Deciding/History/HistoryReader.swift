package import DNS

/// The reading side of the history, for HTTP and the command. Any number of readers, in any process.
package protocol HistoryReader: Sendable {
  /// The sets that ever published, with how they stand, sorted.
  func setStates() async throws -> [SetState]
  /// The last generation of a set with its provenance; nil when it never published.
  func currentSnapshot(of set: SetName) async throws -> Snapshot?
  /// The generation that was published at a moment; nil when there was none yet.
  func generation(of set: SetName, at moment: Timestamp) async throws -> GenerationRecord?
  /// A generation by its number; nil when there is none.
  func generation(_ generation: Generation, of set: SetName) async throws -> GenerationRecord?
  /// The newest generations first.
  func generations(of set: SetName, limit: Int) async throws -> [GenerationRecord]
  /// The elements of a generation, sorted; nil when there is no such generation.
  func prefixes(of set: SetName, in generation: Generation) async throws -> [IPPrefix]?
  /// What entered and left; nil when one of the generations does not exist. `from` may be 0: the empty set before all.
  func difference(of set: SetName, from: Generation, to: Generation) async throws -> SetDifference?
  /// What was seen for a tracked name, or with an owner name, overlapping the window; newest first.
  func intervals(for name: DomainName, in window: ClosedRange<Timestamp>, limit: Int) async throws
    -> [ObservedInterval]
  /// What was seen with an address inside the prefix, overlapping the window; newest first.
  func intervals(giving prefix: IPPrefix, in window: ClosedRange<Timestamp>, limit: Int) async throws
    -> [ObservedInterval]
  /// The aliases by which answers led on from tracked names, each at its moment; newest first for each of them.
  func aliases(of asked: [NameAtMoment]) async throws -> [ObservedInterval]
  /// The times within `window` in which nobody looked, sorted and disjoint. A pause of up to 15 minutes between two
  /// commits isn't one. Nothing is told of the time before `horizon`.
  func blindSpans(in window: ClosedRange<Timestamp>) async throws -> [BlindSpan]
  /// Before this moment nothing is kept any more; nil while nothing was removed.
  func horizon() async throws -> Timestamp?
  /// What was rejected with this address, newest first.
  func rejections(of address: IPAddress, limit: Int) async throws -> [Rejection]
  /// When an address was in which sets, newest first; by itself, or inside a prefix.
  func memberships(of address: IPAddress) async throws -> [Membership]
  /// When exactly this element was in which sets, newest first.
  func stays(of element: IPPrefix) async throws -> [Membership]
  /// The service tags that held an address at a moment: of each cloud the edition that had been imported last, with no
  /// other prefixes in it.
  func tags(holding address: IPAddress, at moment: Timestamp) async throws -> TagBook
  /// How each question stands, by name, type and vantage.
  func questions() async throws -> [QuestionStatus]
  /// Those questions whose last lookup failed.
  func failingQuestions() async throws -> [QuestionStatus]
  /// The learned names, by name.
  func learnedNames() async throws -> [LearnedName]
  /// Who saw which tracked name in use, by name.
  func sightings() async throws -> [NameSightings]
  /// Names that no set watches but that look related, by name.
  func uncoveredNames() async throws -> [UncoveredName]
  /// How each source did when it last reported, by label.
  func sourceReports() async throws -> [StoredSourceReport]
  /// What was estimated to be missing of each question when it was last answered anew, by name and type.
  func coverages() async throws -> [QuestionCoverage]
  /// How each vantage did when it was last told, by label, with when that was.
  func vantageReports() async throws -> [(report: VantageReport, at: Timestamp)]
  /// The events that a query selects, in its order.
  func events(_ query: EventQuery) async throws -> [StoredEvent]
  /// The sets whose policy excludes an address, at a moment or now, by name.
  func exclusions(of address: IPAddress, at moment: Timestamp?) async throws -> [StandingExclusion]
  /// The decisions of operators, newest first.
  func decisions(limit: Int) async throws -> [Decision]
}

extension HistoryReader {
  /// The newest events first.
  ///
  /// - Parameter kind: only events of this kind; nil means all.
  package func events(kind: EventKind?, limit: Int) async throws -> [Event] {
    var query = EventQuery(limit: limit)
    query.kinds = Set([kind].compactMap(\.self))
    return try await events(query).map(\.event)
  }
}
