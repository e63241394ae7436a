import DNS
import Deciding
import Learning

extension Configuration {
  /// The effective configuration for people: YAML that reads back as the same, each value with its origin.
  func shownAsYAML() -> String { shown.yaml }

  /// The same as one JSON object.
  func shownAsJSON() -> String { shown.json }

  private var shown: ShownValue {
    .mapping(
      [
        ("state", .decided(.text(state.value), by: state.origin)),
        (
          "http",
          .mapping(
            [("listen", list(listen) { .text($0.description) })] + http.shown + [
              ("waiters", whole(push.waiters)),
              (
                "url",
                .decided(push.url.value.map { .text($0) } ?? .absent(instead: "none"), by: push.url.origin)
              ),
            ])
        ),
        ("upstreams", .decided(shownUpstreams, by: upstreams.origin)),
        ("sets", .mapping(sets.map { (key: $0.name.text, value: $0.shown) })),
      ] + shownFormats + [
        ("sources", .list(sources.map(\.shown))),
        ("limits", limits.shown),
        ("history", history.shown),
        ("tokens", .list(tokens.map(\.shown))),
      ] + (webhooks.isEmpty ? [] : [("webhooks", .list(webhooks.map(\.shown)))]) + shownTags + shownTemplates)
  }

  private var shownFormats: [(key: String, value: ShownValue)] {
    formats.isEmpty ? [] : [("formats", .mapping(formats.map { (key: $0.name, value: $0.shown) }))]
  }

  private var shownTemplates: [(key: String, value: ShownValue)] {
    templates.value.map { [("templates", .decided(.text($0), by: templates.origin))] } ?? []
  }

  private var shownUpstreams: ShownValue {
    upstreams.value.map { .list($0.map(\.shown)) } ?? .absent(instead: "the system's resolvers")
  }
}

private func list<Element>(_ setting: Setting<[Element]>, _ shown: (Element) -> ShownValue) -> ShownValue {
  .decided(.list(setting.value.map(shown)), by: setting.origin)
}

private func whole(_ setting: Setting<Int>) -> ShownValue {
  .decided(.number(setting.value), by: setting.origin)
}

private func span(_ setting: Setting<Duration>) -> ShownValue {
  .decided(.text(QuantityText.text(setting.value)), by: setting.origin)
}

extension UpstreamSetting {
  fileprivate var shown: ShownValue {
    var pairs: [(key: String, value: ShownValue)] = [
      ("address", .text(endpoint)), ("name", .text(label)),
    ]
    if let clientSubnet { pairs.append(("clientSubnet", .text(clientSubnet.description))) }
    pairs.append(("transport", .text(transport.rawValue)))
    if let tlsName { pairs.append(("tlsName", .text(tlsName.text))) }
    if let tlsRoots { pairs.append(("tlsRoots", .text(tlsRoots))) }
    return .mapping(pairs)
  }
}

extension SetSetting {
  fileprivate var shown: ShownValue {
    fromTags.value.isEmpty ? shownFromNames : shownFromTags
  }

  private var shownFromNames: ShownValue {
    .mapping([
      (
        "profile",
        .decided(profile.value.map { .text($0.id) } ?? .absent(instead: "none"), by: profile.origin)
      ),
      ("enabled", .decided(.boolean(enabled.value), by: enabled.origin)),
      ("names", list(names) { .text($0.text) }),
      ("patterns", list(patterns) { .text($0.text) }),
      ("candidates", .decided(.boolean(candidates.value), by: candidates.origin)),
      (
        "families",
        .decided(.list(families.value.sorted().map { .text($0.description) }), by: families.origin)
      ),
      ("retention", span(retention)),
      ("maxStale", span(maxStale)),
      ("coverage", .decided(.text(QuantityText.text(percentage: coverage.value)), by: coverage.origin)),
      ("refresh", .mapping([("floor", span(floor)), ("ceiling", span(ceiling))])),
      ("guards", .mapping(shownGuards)),
      (
        "confirm",
        .mapping([
          ("vantages", .decided(.number(confirm.value.vantages), by: confirm.origin)),
          ("atMost", .decided(.text(QuantityText.text(confirm.value.atMost)), by: confirm.origin)),
          ("then", .decided(.text(confirm.value.afterwards.rawValue), by: confirm.origin)),
        ])
      ),
      ("tags", .decided(.text(tags.value.rawValue), by: tags.origin)),
      ("tagBound", list(tagBound) { .text($0.text) }),
      ("exclude", list(exclude) { $0.shown }),
    ])
  }

  /// Of a set that service tags give, only what means something for it.
  private var shownFromTags: ShownValue {
    .mapping([
      ("fromTags", list(fromTags) { .text($0.text) }),
      ("cloud", .decided(.text(cloud.value.rawValue), by: cloud.origin)),
      ("enabled", .decided(.boolean(enabled.value), by: enabled.origin)),
      (
        "families",
        .decided(.list(families.value.sorted().map { .text($0.description) }), by: families.origin)
      ),
      ("maxStale", span(maxStale)),
      (
        "guards",
        .mapping(
          shownGuards + [
            ("widest", .mapping([("ipv4", whole(widestIPv4)), ("ipv6", whole(widestIPv6))]))
          ])
      ),
      ("exclude", list(exclude) { $0.shown }),
    ])
  }

  private var shownGuards: [(key: String, value: ShownValue)] {
    [
      ("shrink", .decided(.text(QuantityText.text(percentage: shrink.value)), by: shrink.origin)),
      ("growth", .decided(.text(QuantityText.text(factor: growth.value)), by: growth.origin)),
      ("maxElements", whole(maxElements)),
      ("allowSpecial", list(allowSpecial) { .text($0.description) }),
    ]
  }
}

