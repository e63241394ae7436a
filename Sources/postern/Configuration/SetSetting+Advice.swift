import DNS
import Deciding

extension SetSetting {
  /// What is unwise in an enabled set. `profiles` are those of all enabled sets.
  func advice(hasSources: Bool, profiles: Set<String>) -> [ConfigurationAdvice] {
    guard fromTags.value.isEmpty else { return guardAdvice() + tagAdvice() }
    return retentionAdvice() + guardAdvice() + learningAdvice(hasSources: hasSources)
      + profileAdvice(profiles)
  }

  private func advice(_ key: String, _ origin: Origin, _ sentence: String, try remedy: String)
    -> ConfigurationAdvice
  {
    ConfigurationAdvice(path: "sets.\(name).\(key)", origin: origin, sentence: sentence, remedy: remedy)
  }

  private func retentionAdvice() -> [ConfigurationAdvice] {
    let text = QuantityText.text(retention.value)
    if retention.value < ceiling.value * 2 {
      return [
        advice(
          "retention", retention.origin,
          "an address leaves after \(text), though its name may be asked only every \(QuantityText.text(ceiling.value))",
          try: "at least twice the ceiling; the default is 24h")
      ]
    }
    guard retention.value < .seconds(3600) else { return [] }
    return [
      advice(
        "retention", retention.origin,
        "an address leaves \(text) after it was last seen, while clients and consumers may still use it",
        try: "longer than the slowest consumer's interval plus the TTL; the default is 24h")
    ]
  }

  private func guardAdvice() -> [ConfigurationAdvice] {
    var list = [ConfigurationAdvice]()
    if shrink.value >= 1 {
      list.append(
        advice(
          "guards.shrink", shrink.origin, "any number of elements may leave at once, unasked", try: "50%"))
    }
    if growth.value > 1000 {
      list.append(
        advice(
          "guards.growth", growth.origin,
          "a set may grow \(QuantityText.text(factor: growth.value)) at once, unasked", try: "10x"))
    }
    for prefix in allowSpecial.value where prefix.length < (prefix.family == .ipv4 ? 16 : 48) {
      list.append(
        advice(
          "guards.allowSpecial", allowSpecial.origin,
          "\(prefix) lets in every special address in it, should DNS ever give one",
          try: "only the prefixes that your own split-horizon names use"))
    }
    for prefix in exclude.value.filter(\.reason.isEmpty).map(\.prefix) {
      list.append(
        advice(
          "exclude", exclude.origin, "nobody will know why \(prefix) is kept out",
          try: "{ prefix: \(prefix), reason: \"…\" }"))
    }
    return list
  }

  private func tagAdvice() -> [ConfigurationAdvice] {
    var list = [
      advice(
        "fromTags", fromTags.origin,
        "all addresses of \(fromTags.value.map(\.text).joined(separator: ", ")) are let in, whoever answers there",
        try: "'postern tags compare \(name)' for how many more that is than a set of names")
    ]
    // No service of one kind has wider ones; all of a cloud has.
    for (family, length) in [("ipv4", widestIPv4), ("ipv6", widestIPv6)]
    where length.value < (family == "ipv4" ? 12 : 24) {
      list.append(
        advice(
          "guards.widest.\(family)", length.origin,
          "prefixes as wide as /\(length.value) are opened unasked", try: "16 and 32, the default"))
    }
    // Of Microsoft's three files only the public one has it.
    for tag in fromTags.value where tag == TagName("AzureFrontDoor.FirstParty") && cloud.value != .publicCloud
    {
      list.append(
        advice(
          "fromTags", fromTags.origin, "the \(cloud.value) cloud has no \(tag)",
          try: "fromTags: [MicrosoftContainerRegistry], and a set of names for the data endpoints"))
    }
    return list
  }

  private func learningAdvice(hasSources: Bool) -> [ConfigurationAdvice] {
    let patterns = selectors.filter { if case .pattern = $0 { true } else { false } }
    guard !hasSources, !patterns.isEmpty else { return [] }
    let seeds = profile.value?.seeds.count ?? 0
    let known =
      seeds == 0 ? "no name behind it is known" : "only the profile's \(seeds) seeds behind it are known"
    return [
      advice(
        "patterns",
        patterns == (profile.value?.selectors ?? []).filter(patterns.contains) ? profile.origin : origin,
        "\(patterns.map(\.description).joined(separator: ", ")) is a pattern, and without a source of sightings \(known)",
        try: "sources: [{ dnsmasq: /var/log/dnsmasq.log }], postern observe, or POST /v1/sightings")
    ]
  }

  private func profileAdvice(_ profiles: Set<String>) -> [ConfigurationAdvice] {
    guard let profile = profile.value else { return [] }
    var list = [ConfigurationAdvice]()
    if profile.isReportOnly {
      list.append(
        advice(
          "profile", self.profile.origin, "\(profile.id) is for reports, not for firewalls",
          try: "enabled: false"))
    }
    if profile.isOnSharedEdge {
      list.append(
        advice(
          "profile", self.profile.origin,
          "the addresses of \(profile.id) are shared with other services, so a rule with them opens more",
          try: "rules for the listed ports only, from the hosts that need them"))
    }
    for companion in profile.companions where !profiles.contains(companion) {
      list.append(
        advice(
          "profile", self.profile.origin, "who uses \(profile.id) commonly needs \(companion) too",
          try: "a second set with profile: \(companion)"))
    }
    return list
  }
}
