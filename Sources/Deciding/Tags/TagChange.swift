package import DNS

/// What differs between two files of one cloud.
package struct TagChange: Hashable, Sendable {
  /// The tags that differ, by name.
  package let tags: [Step]

  /// What became of one tag.
  package struct Step: Hashable, Sendable {
    /// The tag.
    package let name: TagName
    /// Its change number in the newer file; nil when the tag is gone.
    package let change: Int64?
    /// Prefixes that it gained, sorted.
    package let added: [IPPrefix]
    /// Prefixes that it lost, sorted.
    package let removed: [IPPrefix]

    package init(name: TagName, change: Int64?, added: [IPPrefix], removed: [IPPrefix]) {
      self.name = name
      self.change = change
      self.added = added
      self.removed = removed
    }
  }

  /// - Parameter old: nil when there was none: then everything is gained.
  package init(from old: ServiceTagFile?, to new: ServiceTagFile) {
    let before = Dictionary((old?.tags ?? []).map { ($0.name, $0) }) { first, _ in first }
    var steps = new.tags.compactMap { tag -> Step? in
      let earlier = before[tag.name]
      guard earlier?.change != tag.change || earlier?.prefixes != tag.prefixes else { return nil }
      let (had, has) = (Set(earlier?.prefixes ?? []), Set(tag.prefixes))
      return Step(
        name: tag.name, change: tag.change, added: tag.prefixes.filter { !had.contains($0) },
        removed: (earlier?.prefixes ?? []).filter { !has.contains($0) })
    }
    let kept = Set(new.tags.map(\.name))
    steps += (old?.tags ?? []).filter { !kept.contains($0.name) }.map {
      Step(name: $0.name, change: nil, added: [], removed: $0.prefixes)
    }
    tags = steps.sorted { $0.name < $1.name }
  }

  /// Prefixes gained, over all tags.
  package var added: Int { tags.reduce(0) { $0 + $1.added.count } }

  /// Prefixes lost, over all tags.
  package var removed: Int { tags.reduce(0) { $0 + $1.removed.count } }
}
