package import DNS
package import Deciding

/// Counts what lines say, for one batch: each watched name with the number of times it was seen.
package struct SightingTally: Sendable, Hashable {
  /// The most distinct names that one batch reports; a flood of random labels can't make it larger.
  package static let mostNames = 4096

  /// The watched names with their counts.
  package private(set) var counts = [DomainName: Int64]()
  /// Lines read, of any kind.
  package private(set) var lines: Int64 = 0
  /// Lines with a name that no set watches.
  package private(set) var unwatched: Int64 = 0
  /// Lines that say nothing about names.
  package private(set) var skipped: Int64 = 0
  /// Lines that can't be believed, by fault.
  package private(set) var malformed = [LineFault: Int64]()
  /// Sightings of names beyond `mostNames`, which are counted but not named.
  package private(set) var overflow: Int64 = 0

  /// A tally of nothing read.
  package init() {}

  /// Counts a line.
  package mutating func add(_ reading: LineReading) {
    lines += 1
    switch reading {
    case .name(let name):
      if let count = counts[name] {
        counts[name] = count + 1
      } else if counts.count < Self.mostNames {
        counts[name] = 1
      } else {
        overflow += 1
      }
    case .unwatched: unwatched += 1
    case .skip: skipped += 1
    case .malformed(let fault): malformed[fault, default: 0] += 1
    }
  }

  /// Counts lines that were discarded because of their length.
  package mutating func addDiscarded(_ count: Int) {
    guard count > 0 else { return }
    lines += Int64(count)
    malformed[.tooLong, default: 0] += Int64(count)
  }

  /// The names as sightings, sorted by name.
  package func sightings(source: String, at now: Timestamp) -> [Sighting] {
    counts.sorted { $0.key < $1.key }.map { Sighting(name: $0.key, source: source, count: $0.value, at: now) }
  }
}
