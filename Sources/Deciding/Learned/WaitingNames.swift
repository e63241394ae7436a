internal import DNS

/// The names that wait for a probe under one pattern. There is room for `Quarantine.longestQueue`; when it is full, a
/// name that has more to show takes the place of the one that has least.
struct WaitingNames: Sendable {
  private(set) var names = Set<DomainName>()
  /// Names that came with nothing to show, oldest first; some have left or gained since.
  private var weak: [DomainName] = []
  private var firstWeak = 0

  var count: Int { names.count }

  mutating func insert(_ name: DomainName, isWeak: Bool) {
    names.insert(name)
    if isWeak { weak.append(name) }
  }

  /// Whether it waited.
  mutating func remove(_ name: DomainName) -> Bool { names.remove(name) != nil }

  /// The weak name that has waited longest, which is to make room; nil when none is weak any more.
  mutating func weakest(where isStillWeak: (DomainName) -> Bool) -> DomainName? {
    defer { dropConsumed() }
    while firstWeak < weak.count {
      let name = weak[firstWeak]
      if names.contains(name), isStillWeak(name) { return name }
      firstWeak += 1
    }
    return nil
  }

  private mutating func dropConsumed() {
    guard firstWeak > 1024 else { return }
    weak.removeFirst(firstWeak)
    firstWeak = 0
  }
}
