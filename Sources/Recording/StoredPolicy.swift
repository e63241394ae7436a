internal import DNS
internal import Deciding
internal import Foundation

/// A set's policy as it stands in `policy.json`, with units in the names of the numbers.
struct StoredPolicy: Codable {
  private let name: String
  private let selectors: [String]
  private let seeds: [String]
  private let candidates: [String]
  private let families: [String]
  private let retentionMilliseconds: Int64
  private let maxStaleMilliseconds: Int64
  private let floorMilliseconds: Int64
  private let ceilingMilliseconds: Int64
  private let coverage: Double
  private let shrink: Double
  private let growth: Double
  private let maxElements: Int
  private let allowSpecial: [String]
  private let expectedAliasSuffixes: [String]
  private let tagCloud: String
  private let tagsExpected: [String]
  private let tagsTolerated: [String]
  private let enforcesTags: Bool
  private let tagBound: [String]
  /// None for a set of names, as for all before there were others.
  private let tagsGiven: [String]?
  /// None where nothing is excluded.
  private let exclude: [StoredExclusion]?
  /// None where the default counts, as for all before it could be set.
  private let widestIPv4: Int?
  private let widestIPv6: Int?
  private let confirmVantages: Int
  private let confirmAtMostMilliseconds: Int64
  private let confirmAfterwards: String

  init(_ policy: SetPolicy) {
    name = policy.name.text
    selectors = policy.selectors.map(\.description)
    seeds = policy.seeds.map(\.text)
    candidates = policy.candidates.map(\.text)
    families = policy.families.sorted().map(\.description)
    retentionMilliseconds = policy.retention.milliseconds
    maxStaleMilliseconds = policy.maxStale.milliseconds
    floorMilliseconds = policy.refresh.floor.milliseconds
    ceilingMilliseconds = policy.refresh.ceiling.milliseconds
    coverage = policy.coverage
    shrink = policy.guards.shrink
    growth = policy.guards.growth
    maxElements = policy.guards.maxElements
    allowSpecial = policy.guards.allowSpecial.map(\.description)
    expectedAliasSuffixes = policy.expectedAliasSuffixes.map(\.text)
    tagCloud = policy.tagRules.cloud.rawValue
    tagsExpected = policy.tagRules.expected.map(\.text)
    tagsTolerated = policy.tagRules.tolerated.map(\.text)
    enforcesTags = policy.tagRules.isEnforced
    tagBound = policy.tagRules.bound.map(\.text)
    tagsGiven = policy.isGivenByTags ? policy.tagRules.given.map(\.text) : nil
    exclude = policy.exclusions.isEmpty ? nil : policy.exclusions.map(StoredExclusion.init)
    let standard = GuardPolicy()
    widestIPv4 = policy.guards.widestIPv4 == standard.widestIPv4 ? nil : policy.guards.widestIPv4
    widestIPv6 = policy.guards.widestIPv6 == standard.widestIPv6 ? nil : policy.guards.widestIPv6
    confirmVantages = policy.confirmation.vantages
    confirmAtMostMilliseconds = policy.confirmation.atMost.milliseconds
    confirmAfterwards = policy.confirmation.afterwards.rawValue
  }

  /// The policy again; nil when it isn't one that Postern wrote.
  var policy: SetPolicy? {
    guard let set = SetName(name),
      let afterwards = ConfirmationPolicy.Afterwards(rawValue: confirmAfterwards),
      let cloud = Cloud(rawValue: tagCloud)
    else { return nil }
    let watched = selectors.compactMap { text -> Selector? in
      text.contains("*")
        ? (try? NamePattern(text)).map { .pattern($0) } : .name(DomainName(canonical: text))
    }
    let exclusions = (exclude ?? []).compactMap(\.exclusion)
    guard watched.count == selectors.count, exclusions.count == exclude?.count ?? 0 else { return nil }
    let standard = GuardPolicy()
    return SetPolicy(
      name: set, selectors: watched, seeds: seeds.map(DomainName.init(canonical:)),
      candidates: candidates.map(DomainName.init(canonical:)),
      families: Set(AddressFamily.allCases.filter { families.contains($0.description) }),
      retention: .milliseconds(retentionMilliseconds), maxStale: .milliseconds(maxStaleMilliseconds),
      refresh: RefreshPolicy(
        floor: .milliseconds(floorMilliseconds), ceiling: .milliseconds(ceilingMilliseconds)),
      coverage: coverage,
      guards: GuardPolicy(
        shrink: shrink, growth: growth, maxElements: maxElements,
        allowSpecial: allowSpecial.compactMap { IPPrefix($0) },
        widestIPv4: widestIPv4 ?? standard.widestIPv4, widestIPv6: widestIPv6 ?? standard.widestIPv6),
      expectedAliasSuffixes: expectedAliasSuffixes.map(DomainName.init(canonical:)),
      confirmation: ConfirmationPolicy(
        vantages: confirmVantages, atMost: .milliseconds(confirmAtMostMilliseconds), afterwards: afterwards),
      tagRules: TagRules(
        cloud: cloud, expected: tagsExpected.compactMap { TagName($0) },
        tolerated: tagsTolerated.compactMap { TagName($0) }, isEnforced: enforcesTags,
        bound: tagBound.compactMap { TagName($0) }, given: (tagsGiven ?? []).compactMap { TagName($0) }),
      exclusions: exclusions)
  }

  private struct StoredExclusion: Codable {
    private let prefix: String
    private let reason: String

    init(_ exclusion: Exclusion) {
      prefix = exclusion.prefix.description
      reason = exclusion.reason
    }

    var exclusion: Exclusion? { IPPrefix(prefix).map { Exclusion($0, reason: reason) } }
  }

  /// The same policy always gives the same text.
  func canonicalJSON() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(self), as: UTF8.self)
  }
}
