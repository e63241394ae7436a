package import Deciding

/// What a format may need beside the snapshot, as values, so that rendering stays pure.
package struct RenderContext: Hashable, Sendable {
  /// What the set watches, for formats that write names.
  package var selectors: [Selector]
  /// Azure service tags that give the addresses, or in which they are expected, for formats that write tags.
  package var serviceTags: [String]
  /// The generation to step from, for formats that write changes; nil when nobody asked, and for generation 0.
  package var previous: Snapshot?
  /// What is known of who owns and shares addresses, for formats that tell it of each entry; nil tells nothing. It changes
  /// without a new generation, so what is served under a strong ETag goes without.
  package var tags: TagBook?

  /// Knows nothing unless it is said: formats that need more refuse then.
  package init(selectors: [Selector] = [], serviceTags: [String] = [], previous: Snapshot? = nil) {
    self.selectors = selectors
    self.serviceTags = serviceTags
    self.previous = previous
  }

  /// What is known of a configured set.
  package init(_ policy: SetPolicy) {
    let tags = policy.isGivenByTags ? policy.tagRules.given : policy.tagRules.expected
    self.init(selectors: policy.selectors, serviceTags: tags.map(\.text))
  }
}

/// What a format can't be written without, beside the snapshot.
package enum RenderNeed: String, Hashable, Sendable, CaseIterable {
  /// The names and patterns that the set watches now.
  case selectors
  /// Service tags that a profile expects.
  case serviceTags = "service_tags"
  /// The names behind each address, which old generations don't keep.
  case names
}
