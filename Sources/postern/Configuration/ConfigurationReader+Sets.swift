import DNS
import Deciding
import Learning
import Yams

extension ConfigurationReader {
  /// Reads the mapping of sets. It replaces the built-in sets: what isn't listed isn't there.
  static func readSets(_ node: ConfigurationNode) -> [SetSetting] {
    var mapping = MappingReader(node)
    let sets = mapping.keys.compactMap { key -> SetSetting? in
      let origin = mapping.origin(of: key)
      let path = mapping.path(to: key)
      var fields = mapping.mapping(key)
      guard let name = SetName(key) else {
        node.collector.add(
          .malformed, origin, path: path, "\(quoted(key)) can't be the name of a set",
          remedy: "1 to \(SetName.longest) of a-z 0-9 _ and -, not beginning with -")
        return nil
      }
      return readSet(name, &fields, origin: origin, path: path, collector: node.collector)
    }
    mapping.finish()
    return sets
  }

  private static func readSet(
    _ name: SetName, _ fields: inout MappingReader, origin: Origin, path: String, collector: ProblemCollector
  ) -> SetSetting {
    let known = collector.problems.count
    let profile = fields.setting("profile", default: nil) { $0.value(.profile) }
    let enabled = fields.setting("enabled", default: true, .boolean)
    let names = fields.setting("names", default: []) { $0.distinctList(.name) }
    let patterns = fields.setting("patterns", default: []) { $0.distinctList(.pattern) }
    let candidates = fields.setting("candidates", default: false, .boolean)
    let fromTags = fields.setting("fromTags", default: []) { $0.distinctList(.tagName) }
    let cloud = fields.setting("cloud", default: .publicCloud, .oneOf(Cloud.self))
    let families = fields.setting("families", default: Set(AddressFamily.allCases)) { readFamilies($0) }
    let retention = fields.setting("retention", default: SetPolicy.defaultRetention, .duration(anySpan))
    let maxStale = fields.setting(
      "maxStale",
      default: fromTags.value.isEmpty
        ? max(SetPolicy.defaultMaxStale, retention.value) : TagEdition.enforcedFor, .duration(anySpan))
    let coverage = fields.setting("coverage", default: SetPolicy.defaultCoverage, .percentage(0...1))
    let (floor, ceiling) = readRefresh(&fields)
    let guards = readGuards(&fields)
    let confirm = fields.setting("confirm", default: ConfirmationPolicy()) { readConfirmation($0) }
    let tags = fields.setting("tags", default: .report, .oneOf(TagRule.self))
    let tagBound = fields.setting("tagBound", default: []) { $0.distinctList(.tagName) }
    let exclude = fields.setting("exclude", default: []) { readExclusions($0) }
    fields.finish()
    let set = SetSetting(
      name: name, origin: origin, profile: profile, enabled: enabled, names: names, patterns: patterns,
      candidates: candidates, families: families, retention: retention, maxStale: maxStale,
      coverage: coverage,
      floor: floor, ceiling: ceiling,
      shrink: guards.shrink, growth: guards.growth, maxElements: guards.maxElements,
      allowSpecial: guards.allowSpecial, widestIPv4: guards.widestIPv4, widestIPv6: guards.widestIPv6,
      confirm: confirm, tags: tags, tagBound: tagBound,
      fromTags: fromTags, cloud: cloud, exclude: exclude)
    // What is wrong in itself can't be judged together.
    if collector.problems.count == known { checkTogether(set, path: path, collector: collector) }
    return set
  }

  /// A second is for trials; a year is longer than any address is worth.
  private static let anySpan: ClosedRange<Duration> = .seconds(1) ... .seconds(365 * 24 * 3600)

  private static func readFamilies(_ node: ConfigurationNode) -> Set<AddressFamily>? {
    let grammar = ValueGrammar<AddressFamily>("a family", remedy: "ipv4 or ipv6") { text in
      AddressFamily.allCases.first { $0.description == text }
    }
    guard let families = node.distinctList(grammar) else { return nil }
    if case .sequence(let sequence) = node.node, sequence.isEmpty {
      node.fail(.missing, "no family is listed", remedy: "[ipv4, ipv6]")
    }
    return Set(families)
  }

  private static func readRefresh(_ fields: inout MappingReader) -> (
    floor: Setting<Duration>, ceiling: Setting<Duration>
  ) {
    var mapping = fields.mapping("refresh")
    let standard = RefreshPolicy()
    let ceiling = mapping.setting(
      "ceiling", default: standard.ceiling, .duration(.milliseconds(100) ... .seconds(24 * 3600)))
    let floor = mapping.setting(
      "floor", default: standard.floor, .duration(.milliseconds(100) ... .seconds(24 * 3600)))
    mapping.finish()
    return (floor, ceiling)
  }

