package import DNS

/// Every name that is known, why, who saw it, and how its questions stand: for people and programs.
package struct NameListing: Sendable {
  /// By name.
  package let rows: [Row]

  /// One name.
  package struct Row: Sendable {
    package let name: DomainName
    /// The sets that select it; none for one that is not covered.
    package let sets: [SetName]
    /// Why it is known.
    package let state: NameState
    /// How each of its questions stands.
    package let questions: [QuestionStatus]
    /// How much of its address pool was seen, for each type that was answered.
    package let coverages: [QuestionCoverage]
    /// How many addresses it gives to the published sets.
    package let addresses: Int
    /// What service tags say of those; nil when no tags are known.
    package let tags: NameTags?
    /// Who saw it in use; of a waiting name the counts by source aren't kept, only their sum.
    package let sightings: [SourceSighting]
    /// When clients used it first and last, and how often, over all sources; nil when nobody was seen to.
    package let use: (first: Timestamp, last: Timestamp, count: Int64)?
    /// Denials in a row by our own upstreams, for learned names.
    package let denials: Int

    /// When any of its questions is asked next; nil when none is planned.
    package var due: Timestamp? { questions.compactMap(\.due).min() }
  }

  /// What is known, for these sets.
  ///
  /// - Parameters:
  ///   - policies: the sets of which names are told; with `includingUncovered` also what none of them watches.
  ///   - tags: the service tags that are kept now.
  package static func gather(
    _ policies: [SetPolicy], includingUncovered: Bool = true, tags: TagBook = TagBook(),
    from history: any HistoryReader
  ) async throws -> NameListing {
    let learned = Dictionary(try await history.learnedNames().map { ($0.name, $0) }) { first, _ in first }
    let questions = Dictionary(grouping: try await history.questions(), by: \.question.name)
    let coverages = Dictionary(grouping: try await history.coverages(), by: \.question.name)
    let seen = Dictionary(try await history.sightings().map { ($0.name, $0.sources) }) { first, _ in first }
    var addresses = [DomainName: Set<IPAddress>]()
    var givers = [IPAddress: Set<DomainName>]()
    for policy in policies {
      for element in try await history.currentSnapshot(of: policy.name)?.elements ?? [] {
        for name in element.names { addresses[name, default: []].insert(element.address) }
        givers[element.address, default: []].formUnion(element.names)
      }
    }
    let counts = givers.mapValues(\.count)
    let fromTheStart = Set(policies.flatMap(\.namesFromTheStart))
    let exact = Set(policies.flatMap(\.selectors).compactMap(\.name))
    let known = fromTheStart.union(
      learned.keys.filter { name in policies.contains { $0.selects(name) } })
    var rows = known.map { name in
      Row(
        name, sets: policies.filter { $0.selects(name) }.map(\.name),
        state: fromTheStart.contains(name)
          ? (exact.contains(name) ? .configured : .seed) : NameState(learned[name]?.state ?? .quarantined),
        questions: questions[name] ?? [], coverages: coverages[name] ?? [],
        addresses: addresses[name]?.count ?? 0,
        tags: tags.isEmpty ? nil : NameTags(addresses[name] ?? [], names: counts, by: tags),
        sightings: seen[name],
        learned: learned[name])
    }
    if includingUncovered {
      rows += try await history.uncoveredNames().map {
        Row(
          $0.name, sets: [], state: .uncovered($0.relation), questions: [], coverages: [], addresses: 0,
          tags: nil, sightings: $0.sources, learned: nil)
      }
    }
    return NameListing(rows: rows.sorted { $0.name < $1.name })
  }
}

/// Why a name is known.
package enum NameState: Hashable, Sendable {
  /// An exact name of a set.
  case configured
  /// Tracked from the start because a profile knows it.
  case seed
  /// Seen in use, not yet believed.
  case quarantined
  /// Seen in use and believed.
  case admitted
  /// Out of a word list and resolving; nobody was seen to use it yet.
  case candidate
  /// Seen in use; no set watches it, and a person decides.
  case uncovered(NameRelation)

  init(_ state: LearnedNameState) {
    switch state {
    case .quarantined: self = .quarantined
    case .admitted: self = .admitted
    case .candidate: self = .candidate
    }
  }

  /// One word.
  package var word: String {
    switch self {
    case .configured: "configured"
    case .seed: "seed"
    case .quarantined: "quarantined"
    case .admitted: "admitted"
    case .candidate: "candidate"
    case .uncovered: "uncovered"
    }
  }
}

extension NameListing.Row {
  fileprivate init(
    _ name: DomainName, sets: [SetName], state: NameState, questions: [QuestionStatus],
    coverages: [QuestionCoverage], addresses: Int, tags: NameTags?,
    sightings: [SourceSighting]?, learned: LearnedName?
  ) {
    self.name = name
    self.sets = sets
    self.state = state
    self.questions = questions
    self.coverages = coverages
    self.addresses = addresses
    self.tags = tags
    denials = learned?.denials ?? 0
    let told = sightings ?? []
    // A name that waits has no ledger yet, but its sources are known.
    let waiting = (learned?.sources ?? []).filter { source in !told.contains { $0.source == source } }
    self.sightings =
      told
      + waiting.compactMap { source in
        learned.map {
          SourceSighting(source: source, first: $0.firstSighted, last: $0.lastSighted, count: 0)
        }
      }
    let first = (told.map(\.first) + [learned?.firstSighted].compactMap { $0 }).min()
    let last = (told.map(\.last) + [learned?.lastSighted].compactMap { $0 }).max()
    use = first.flatMap { first in
      last.map { (first, $0, max(told.reduce(0) { $0 + $1.count }, learned?.sightings ?? 0)) }
    }
  }
}

extension Selector {
  /// The exact name, if it is one.
  fileprivate var name: DomainName? {
    if case .name(let name) = self { name } else { nil }
  }
}
