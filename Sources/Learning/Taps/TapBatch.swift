import DNS
package import Deciding

/// What the frames of a tap said since somebody last asked. Bounded, whatever comes.
package struct TapBatch: Sendable {
  private(set) var tally = SightingTally()
  private var answers = GivenAnswers()
  private var aliased = [DomainName: (target: DomainName, count: Int64)]()

  /// Whether there is something to report.
  var hasNews: Bool {
    !tally.isEmpty || !tally.related.isEmpty || !aliased.isEmpty || !answers.isEmpty
  }

  mutating func add(_ line: LineReading) { tally.add(line) }

  /// Takes what a client was given; false when there is no room for another answer.
  mutating func add(_ lookup: Lookup, _ evidence: NameEvidence) -> Bool {
    tally.add(.name(lookup.question.name, evidence))
    return answers.add(lookup)
  }

  /// Takes a name that was led to a watched name's target; false when there is no room for another.
  mutating func add(_ name: DomainName, target: DomainName) -> Bool {
    tally.add(.unwatched)
    let count = aliased[name]?.count ?? 0
    guard count > 0 || aliased.count < SightingTally.mostRelated else { return false }
    aliased[name] = (target, count + 1)
    return true
  }

  /// Puts it in order, which takes a while in a flood: not while connections wait.
  package func report(source: String, at now: Timestamp) -> TapReport {
    var report = TapReport()
    report.sightings = tally.sightings(source: source, at: now)
    report.related =
      tally.relatedSightings(source: source, at: now)
      + aliased.sorted { $0.key < $1.key }.map { name, alias in
        RelatedSighting(
          name: name, relation: .sameTarget(alias.target), source: source, count: alias.count, at: now)
      }
    report.lookups = answers.lookups
    return report
  }
}