  private typealias Guards = (
    shrink: Setting<Double>, growth: Setting<Double>, maxElements: Setting<Int>,
    allowSpecial: Setting<[IPPrefix]>, widestIPv4: Setting<Int>, widestIPv6: Setting<Int>
  )

  private static func readGuards(_ fields: inout MappingReader) -> Guards {
    var mapping = fields.mapping("guards")
    let standard = GuardPolicy()
    var widest = mapping.mapping("widest")
    let guards = (
      shrink: mapping.setting("shrink", default: standard.shrink, .percentage(0...1)),
      growth: mapping.setting("growth", default: standard.growth, .factor(1...1_000_000)),
      maxElements: mapping.setting("maxElements", default: standard.maxElements, .whole(1...10_000_000)),
      allowSpecial: mapping.setting("allowSpecial", default: standard.allowSpecial) {
        $0.distinctList(.prefix)
      },
      widestIPv4: widest.setting("ipv4", default: standard.widestIPv4, .length(TagFileReader.lengths(.ipv4))),
      widestIPv6: widest.setting("ipv6", default: standard.widestIPv6, .length(TagFileReader.lengths(.ipv6)))
    )
    widest.finish()
    mapping.finish()
    return guards
  }

  private static func checkTogether(_ set: SetSetting, path: String, collector: ProblemCollector) {
    if set.floor.value > set.ceiling.value {
      collector.add(
        .conflict, set.floor.origin == .builtIn ? set.ceiling.origin : set.floor.origin,
        path: "\(path).refresh",
        "the floor \(QuantityText.text(set.floor.value)) is above the ceiling \(QuantityText.text(set.ceiling.value))",
        remedy: "a floor of at most \(QuantityText.text(set.ceiling.value))")
    }
    if set.maxStale.value < set.retention.value {
      collector.add(
        .conflict, set.maxStale.origin, path: "\(path).maxStale",
        "\(QuantityText.text(set.maxStale.value)) is shorter than the retention, \(QuantityText.text(set.retention.value))",
        remedy: "at least \(QuantityText.text(set.retention.value))")
    }
    checkTags(set, path: path, collector: collector)
    if set.selectors.isEmpty, set.fromTags.value.isEmpty {
      collector.add(
        .missing, set.origin, path: path, "the set watches nothing",
        remedy: "profile: mcr-global, or something under names or patterns")
    }
  }

  /// A set has either names or service tags: of a mixture nobody could say why an address is in it.
  private static func checkTags(_ set: SetSetting, path: String, collector: ProblemCollector) {
    guard !set.fromTags.value.isEmpty else {
      if set.cloud.origin != .builtIn {
        collector.add(
          .conflict, set.cloud.origin, path: "\(path).cloud",
          "'cloud' tells whose service tags 'fromTags' means",
          remedy: set.profile.value == nil
            ? "fromTags: [MicrosoftContainerRegistry] beside it, or no cloud"
            : "no cloud: the profile tells it")
      }
      for (key, setting) in [("ipv4", set.widestIPv4), ("ipv6", set.widestIPv6)]
      where setting.origin != .builtIn {
        collector.add(
          .conflict, setting.origin, path: "\(path).guards.widest.\(key)",
          "'widest' bounds the prefixes of service tags, and a set of names has only addresses",
          remedy: "no widest, or fromTags in the place of names")
      }
      return
    }
    let others: [(key: String, isGiven: Bool, origin: Origin)] = [
      ("profile", set.profile.value != nil, set.profile.origin),
      ("names", !set.names.value.isEmpty, set.names.origin),
      ("patterns", !set.patterns.value.isEmpty, set.patterns.origin),
      ("candidates", set.candidates.value, set.candidates.origin),
      ("tags", set.tags.value == .enforce, set.tags.origin),
      ("tagBound", !set.tagBound.value.isEmpty, set.tagBound.origin),
      ("confirm", set.confirm.origin != .builtIn, set.confirm.origin),
    ]
    for other in others where other.isGiven {
      collector.add(
        .conflict, other.origin, path: "\(path).\(other.key)",
        "a set has either names or service tags, and this one has 'fromTags' and '\(other.key)'",
        remedy: "two sets, one of names and one with fromTags")
    }
  }
}

extension ValueGrammar<Profile?> {
  static let profile = ValueGrammar { text throws(ValueRejection) in
    guard let profile = Profile.builtIn(id: text) else {
      let known = Profile.builtIn.map(\.id)
      throw ValueRejection(
        .malformed, "there is no profile \(quoted(text))",
        remedy: NearestKey.find(text, among: known) ?? "one of \(known.joined(separator: ", "))")
    }
    return profile
  }
}
