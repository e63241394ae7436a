import DNS
import Deciding
import Learning

/// Something in a configuration that is allowed but probably unwise.
struct ConfigurationAdvice: Sendable, Hashable {
  /// The key's path, as in `ConfigurationProblem`.
  let path: String
  let origin: Origin
  /// What may go wrong, without a final full stop.
  let sentence: String
  /// What to try, without a final full stop.
  let remedy: String

  /// `postern.yaml:12:5: sets.mcr.retention: … . Try: …`.
  var line: String { "\(origin): \(path): \(sentence). Try: \(remedy)" }
}

/// What the advice can't know from the configuration alone. An adapter looks it up.
struct ConfigurationFacts: Sendable {
  /// Token files that everybody on this machine can read.
  var worldReadableFiles: Set<String> = []
  /// Followed files that are rotated with `copytruncate`, with the configuration that says so.
  var truncatedFiles: [String: String] = [:]
  /// Files that the configuration names and this process can't read, with the reason.
  var unreadableFiles: [String: String] = [:]
  /// The resolvers of /etc/resolv.conf.
  var systemResolvers: [IPAddress] = []
  /// The addresses of this machine's interfaces; empty when they aren't known.
  var ownAddresses: Set<IPAddress> = []
}

extension Configuration {
  /// Everything that is legal but unwise, in the order of the configuration's sections.
  func advice(_ facts: ConfigurationFacts = ConfigurationFacts()) -> [ConfigurationAdvice] {
    listenAdvice() + upstreamAdvice() + resolverAdvice(facts) + setAdvice() + historyAdvice()
      + sourceAdvice(facts) + tokenAdvice(facts)
  }

  private func listenAdvice() -> [ConfigurationAdvice] {
    var list = [ConfigurationAdvice]()
    let wide = listen.value.filter { !$0.isLoopback }
    let open = wide.filter { !$0.isSecure }
    if !open.isEmpty {
      list.append(
        ConfigurationAdvice(
          path: "http.listen", origin: listen.origin,
          sentence:
            "\(open.map(\.description).joined(separator: ", ")) can be reached from other machines, without TLS: "
            + "sets, names and tokens can be read and changed on the way",
          remedy: "https:// with http.tls, or 127.0.0.1:8053 behind a reverse proxy that has TLS"))
    }
    if !wide.isEmpty, http.access.value == .open {
      list.append(
        ConfigurationAdvice(
          path: "http.access", origin: http.access.origin,
          sentence: "everybody who reaches \(wide[0]) can read which names are used here, and when",
          remedy: "access: restricted, and a token or networks for each reader"))
    }
    let closed = listen.value.filter { http.access(at: $0) == .restricted }
    if let closed = closed.first,
      !tokens.contains(where: { $0.permissions.value.contains(where: \.isReading) })
    {
      list.append(
        ConfigurationAdvice(
          path: "http.access", origin: http.access.origin == .builtIn ? listen.origin : http.access.origin,
          sentence: "reading at \(closed) is restricted, and nobody may read",
          remedy: "tokens: [{ name: firewalls, networks: [10.0.0.0/8], may: [read] }], or access: open"))
    }
    let lone = tokens.first { !$0.certificates.value.isEmpty }
    if let lone, http.tls?.clients.value == nil {
      list.append(
        ConfigurationAdvice(
          path: "tokens", origin: lone.certificates.origin,
          sentence: "no client is asked for a certificate, so nobody can be \(lone.name.value) by one",
          remedy: "http.tls.clients with the authorities of client certificates"))
    }
    return list
  }

  private func upstreamAdvice() -> [ConfigurationAdvice] {
    (upstreams.value ?? []).flatMap { upstream -> [ConfigurationAdvice] in
      var advice = [ConfigurationAdvice]()
      if Self.publicResolvers.contains(upstream.address) {
        advice.append(
          ConfigurationAdvice(
            path: "upstreams", origin: upstreams.origin,
            sentence:
              "\(upstream.label) is a public resolver: clients that ask another one may get other addresses",
            remedy: "the resolver that the clients use, in its place or beside it"))
      }
      if let subnet = upstream.clientSubnet, subnet.length > (subnet.family == .ipv4 ? 24 : 56) {
        advice.append(
          ConfigurationAdvice(
            path: "upstreams", origin: upstreams.origin,
            sentence:
              "the client subnet \(subnet) tells every server asked more of your network than an answer needs "
              + "(RFC 7871, section 11.1)",
            remedy: subnet.family == .ipv4 ? "a /24" : "a /56"))
      }
      return advice
    }
  }

