import DNS
import Deciding
import Learning

extension Configuration {
  /// What is unwise about who is asked: clients that ask others may be given addresses that no upstream gave.
  func resolverAdvice(_ facts: ConfigurationFacts) -> [ConfigurationAdvice] {
    systemAdvice(facts) + sourceResolverAdvice(facts) + namedResolverAdvice(facts) + confirmationAdvice
  }

  private func systemAdvice(_ facts: ConfigurationFacts) -> [ConfigurationAdvice] {
    guard let upstreams = upstreams.value else { return [] }
    let asked = Set(upstreams.map(\.address))
    let others = facts.systemResolvers.filter { !asked.contains($0) }
    guard let first = others.first, asked.isDisjoint(with: facts.systemResolvers) else { return [] }
    return [
      advice(
        "programs on this machine ask \(others.map(\.description).joined(separator: ", ")) (/etc/resolv.conf), which is "
          + "no upstream: they may be given addresses that the set lacks",
        try: "\(first) under upstreams too, if clients ask it")
    ]
  }

  /// A log file on this machine is written by a resolver on this machine, which should be asked itself.
  private func sourceResolverAdvice(_ facts: ConfigurationFacts) -> [ConfigurationAdvice] {
    guard let upstreams = upstreams.value, !facts.ownAddresses.isEmpty,
      !upstreams.contains(where: { facts.ownAddresses.contains($0.address) })
    else { return [] }
    return sources.enumerated().compactMap { index, source in
      guard source.resolver.value == nil, Self.isOfResolver(source) else { return nil }
      return ConfigurationAdvice(
        path: "sources[\(index)].\(source.key)", origin: source.place.origin,
        sentence: "a resolver on this machine tells of clients, and no upstream is on this machine: "
          + "what it answers them is not seen",
        remedy: "that resolver's address under upstreams, or a dnstap source with trusted: true")
    }
  }

  /// A source that says which resolver it tells of: that one should be asked too.
  private func namedResolverAdvice(_ facts: ConfigurationFacts) -> [ConfigurationAdvice] {
    let asked = ResolverPlaces(
      upstreams.value?.map { ResolverPlaces.Place(address: $0.address, port: $0.port) }
        ?? facts.systemResolvers.map { ResolverPlaces.Place(address: $0, port: 53) },
      own: facts.ownAddresses)
    return sources.enumerated().compactMap { index, source in
      guard let resolver = source.resolver.value,
        !asked.contains(ResolverPlaces.Place(address: resolver.address, port: resolver.port))
      else { return nil }
      return ConfigurationAdvice(
        path: "sources[\(index)].resolver", origin: source.resolver.origin,
        sentence:
          "clients ask \(resolver.label), which is no upstream: they may be given addresses that the set lacks",
        remedy: "'- \"\(resolver.label)\"' under upstreams")
    }
  }

  private static func isOfResolver(_ source: SourceSetting) -> Bool {
    switch source.kind {
    case .pihole: true
    // Over TCP it may be on another machine, and it tells its address itself.
    case .dnstap(.unix(_), let isTrusted): !isTrusted
    case .dnstap(.tcp(_, _), _): false
    case .log:
      ["dnsmasq", "unbound", "bind", "pdns-recursor", "dnsdist", "adguard", "coredns", "resolved"].contains(
        source.key)
    case .lines, .registry: false
    }
  }

  private var confirmationAdvice: [ConfigurationAdvice] {
    let vantages = (upstreams.value?.count ?? 1) + sources.count { $0.vantage != nil }
    return enabledSets.flatMap { set -> [ConfigurationAdvice] in
      let rule = set.confirm.value
      guard rule.isOn else { return [] }
      let wait = QuantityText.text(rule.atMost)
      let end = rule.afterwards == .admit ? "for up to \(wait)" : "until another vantage gives it"
      var list = [
        ConfigurationAdvice(
          path: "sets.\(set.name).confirm", origin: set.confirm.origin,
          sentence:
            "clients that are given an address far from all that its name ever had are kept out \(end)",
          remedy: "to know that this is the price of a second opinion")
      ]
      if upstreams.value != nil, vantages < rule.vantages {
        list.append(
          ConfigurationAdvice(
            path: "sets.\(set.name).confirm", origin: set.confirm.origin,
            sentence: "\(rule.vantages) vantages are to agree, and there is \(vantages): each such address "
              + (rule.afterwards == .admit ? "waits the whole \(wait)" : "never gets in"),
            remedy: "more upstreams, each with a cache of its own"))
      }
      return list
    }
  }

  private func advice(_ sentence: String, try remedy: String) -> ConfigurationAdvice {
    ConfigurationAdvice(path: "upstreams", origin: upstreams.origin, sentence: sentence, remedy: remedy)
  }
}
