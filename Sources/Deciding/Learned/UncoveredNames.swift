internal import DNS

/// The list of names that look related to watched ones, for a person to decide about. Nothing in it is ever looked up
/// or allowed. It is bounded: a name that was seen once makes room for a newer one, one that came again stays.
struct UncoveredNames: Sendable {
  /// The most names on the list.
  static let most = 1000

  private var names: [DomainName: UncoveredName] = [:]
  private var once = WaitingNames()
  private var unsaved = Set<DomainName>()
  /// Names that left the list; the history has them still.
  private var gone = Set<DomainName>()

  /// Goes on from what the history kept.
  init(restored: [UncoveredName]) {
    for entry in restored.prefix(Self.most) { insert(entry) }
  }

  var all: [UncoveredName] { names.values.sorted { $0.name < $1.name } }

  /// What became of a related sighting.
  enum Step {
    case noted
    /// It is on the list for the first time since the start, or came again: worth telling.
    case confirmed
    /// There is no room.
    case refused
  }

  mutating func note(_ sighting: RelatedSighting) -> Step {
    let known = names[sighting.name]
    if known == nil, names.count >= Self.most, !makeRoom() { return .refused }
    var sources = known?.sources ?? []
    sources.note(sighting.count, by: sighting.source, at: sighting.at)
    let entry = UncoveredName(name: sighting.name, relation: sighting.relation, sources: sources)
    let wasConfirmed = known.map { $0.count > 1 } ?? false
    insert(entry)
    unsaved.insert(sighting.name)
    gone.remove(sighting.name)
    return !wasConfirmed && entry.count > 1 ? .confirmed : .noted
  }

  /// A name that is watched now is on no list.
  mutating func remove(where isWatched: (DomainName) -> Bool) {
    for name in names.keys where isWatched(name) { drop(name) }
  }

  /// What the history lacks; afterwards it lacks nothing.
  mutating func takeUnsaved() -> (entries: [UncoveredName], gone: [DomainName]) {
    defer {
      unsaved = []
      gone = []
    }
    return (unsaved.sorted().compactMap { names[$0] }, gone.sorted())
  }

  /// The history could not take it.
  mutating func putBack(_ entries: [UncoveredName], gone: [DomainName]) {
    for entry in entries where names[entry.name] != nil { unsaved.insert(entry.name) }
    for name in gone where names[name] == nil { self.gone.insert(name) }
  }

  private mutating func insert(_ entry: UncoveredName) {
    if names.updateValue(entry, forKey: entry.name) == nil {
      once.insert(entry.name, isWeak: entry.count == 1)
    }
  }

  private mutating func makeRoom() -> Bool {
    guard let name = once.weakest(where: { names[$0]?.count == 1 }) else { return false }
    drop(name)
    return true
  }

  private mutating func drop(_ name: DomainName) {
    names[name] = nil
    _ = once.remove(name)
    unsaved.remove(name)
    gone.insert(name)
  }
}
