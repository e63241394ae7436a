package import DNS
package import Deciding
internal import OrderedCollections

/// Counts what lines or frames say, for one batch: each watched name with the number of times it was seen.
package struct SightingTally: Sendable, Hashable {
  /// The most distinct names that one batch reports; a flood of random labels can't make it larger.
  package static let mostNames = 4096
  /// How many names more it reports of which the source says that they have an address: random labels have none, so that
  /// a flood of them doesn't hide a real name.
  package static let mostResolved = 1024
  /// The most related names that one batch reports.
  package static let mostRelated = 256

  /// In the order in which they first came: sorting thousands of names a batch would cost more than reading them.
  private var counted = OrderedDictionary<DomainName, NameTally>()
  /// Names that no set watches but that look related, with how often they were seen.
  package private(set) var related = [DomainName: Int64]()
  /// Lines read, of any kind.
  package private(set) var lines: Int64 = 0
  /// Lines with a name that no set watches, related ones included.
  package private(set) var unwatched: Int64 = 0
  /// Lines that say nothing about names.
  package private(set) var skipped: Int64 = 0
  /// Lines that can't be believed, by fault.
  package private(set) var malformed = [LineFault: Int64]()
  /// Sightings of names beyond `mostNames` and `mostResolved`, which are counted but not named.
  package private(set) var overflow: Int64 = 0

  /// A tally of nothing read.
  package init() {}

  /// Reads uses that are counted already, such as a database's.
  package init(
    _ uses: some Sequence<(text: String, evidence: NameEvidence, count: Int64)>,
    watching watched: WatchedNames
  ) {
    for use in uses {
      var text = use.text
      add(text.withUTF8 { watched.read($0, as: use.evidence) }, times: use.count)
    }
  }

  /// The watched names with what was said of each.
  package var names: [DomainName: NameTally] {
    Dictionary(uniqueKeysWithValues: counted.elements.map { ($0.key, $0.value) })
  }

  /// Whether no watched name was seen.
  var isEmpty: Bool { counted.isEmpty }

  /// Lines with a watched name.
  var watched: Int64 { counted.values.reduce(overflow) { $0 + $1.asked + $1.told } }

  /// Counts a line, or as many equal ones.
  package mutating func add(_ reading: LineReading, times: Int64 = 1) {
    lines += times
    switch reading {
    case .name(let name, let evidence):
      if counted.count < Self.mostNames + (evidence == .resolved ? Self.mostResolved : 0) {
        counted[name, default: NameTally(evidence)].add(evidence, times: times)
      } else if counted[name]?.add(evidence, times: times) == nil {
        overflow += times
      }
    case .related(let name):
      unwatched += times
      if related[name] != nil || related.count < Self.mostRelated { related[name, default: 0] += times }
    case .unwatched: unwatched += times
    case .skip: skipped += times
    case .malformed(let fault): malformed[fault, default: 0] += times
    }
  }

  /// Counts lines that were discarded because of their length.
  package mutating func addDiscarded(_ count: Int) {
    guard count > 0 else { return }
    lines += Int64(count)
    malformed[.tooLong, default: 0] += Int64(count)
  }

  /// The watched names as sightings, in the order in which they first came.
  package func sightings(source: String, at now: Timestamp) -> [Sighting] {
    counted.elements.map { name, tally in
      Sighting(name: name, source: source, count: tally.count, evidence: tally.evidence, at: now)
    }
  }

  /// The related names, sorted by name.
  package func relatedSightings(source: String, at now: Timestamp) -> [RelatedSighting] {
    related.sorted { $0.key < $1.key }.map {
      RelatedSighting(name: $0.key, relation: .sameParent, source: source, count: $0.value, at: now)
    }
  }
}

/// What one batch said of one name.
package struct NameTally: Sendable, Hashable {
  /// Questions of clients.
  package private(set) var asked: Int64 = 0
  /// Answers, denials and connections: a log may hold these beside the questions, or alone.
  package private(set) var told: Int64 = 0
  /// The strongest that was said.
  package private(set) var evidence: NameEvidence

  /// Nothing yet, of a name that is about to be counted with this evidence.
  init(_ evidence: NameEvidence) { self.evidence = evidence }

  /// How often it was used: a question and its answer are one use.
  package var count: Int64 { max(asked, told) }

  mutating func add(_ evidence: NameEvidence, times: Int64 = 1) {
    if evidence == .asked { asked += times } else { told += times }
    // A question alone says nothing about the answer, so an answer or a denial stands against it.
    switch (self.evidence, evidence) {
    case (.resolved, _), (_, .asked): break
    default: self.evidence = evidence
    }
  }
}
