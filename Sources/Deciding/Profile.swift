package import DNS

/// A named, dated bundle of what is known about one service's names: what to watch, where to begin, and what its DNS
/// is expected to look like, with the source of that knowledge.
package struct Profile: Sendable, Hashable {
  /// The name that configurations use: `[a-z0-9-]`.
  package let id: String
  /// What it opens, in a few words.
  package let title: String
  /// What it watches, one for each purpose; in the order in which people read it.
  package let entries: [ProfileEntry]
  /// Azure service tags in which the addresses are expected: those that the vendor names. Empty when unknown.
  package let expectedServiceTags: [String]
  /// Tags in which the addresses may be as well, though the vendor doesn't name them and no rule should open them all.
  package let toleratedServiceTags: [String]
  /// Whose file of service tags speaks of its addresses.
  package let cloud: Cloud
  /// Where aliases are expected to lead. Empty when unknown, which expects anything.
  package let expectedAliasSuffixes: [DomainName]
  /// Where the vendor says it; for seeds see their `stability`.
  package let source: ProfileSource
  /// Profiles that the same users commonly need too. They are never merged in; a second set can use them.
  package let companions: [String]
  /// Whether the profile only tells what is still in use, and belongs in no firewall.
  package let isReportOnly: Bool
  /// Whether other services answer on the same addresses, so that opening them opens more than this service.
  package let isOnSharedEdge: Bool
  /// Sentences that a person should read before relying on it.
  package let notes: [String]

  package init(
    id: String, title: String, entries: [ProfileEntry], expectedServiceTags: [String] = [],
    toleratedServiceTags: [String] = [], cloud: Cloud = .publicCloud,
    expectedAliasSuffixes: [DomainName] = [], source: ProfileSource, companions: [String] = [],
    isReportOnly: Bool = false, isOnSharedEdge: Bool = false, notes: [String] = []
  ) {
    self.id = id
    self.title = title
    self.entries = entries
    self.expectedServiceTags = expectedServiceTags
    self.toleratedServiceTags = toleratedServiceTags
    self.cloud = cloud
    self.expectedAliasSuffixes = expectedAliasSuffixes
    self.source = source
    self.companions = companions
    self.isReportOnly = isReportOnly
    self.isOnSharedEdge = isOnSharedEdge
    self.notes = notes
  }

  /// What a set with this profile watches.
  package var selectors: [Selector] { entries.map(\.selector) }

  /// The names to track from the start behind its patterns: those that are more than a candidate.
  package var seeds: [DomainName] {
    entries.flatMap { $0.seeds.filter { $0.stability != .candidate }.map(\.name) }
  }

  /// Names that the source suggests but nobody was seen to resolve. They are shown to people and never looked up.
  package var candidates: [DomainName] {
    entries.flatMap { $0.seeds.filter { $0.stability == .candidate }.map(\.name) }
  }
}

/// One name or pattern of a profile, for one purpose.
package struct ProfileEntry: Sendable, Hashable {
  /// The name or pattern that a set with this profile watches.
  package let selector: Selector
  /// What clients use it for, such as `registry endpoint`.
  package let purpose: String
  /// Protocol and port as firewall documents write them, such as `https/443`.
  package let service: String
  /// How far the selector itself can be relied on; each seed has its own.
  package let stability: Stability
  /// Names behind the pattern that are known already; empty for an exact name.
  package let seeds: [ProfileSeed]

  package init(
    _ selector: Selector, purpose: String, service: String = "https/443", stability: Stability,
    seeds: [ProfileSeed] = []
  ) {
    self.selector = selector
    self.purpose = purpose
    self.service = service
    self.stability = stability
    self.seeds = seeds
  }
}

/// A name behind a pattern, known without having seen it in traffic.
package struct ProfileSeed: Sendable, Hashable {
  /// Selected by its entry's pattern.
  package let name: DomainName
  /// `candidate` seeds are shown and never looked up.
  package let stability: Stability

  package init(_ name: DomainName, _ stability: Stability) {
    self.name = name
    self.stability = stability
  }
}

/// How far a profile's word can be relied on.
package enum Stability: String, Sendable, Hashable, CaseIterable {
  /// The vendor documents it and asks users to rely on it.
  case vendorPromised
  /// Seen in public reports of real traffic; it may change without notice.
  case observed
  /// Suggested by a source, not seen to exist.
  case candidate
}

/// Where a profile's facts come from, and when they were read.
package struct ProfileSource: Sendable, Hashable {
  /// A page that a person can open.
  package let url: String
  /// `YYYY-MM-DD`.
  package let date: String

  /// - Parameter date: when the page was last changed or read, whichever is known.
  package init(url: String, date: String) {
    self.url = url
    self.date = date
  }
}