extension Exclusion {
  fileprivate var shown: ShownValue {
    reason.isEmpty
      ? .text(prefix.description)
      : .mapping([("prefix", .text(prefix.description)), ("reason", .text(reason))])
  }
}

extension LineFormatSetting {
  fileprivate var shown: ShownValue {
    var pairs: [(key: String, value: ShownValue)] = [("line", .text(template.text))]
    if let required = template.required { pairs.append(("containing", .text(required))) }
    pairs.append(("tells", .text(template.evidence.rawValue)))
    return .mapping(pairs)
  }
}

extension SourceSetting {
  fileprivate var shown: ShownValue {
    var pairs: [(key: String, value: ShownValue)] = [
      (key, .decided(.text(place.value), by: place.origin))
    ]
    if let name = name.value { pairs.append(("name", .text(name))) }
    if let resolver = resolver.value { pairs.append(("resolver", .text(resolver.endpoint))) }
    switch kind {
    case .log, .pihole: break
    case .lines(let format): pairs.append(("format", .text(format.name)))
    case .dnstap(let endpoint, let isTrusted):
      pairs.append(("trusted", .boolean(isTrusted)))
      if case .tcp(let host, _) = endpoint, !ListenAddress.isLoopback(host) {
        pairs.append(("allowRemote", .boolean(true)))
      }
    case .registry(let registry):
      pairs.append(("repositories", .list(registry.repositories.map { .text($0.description) })))
      pairs.append(("every", .text(QuantityText.text(registry.every))))
      if let roots = registry.roots { pairs.append(("roots", .text(roots))) }
    }
    return .mapping(pairs)
  }
}

extension WebhookSetting {
  /// Without the URL's query, which may hold a secret.
  fileprivate var shown: ShownValue {
    var pairs: [(key: String, value: ShownValue)] = [
      ("url", .text(place)), ("secretFile", .text(secretFile)),
    ]
    if let sets { pairs.append(("sets", .list(sets.map { .text($0.text) }))) }
    if !events.isEmpty { pairs.append(("events", .list(events.map { .text($0.rawValue) }))) }
    return .mapping(pairs)
  }
}

extension HistorySettings {
  fileprivate var shown: ShownValue {
    .mapping([
      ("keep", span(keep)), ("journal", span(journal)),
      ("maxSize", .decided(.text(QuantityText.text(octets: maxSize.value)), by: maxSize.origin)),
    ])
  }
}

extension LimitSettings {
  fileprivate var shown: ShownValue {
    .mapping([
      ("queriesPerSecond", whole(queriesPerSecond)), ("outstanding", whole(outstanding)),
      ("namesPerPattern", whole(namesPerPattern)), ("addressesPerName", whole(addressesPerName)),
      ("probation", span(probation)),
    ])
  }
}

extension TokenSetting {
  /// Without the secret: a file's path is told, a digest isn't.
  fileprivate var shown: ShownValue {
    var pairs: [(key: String, value: ShownValue)] = [("name", .decided(.text(name.value), by: name.origin))]
    switch secret?.value {
    case .file(let path): pairs.append(("file", .decided(.text(path), by: secret?.origin ?? .builtIn)))
    case .sha256: pairs.append(("sha256", .decided(.text("(not shown)"), by: secret?.origin ?? .builtIn)))
    case nil: break
    }
    if !certificates.value.isEmpty { pairs.append(("certificates", list(certificates) { .text($0) })) }
    if !networks.value.isEmpty { pairs.append(("networks", list(networks) { .text($0.description) })) }
    pairs.append(
      (
        "may",
        .decided(.list(permissions.value.sorted().map { .text($0.description) }), by: permissions.origin)
      ))
    return .mapping(pairs)
  }
}

extension HTTPSettings {
  fileprivate var shown: [(key: String, value: ShownValue)] {
    var pairs: [(key: String, value: ShownValue)] = []
    if let tls {
      var files: [(key: String, value: ShownValue)] = [
        ("certificate", .decided(.text(tls.certificate.value), by: tls.certificate.origin)),
        ("key", .decided(.text(tls.key.value), by: tls.key.origin)),
      ]
      if let clients = tls.clients.value {
        files.append(("clients", .decided(.text(clients), by: tls.clients.origin)))
        files.append(
          (
            "clientCertificates",
            .decided(.text(tls.clientCertificates.value.rawValue), by: tls.clientCertificates.origin)
          ))
      }
      pairs.append(("tls", .mapping(files)))
    }
    return pairs + [
      (
        "access",
        .decided(
          access.value.map { .text($0.rawValue) } ?? .absent(instead: "open on loopback, else restricted"),
          by: access.origin)
      ),
      ("plaintext", .decided(.text(plaintext.value.rawValue), by: plaintext.origin)),
      ("tokenHeader", .decided(.text(tokenHeader.value), by: tokenHeader.origin)),
      ("limits", limits.shown),
    ]
  }
}

extension HTTPLimitSettings {
  fileprivate var shown: ShownValue {
    .mapping([
      ("requestsPerSecond", whole(requestsPerSecond)), ("burst", whole(burst)),
      ("connections", whole(connections)), ("connectionsPerAddress", whole(connectionsPerAddress)),
      ("exempt", list(exempt) { .text($0.description) }),
      ("headerOctets", whole(headerOctets)), ("headerFields", whole(headerFields)),
      ("bodyOctets", whole(bodyOctets)),
      ("headerTime", span(headerTime)), ("bodyTime", span(bodyTime)), ("idleTime", span(idleTime)),
      ("stallTime", span(stallTime)),
    ])
  }
}
