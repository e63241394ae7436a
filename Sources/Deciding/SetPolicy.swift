package import DNS

/// What a set watches and which rules its snapshots follow: everything that a person decides about it.
package struct SetPolicy: Sendable, Hashable {
  /// The key under which the history goes on: another name begins another set, at generation 1.
  package let name: SetName
  /// The names and patterns whose addresses belong to the set.
  package let selectors: [Selector]
  /// Names behind the patterns that are tracked before anybody was seen to use them. Each is selected by `selectors`.
  package let seeds: [DomainName]
  /// Names out of a word list that are tried once a day; what resolves joins the set, marked as a candidate until a client
  /// is seen to use it. Each is selected by `selectors`; usually empty.
  package let candidates: [DomainName]
  /// The families that are looked up and published; never empty.
  package let families: Set<AddressFamily>
  /// How long an address stays after it was last seen, if its TTL isn't longer.
  package let retention: Duration
  /// How long a failing vantage freezes its addresses before the set's status becomes `stale`. At least `retention`.
  package let maxStale: Duration
  /// Of several sets that share a name, the shortest floor and ceiling count for it.
  package let refresh: RefreshPolicy
  /// The share (0...1) of addresses in new answers that the set should hold; below it a warning stands, nothing else.
  package let coverage: Double
  /// Rules for each step of this set alone, also where it shares names with others.
  package let guards: GuardPolicy
  /// Where the aliases of the selected names are expected to lead; a new suffix is an event, never a reason to drop.
  /// Empty when nothing is known, which expects anything.
  package let expectedAliasSuffixes: [DomainName]
  /// Whether sudden addresses wait for another vantage; of several sets that share a name, the strictest counts.
  package let confirmation: ConfirmationPolicy
  /// The service tags in which the addresses are expected, what happens to others, and whose file judges.
  package let tagRules: TagRules
  /// What a person keeps out, whatever names or service tags give.
  package let exclusions: [Exclusion]
  /// All that `exclusions` hold.
  let excluded: PrefixSet
  /// The exact names among the selectors: there may be thousands, and each element asks for its names.
  private let exactNames: Set<DomainName>
  private let patterns: [NamePattern]

  package init(
    name: SetName, selectors: [Selector], seeds: [DomainName] = [], candidates: [DomainName] = [],
    families: Set<AddressFamily> = Set(AddressFamily.allCases), retention: Duration = Self.defaultRetention,
    maxStale: Duration = Self.defaultMaxStale, refresh: RefreshPolicy = RefreshPolicy(),
    coverage: Double = Self.defaultCoverage, guards: GuardPolicy = GuardPolicy(),
    expectedAliasSuffixes: [DomainName] = [],
    confirmation: ConfirmationPolicy = ConfirmationPolicy(), tagRules: TagRules = TagRules(),
    exclusions: [Exclusion] = []
  ) {
    self.name = name
    self.selectors = selectors
    self.seeds = seeds
    self.candidates = candidates
    self.families = families
    self.retention = retention
    self.maxStale = maxStale
    self.refresh = refresh
    self.coverage = coverage
    self.guards = guards
    self.expectedAliasSuffixes = expectedAliasSuffixes
    self.confirmation = confirmation
    self.tagRules = tagRules
    self.exclusions = exclusions
    excluded = PrefixSet(exclusions.map(\.prefix))
    exactNames = Set(
      selectors.compactMap { if case .name(let name) = $0 { name } else { nil } })
    patterns = selectors.compactMap(\.pattern)
  }

  /// 24 h.
  package static let defaultRetention = Duration.seconds(24 * 3600)

  /// 7 days.
  package static let defaultMaxStale = Duration.seconds(7 * 24 * 3600)

  /// 99.9 %.
  package static let defaultCoverage = 0.999

  /// The names to track from the start: the exact names among the selectors, then the seeds; each once.
  package var namesFromTheStart: [DomainName] {
    var seen = Set<DomainName>()
    let exact = selectors.compactMap { selector in
      if case .name(let name) = selector { name } else { nil }
    }
    return (exact + seeds).filter { seen.insert($0).inserted }
  }

  /// Whether a name belongs to what the set watches.
  package func selects(_ name: DomainName) -> Bool {
    exactNames.contains(name) || patterns.contains { $0.matches(name) }
  }
}

/// How often a name is asked again: at the edge where its smallest TTL ends, but within these bounds.
package struct RefreshPolicy: Sendable, Hashable {
  /// No sooner than this after the last lookup.
  package let floor: Duration
  /// No later than this after the last lookup.
  package let ceiling: Duration

  /// 5 s and 5 min unless said otherwise. `ceiling` must not be below `floor`.
  package init(floor: Duration = .seconds(5), ceiling: Duration = .seconds(300)) {
    self.floor = floor
    self.ceiling = ceiling
  }
}

/// When a candidate snapshot is held instead of published, and which addresses are let in at all.
package struct GuardPolicy: Sendable, Hashable {
  /// The share (0...1) of a family's elements that may leave at once.
  package let shrink: Double
  /// The factor (1 or more) by which a family may grow at once.
  package let growth: Double
  /// The most elements that a set may have.
  package let maxElements: Int
  /// Prefixes outside global unicast that are let in all the same, for sites with a split horizon.
  package let allowSpecial: [IPPrefix]
  /// The shortest length of an IPv4 prefix of service tags that enters a set unasked.
  package let widestIPv4: Int
  /// The same of IPv6.
  package let widestIPv6: Int

  /// The configuration's defaults: half, tenfold, ipset's 65,536, nothing special, and prefixes as wide as the registry's
  /// edges were announced (150.171.0.0/16, 2603:1061::/32): no service of one kind has wider ones.
  package init(
    shrink: Double = 0.5, growth: Double = 10, maxElements: Int = 65_536, allowSpecial: [IPPrefix] = [],
    widestIPv4: Int = 16, widestIPv6: Int = 32
  ) {
    self.shrink = shrink
    self.growth = growth
    self.maxElements = maxElements
    self.allowSpecial = allowSpecial
    self.widestIPv4 = widestIPv4
    self.widestIPv6 = widestIPv6
  }
}
