internal import DNS

/// Who saw the tracked names in use, when and how often: for people, and for nothing else.
struct SightingLedger: Sendable {
  private var byName: [DomainName: [SourceSighting]] = [:]
  private var unsaved = Set<DomainName>()

  /// Goes on from what the history kept.
  init(restored: [NameSightings]) {
    for entry in restored { byName[entry.name] = entry.sources }
  }

  /// By source, in the order in which they first saw the name.
  func sources(of name: DomainName) -> [SourceSighting] { byName[name] ?? [] }

  mutating func note(_ sighting: Sighting) {
    byName[sighting.name, default: []].note(sighting.count, by: sighting.source, at: sighting.at)
    unsaved.insert(sighting.name)
  }

  /// Takes over what was seen before the name was tracked.
  mutating func adopt(_ sources: [SourceSighting], of name: DomainName) {
    guard !sources.isEmpty else { return }
    byName[name] = sources
    unsaved.insert(name)
  }

  mutating func forget(_ name: DomainName) {
    byName[name] = nil
    unsaved.remove(name)
  }

  /// What the history lacks; afterwards it lacks nothing.
  mutating func takeUnsaved() -> [NameSightings] {
    defer { unsaved = [] }
    return unsaved.sorted().map { NameSightings(name: $0, sources: sources(of: $0)) }
  }

  /// The history could not take it.
  mutating func markUnsaved(_ name: DomainName) {
    if byName[name] != nil { unsaved.insert(name) }
  }
}
