/// What service tags say of one address.
package struct AddressAnnotation: Hashable, Sendable {
  /// All tags that hold it, the longest prefix first.
  package let matches: [TagMatch]
  /// Of each cloud in `matches`, the edition that says so.
  package let editions: [Cloud: Edition]
  /// Who else answers there; empty when it isn't known to be shared.
  package let sharers: [String]
  /// How many of our names give it.
  package let names: Int
  /// For each set that holds it, whether it is where the set expects it.
  package let verdicts: [SetVerdict]

  /// Which edition of a cloud's file.
  package struct Edition: Hashable, Sendable {
    /// The file's change number.
    package let change: Int64
    /// When it was taken in.
    package let importedAt: Timestamp
  }

  /// Whether one set expects the address.
  package struct SetVerdict: Hashable, Sendable {
    /// The set.
    package let set: SetName
    /// By the set's rules and the edition of its cloud.
    package let verdict: TagVerdict
  }

  /// The tags by name, each once, the longest prefix first.
  package var tags: [TagName] {
    var seen = Set<TagName>()
    return matches.map(\.tag).filter { seen.insert($0).inserted }
  }
}