  private func setAdvice() -> [ConfigurationAdvice] {
    if enabledSets.isEmpty {
      let advice = ConfigurationAdvice(
        path: "sets", origin: sets.first?.origin ?? .builtIn,
        sentence: "no set is enabled, so nothing is published",
        remedy: "sets: { mcr: { profile: mcr-global } }")
      return [advice]
    }
    let profiles = Set(enabledSets.compactMap { $0.profile.value?.id })
    return enabledSets.flatMap { $0.advice(hasSources: !sources.isEmpty, profiles: profiles) }
  }

  private func sourceAdvice(_ facts: ConfigurationFacts) -> [ConfigurationAdvice] {
    sources.enumerated().flatMap { index, source -> [ConfigurationAdvice] in
      func advice(_ sentence: String, _ remedy: String) -> ConfigurationAdvice {
        ConfigurationAdvice(
          path: "sources[\(index)].\(source.key)", origin: source.place.origin, sentence: sentence,
          remedy: remedy)
      }
      var found = [ConfigurationAdvice]()
      if let path = source.path {
        if let reason = facts.unreadableFiles[path] {
          found.append(
            advice("\(path) can't be read: \(reason)", "let Postern's user read the file and its folder"))
        }
        if let place = facts.truncatedFiles[path] {
          found.append(
            advice(
              "\(place) rotates \(path) with copytruncate, which loses lines that no reader can save",
              "rotation by renaming: 'create' in its place"))
        }
      }
      if case .dnstap(.tcp(let host, _), isTrusted: true) = source.kind,
        !ListenAddress.isLoopback(host)
      {
        found.append(
          advice(
            "whoever reaches \(source.place.value) can put any public address into the set",
            "a unix socket, or trusted: false"))
      }
      return found
    }
  }

  private func tokenAdvice(_ facts: ConfigurationFacts) -> [ConfigurationAdvice] {
    keyAdvice(facts)
      + tokens.enumerated().flatMap { index, token -> [ConfigurationAdvice] in
        guard let secret = token.secret, case .file(let path) = secret.value else { return [] }
        var advice = [ConfigurationAdvice]()
        if facts.worldReadableFiles.contains(path) {
          advice.append(
            ConfigurationAdvice(
              path: "tokens[\(index)].file", origin: secret.origin,
              sentence: "everybody on this machine can read \(path)", remedy: "chmod 640 \(path)"))
        }
        if let reason = facts.unreadableFiles[path] {
          advice.append(
            ConfigurationAdvice(
              path: "tokens[\(index)].file", origin: secret.origin,
              sentence: "\(path) can't be read, so nobody has the token \(token.name.value): \(reason)",
              remedy: "let Postern's user read the file"))
        }
        return advice
      }
  }

  private func keyAdvice(_ facts: ConfigurationFacts) -> [ConfigurationAdvice] {
    guard let tls = http.tls, facts.worldReadableFiles.contains(tls.key.value) else { return [] }
    return [
      ConfigurationAdvice(
        path: "http.tls.key", origin: tls.key.origin,
        sentence: "everybody on this machine can read \(tls.key.value)", remedy: "chmod 640 \(tls.key.value)")
    ]
  }

  /// The resolvers that most machines without one of their own are given.
  private static let publicResolvers = Set(
    [
      "1.0.0.1", "1.1.1.1", "8.8.4.4", "8.8.8.8", "9.9.9.9", "9.9.9.10", "9.9.9.11", "114.114.114.114",
      "119.29.29.29",
      "149.112.112.112", "208.67.220.220", "208.67.222.222", "223.5.5.5", "223.6.6.6", "2001:4860:4860::8844",
      "2001:4860:4860::8888", "2606:4700:4700::1001", "2606:4700:4700::1111", "2620:119:35::35",
      "2620:119:53::53",
      "2620:fe::9", "2620:fe::fe",
    ].compactMap { IPAddress($0) })
}
