package import DNS

/// Which service tags a set's addresses are expected in, and what happens to others.
package struct TagRules: Hashable, Sendable {
  /// Whose file judges.
  package let cloud: Cloud
  /// The tags that the vendor names. Empty when unknown, which expects anything.
  package let expected: [TagName]
  /// Where the addresses may be as well, though no rule should open all of it.
  package let tolerated: [TagName]
  /// Whether addresses outside the expected tags are kept out of the set; otherwise they are only told.
  package let isEnforced: Bool
  /// An outer bound that a person set: only addresses in these tags get in, whatever is expected. Empty for none.
  package let bound: [TagName]
  /// The tags whose prefixes are the set, in the place of what names give; empty for a set of names.
  package let given: [TagName]

  /// Without a word nothing is expected and nothing kept out.
  package init(
    cloud: Cloud = .publicCloud, expected: [TagName] = [], tolerated: [TagName] = [],
    isEnforced: Bool = false, bound: [TagName] = [], given: [TagName] = []
  ) {
    self.cloud = cloud
    self.expected = expected
    self.tolerated = tolerated
    self.isEnforced = isEnforced
    self.bound = bound
    self.given = given
  }

  /// Whether it is where it is expected. Without a file, or when the file knows none of the expected tags, nobody can say.
  package func verdict(on address: IPAddress, by book: TagBook) -> TagVerdict {
    guard !expected.isEmpty else { return .unknown(.nothingExpected) }
    guard let edition = book[cloud] else { return .unknown(.noFile) }
    // Not every cloud has every tag: China has no AzureFrontDoor.FirstParty.
    guard expected.contains(where: { edition.file[$0] != nil }) else { return .unknown(.noSuchTag) }
    let tags = edition.matches(of: address).map(\.tag)
    return tags.contains { expected.contains($0) || tolerated.contains($0) } ? .expected : .outside
  }

  /// What keeps addresses out now; nil when nothing does.
  ///
  /// - Returns: nil also when there is no file, it is old, or it knows none of the tags: a file that is missing never
  ///   takes an address away.
  package func gate(by book: TagBook, at now: Timestamp) -> PrefixSet? {
    guard let names = enforced, let edition = book[cloud], !edition.isOld(at: now) else { return nil }
    return edition.ranges(of: names)
  }

  /// Why what should keep addresses out doesn't; nil when it does, or nothing should.
  package func lapse(by book: TagBook, at now: Timestamp) -> String? {
    guard let names = enforced, gate(by: book, at: now) == nil else { return nil }
    guard let edition = book[cloud] else {
      return
        "no service tags of the \(cloud) cloud were imported. Try: 'postern tags import' with Microsoft's file"
    }
    guard edition.isOld(at: now) else {
      return
        "the \(cloud) cloud's file has none of \(names.map(\.text).joined(separator: ", ")). Try: 'postern tags list' for what it has"
    }
    return
      "the service tags of the \(cloud) cloud are of \(edition.asOf) and may lack prefixes that are in use. Try: 'postern tags import' with this week's file"
  }

  /// The tags that addresses must be in; nil when none must.
  private var enforced: [TagName]? {
    if !bound.isEmpty { return bound }
    return isEnforced && !expected.isEmpty ? expected + tolerated : nil
  }
}
