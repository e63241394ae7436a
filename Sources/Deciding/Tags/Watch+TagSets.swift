internal import DNS

extension Watch {
  /// Looks anew at the sets that service tags give.
  mutating func noteTagsOfSets() {
    for index in sets.indices where sets[index].policy.isGivenByTags {
      sets[index].noteTags(tags[sets[index].policy.tagRules.cloud])
    }
  }

  /// The next step of a set that service tags give. Without a file nothing changes: what is published stays.
  func tagStep(of set: WatchedSet, at now: Timestamp) -> SetStep {
    guard let edition = tags[set.policy.tagRules.cloud] else {
      return SetStep(publication: nil, objections: [])
    }
    let builder = SnapshotBuilder(set.policy, digesting: digesting)
    return builder.tagStep(
      from: set.published, to: builder.elements(of: edition, after: set.published),
      isApproved: set.isApproved, at: now)
  }

  /// Tells what a new generation of such a set opens.
  mutating func noteOpened(_ publication: Publication, of set: WatchedSet, at now: Timestamp) {
    guard let edition = tags[set.policy.tagRules.cloud] else { return }
    let ranges = PrefixSet(publication.snapshot.elements.map(\.prefix))
    let opened = AddressFamily.allCases.filter { ranges.addressCount(of: $0) > 0 }
      .map { "\(ranges.addressCount(of: $0).countText) \($0)" }.joined(separator: " and ")
    pending.note(
      "tag.set", set.policy.name.text,
      "generation \(publication.snapshot.generation) opens \(opened) addresses by \(set.policy.tagRules.given.map(\.text).joined(separator: ", ")) of change \(edition.file.change): \(publication.entered.count) prefixes came and \(publication.left.count) went",
      at: now)
  }
}
