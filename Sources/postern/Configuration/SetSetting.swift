import DNS
import Deciding

/// One configured set, each value with its origin.
struct SetSetting: Sendable, Equatable {
  let name: SetName
  /// Where the set is named.
  let origin: Origin
  let profile: Setting<Profile?>
  let enabled: Setting<Bool>
  /// Watched beside the profile's names.
  let names: Setting<[DomainName]>
  /// Watched beside the profile's patterns.
  let patterns: Setting<[NamePattern]>
  /// Whether Azure's region names are tried under the patterns.
  let candidates: Setting<Bool>
  let families: Setting<Set<AddressFamily>>
  let retention: Setting<Duration>
  let maxStale: Setting<Duration>
  /// Below this share a warning stands.
  let coverage: Setting<Double>
  let floor: Setting<Duration>
  let ceiling: Setting<Duration>
  let shrink: Setting<Double>
  let growth: Setting<Double>
  let maxElements: Setting<Int>
  let allowSpecial: Setting<[IPPrefix]>
  /// The shortest length of a prefix of service tags that enters unasked.
  let widestIPv4: Setting<Int>
  let widestIPv6: Setting<Int>
  let confirm: Setting<ConfirmationPolicy>
  /// What happens to addresses outside the profile's service tags.
  let tags: Setting<TagRule>
  /// Service tags outside of which no address gets in; empty for no bound.
  let tagBound: Setting<[TagName]>
  /// Service tags whose prefixes are the set, in the place of names; empty for a set of names.
  let fromTags: Setting<[TagName]>
  /// Whose file `fromTags` means.
  let cloud: Setting<Cloud>
  /// What is kept out, whatever names or service tags give.
  let exclude: Setting<[Exclusion]>

  /// The profile's selectors, then the names and patterns given; each once.
  var selectors: [Selector] {
    var seen = Set<Selector>()
    let all =
      (profile.value?.selectors ?? []) + names.value.map(Selector.name) + patterns.value.map(Selector.pattern)
    return all.filter { seen.insert($0).inserted }
  }

  /// Those that the profile suggests, and Azure's regions under each pattern.
  private var candidateNames: [DomainName] {
    let regions = selectors.compactMap(\.pattern).flatMap { AzureRegions.candidates(under: $0) }
    return Set((profile.value?.candidates ?? []) + regions).sorted()
  }

  private var tagRules: TagRules {
    TagRules(
      cloud: profile.value?.cloud ?? cloud.value,
      expected: (profile.value?.expectedServiceTags ?? []).compactMap { TagName($0) },
      tolerated: (profile.value?.toleratedServiceTags ?? []).compactMap { TagName($0) },
      isEnforced: tags.value == .enforce, bound: tagBound.value, given: fromTags.value)
  }

  /// The plain values.
  var policy: SetPolicy {
    SetPolicy(
      name: name, selectors: selectors, seeds: profile.value?.seeds ?? [],
      candidates: candidates.value ? candidateNames : [], families: families.value,
      retention: retention.value, maxStale: maxStale.value,
      refresh: RefreshPolicy(floor: floor.value, ceiling: ceiling.value), coverage: coverage.value,
      guards: GuardPolicy(
        shrink: shrink.value, growth: growth.value, maxElements: maxElements.value,
        allowSpecial: allowSpecial.value, widestIPv4: widestIPv4.value, widestIPv6: widestIPv6.value),
      expectedAliasSuffixes: profile.value?.expectedAliasSuffixes ?? [],
      confirmation: confirm.value, tagRules: tagRules, exclusions: exclude.value)
  }
}

extension SetSetting {
  /// A set as it is without a configuration: `mcr` from `mcr-global`, and `mcr-china`, which is off.
  static let builtIn: [SetSetting] = [
    builtIn("mcr", .mcrGlobal, enabled: true), builtIn("mcr-china", .mcrChina, enabled: false),
  ].compactMap(\.self)

  private static func builtIn(_ name: String, _ profile: Profile, enabled: Bool) -> SetSetting? {
    guard let name = SetName(name) else { return nil }
    let (refresh, guards) = (RefreshPolicy(), GuardPolicy())
    return SetSetting(
      name: name, origin: .builtIn, profile: Setting(profile), enabled: Setting(enabled), names: Setting([]),
      patterns: Setting([]), candidates: Setting(false), families: Setting(Set(AddressFamily.allCases)),
      retention: Setting(SetPolicy.defaultRetention), maxStale: Setting(SetPolicy.defaultMaxStale),
      coverage: Setting(SetPolicy.defaultCoverage),
      floor: Setting(refresh.floor), ceiling: Setting(refresh.ceiling), shrink: Setting(guards.shrink),
      growth: Setting(guards.growth), maxElements: Setting(guards.maxElements),
      allowSpecial: Setting(guards.allowSpecial), widestIPv4: Setting(guards.widestIPv4),
      widestIPv6: Setting(guards.widestIPv6), confirm: Setting(ConfirmationPolicy()),
      tags: Setting(.report), tagBound: Setting([]), fromTags: Setting([]), cloud: Setting(.publicCloud),
      exclude: Setting([]))
  }
}
