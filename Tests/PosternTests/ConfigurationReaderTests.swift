import DNS
import Deciding
import Testing

@testable import postern

@Suite struct ConfigurationReaderTests {
  /// A file with one thing wrong, and the whole message.
  struct Bad: Sendable, CustomTestStringConvertible {
    let yaml: String
    let message: String
    var testDescription: String { message }

    init(_ yaml: String, _ message: String) {
      self.yaml = yaml
      self.message = message
    }
  }

  static let bad: [Bad] = [
    // Keys.
    Bad(
      "lisen: x",
      "p.yaml:1:1: unknown key 'lisen'. Try: one of state, http, upstreams, sets, formats, sources, limits, history, tokens, templates, webhooks, serviceTags, sharedRanges"
    ),
    Bad("sate: /x", "p.yaml:1:1: unknown key 'sate'. Try: state"),
    Bad("http:\n  lisetn: []", "p.yaml:2:3: http: unknown key 'lisetn'. Try: listen"),
    Bad(
      "sets:\n  a: { profile: mcr-global, refresh: { flor: 5s } }",
      "p.yaml:2:40: sets.a.refresh: unknown key 'flor'. Try: floor"),
    Bad(
      "state: /a\nstate: /b",
      "p.yaml:2:1: state: the key is given twice, first in line 1. Try: remove one of them"),
    Bad(
      "http: {listen: [], \"listen\": []}",
      "p.yaml:1:20: http.listen: the key is given twice, first in line 1. Try: remove one of them"),
    Bad("? [a]\n: b", "p.yaml:1:3: a key is not a word. Try: lines of the form 'key: value'"),
    // Confirmation, transport, events.
    Bad(
      "sets: { a: { names: [a.example], confirm: 0 } }",
      "p.yaml:1:43: sets.a.confirm: '0' is out of range. Try: 1 to 16"),
    Bad(
      "sets: { a: { names: [a.example], confirm: { vantages: 2, atMots: 5m } } }",
      "p.yaml:1:58: sets.a.confirm: unknown key 'atMots'. Try: atMost"),
    Bad(
      "sets: { a: { names: [a.example], confirm: { then: wait } } }",
      "p.yaml:1:51: sets.a.confirm.then: 'wait' is not known here. Try: admit or refuse"),
    Bad(
      "upstreams: [{ address: 9.9.9.9, transport: tcp, tlsName: dns.quad9.net }]",
      "p.yaml:1:58: upstreams[0].tlsName: this is for TLS, and the transport is tcp. Try: transport: tls"),
    Bad(
      "upstreams: [{ address: 9.9.9.9#dns.quad9.net, transport: udp }]",
      "p.yaml:1:24: upstreams[0].address: this is for TLS, and the transport is udp. Try: transport: tls"),
    Bad(
      "upstreams: [{ address: 9.9.9.9#dns.quad9.net, tlsName: dns.example.net }]",
      "p.yaml:1:56: upstreams[0].tlsName: the address says dns.quad9.net, and this dns.example.net. Try: one of them"
    ),
    Bad(
      "upstreams: [{ address: 9.9.9.9, transport: tls, tlsRoots: ca.pem }]",
      "p.yaml:1:59: upstreams[0].tlsRoots: 'ca.pem' is not an absolute path. Try: a path that begins with /"),
    Bad(
      "upstreams: [{ address: 9.9.9.9, tlsName: 9.9.9.9 }]",
      "p.yaml:1:42: upstreams[0].tlsName: '9.9.9.9' is an address, which a certificate doesn't have as a name. "
        + "Try: transport: tls without a name, and the certificate must be for the address"),
    Bad(
      "upstreams: ['tls://9.9.9.9']",
      "p.yaml:1:13: upstreams[0]: 'tls://9.9.9.9' is not an address. Try: 9.9.9.9#NAME with the name in its "
        + "certificate, for DNS over TLS"),
    Bad(
      "upstreams: ['9.9.9.9@853#dns.quad9.net']",
      "p.yaml:1:13: upstreams[0]: '9.9.9.9@853#dns.quad9.net' is not an address. Try: 9.9.9.9:853#dns.quad9.net"
    ),
    Bad(
      "upstreams: ['9.9.9.9#']",
      "p.yaml:1:13: upstreams[0]: '9.9.9.9#': after # stands the name in the resolver's certificate, and '' is not "
        + "a domain name. Try: 9.9.9.9#dns.example.net"),
    Bad(
      "webhooks: [{ url: 'https://x', secretFile: /s, events: [set.heldd] }]",
      "p.yaml:1:57: webhooks[0].events[0]: 'set.heldd' is no kind of event. Try: set.held"),
    // Push.
    Bad(
      "http: { waiters: 2000000 }", "p.yaml:1:18: http.waiters: '2000000' is out of range. Try: 0 to 1000000"),
    Bad(
      "webhooks: [{ url: 'ftp://x', secretFile: /s }]",
      "p.yaml:1:19: webhooks[0].url: 'ftp://x' is not a URL. Try: https://receiver.example/path"),
    Bad(
      "webhooks: [{ url: 'https://user:pass@x/', secretFile: /s }]",
      "p.yaml:1:19: webhooks[0].url: 'https://user:pass@x/' is not a URL. Try: https://receiver.example/path"),
    Bad(
      "webhooks: [{ url: 'https://x/' }]",
      "p.yaml:1:12: webhooks[0]: the key 'secretFile' is missing. Try: secretFile: /etc/postern/webhook.secret"
    ),
    Bad(
      "webhooks: [{ url: 'https://x/', secretFile: /s, sets: [nosuch] }]",
      "p.yaml:1:56: webhooks[0].sets[0]: 'nosuch' is not one of the sets. Try: mcr or mcr-china"),
    // Kinds of nodes.
    Bad("- a", "p.yaml:1:1: found a list, where a mapping belongs. Try: lines of the form 'key: value'"),
    Bad(
      "http: 8053",
      "p.yaml:1:7: http: found the value '8053', where a mapping belongs. Try: lines of the form 'key: value'"
    ),
    Bad(
      "http: { listen: 127.0.0.1:8053 }",
      "p.yaml:1:17: http.listen: found the value '127.0.0.1:8053', where a list belongs. Try: [127.0.0.1:8053]"
    ),
    Bad("state: [/a]", "p.yaml:1:8: state: found a list, where one value belongs. Try: a single value"),
    Bad(
      "sets: { a: { profile: { b: c } } }",
      "p.yaml:1:23: sets.a.profile: found a mapping, where one value belongs. Try: a single value"),
    // Values.
    Bad("state: var", "p.yaml:1:8: state: 'var' is not an absolute path. Try: a path that begins with /"),
    Bad(
      "http: { listen: [8053] }",
      "p.yaml:1:18: http.listen[0]: '8053' is not an address with a port. Try: host:port, such as 127.0.0.1:8053 or [::1]:8053"
    ),
    Bad(
      "http: { listen: ['::1:8053'] }",
      "p.yaml:1:18: http.listen[0]: '::1:8053' is not an address with a port. Try: host:port, such as 127.0.0.1:8053 or [::1]:8053"
    ),
    Bad(
      "http: { listen: ['127.0.0.01:1'] }",
      "p.yaml:1:18: http.listen[0]: '127.0.0.01:1' is not an address with a port. Try: host:port, such as 127.0.0.1:8053 or [::1]:8053"
    ),
    Bad(
      "http: { listen: ['[::1]:65536'] }",
      "p.yaml:1:18: http.listen[0]: '[::1]:65536' is not an address with a port. Try: host:port, such as 127.0.0.1:8053 or [::1]:8053"
    ),
    Bad(
      "http: { listen: ['[::1]:1', '[0::1]:1'] }",
      "p.yaml:1:29: http.listen[1]: [::1]:1 is listed twice. Try: remove one of them"),
    Bad(
      "upstreams: [dns.example]",
      "p.yaml:1:13: upstreams[0]: 'dns.example' is not an address. Try: an address or address:port, such as 10.0.0.53, 10.0.0.53:5353 or [2001:db8::53]:53, "
        + "or for DNS over TLS 9.9.9.9#dns.quad9.net"
    ),
    Bad(
      "upstreams: [10.0.0.1:0]",
      "p.yaml:1:13: upstreams[0]: '10.0.0.1:0' is not an address. Try: an address or address:port, such as 10.0.0.53, 10.0.0.53:5353 or [2001:db8::53]:53, "
        + "or for DNS over TLS 9.9.9.9#dns.quad9.net"
    ),
    Bad(
      "upstreams: []",
      "p.yaml:1:12: upstreams: no upstream is listed. Try: an address, or leave the key out for the system's resolvers"
    ),
    Bad(
      "upstreams: [{ name: a }]",
      "p.yaml:1:13: upstreams[0]: the key 'address' is missing. Try: address: 10.0.0.53"),
    Bad(
      "upstreams: [10.0.0.1, { address: 10.0.0.1:53 }]",
      "p.yaml:1:23: upstreams[1]: two upstreams are called '10.0.0.1'. Try: give one of them another name"),
    Bad(
      "upstreams: [{ address: 10.0.0.1, transport: tpc }]",
      "p.yaml:1:45: upstreams[0].transport: 'tpc' is not known here. Try: tcp"),
    Bad(
      "upstreams: [{ address: 10.0.0.1, transport: https }]",
      "p.yaml:1:45: upstreams[0].transport: 'https' is not known here. Try: udp or tcp or tls"),
    Bad(
      "upstreams: [{ address: 10.0.0.1, clientSubnet: 203.0.113.7/24 }]",
      "p.yaml:1:48: upstreams[0].clientSubnet: '203.0.113.7/24' is not a prefix. Try: an address with a length and no host bits, such as 203.0.113.0/24"
    ),
    Bad(
      "upstreams: [{ address: 10.0.0.1, name: 'a b' }]",
      "p.yaml:1:40: upstreams[0].name: 'a b' is not a name. Try: 1 to 64 letters, digits and . _ : @ / [ ] -"),
    Bad(
      "sets: { A: { profile: mcr-global } }",
      "p.yaml:1:9: sets.A: 'A' can't be the name of a set. Try: 1 to 26 of a-z 0-9 _ and -, not beginning with -"
    ),
    Bad(
      "sets: { a: }",
      "p.yaml:1:9: sets.a: the set watches nothing. Try: profile: mcr-global, or something under names or patterns"
    ),
    Bad(
      "sets: { a: { profile: mcr-globl } }",
      "p.yaml:1:23: sets.a.profile: there is no profile 'mcr-globl'. Try: mcr-global"),
    Bad(
      "sets: { a: { profile: docker } }",
      "p.yaml:1:23: sets.a.profile: there is no profile 'docker'. Try: one of mcr-global, mcr-china, mcr-compat"
    ),
    Bad(
      "sets: { a: { profile: mcr-global, enabled: yes } }",
      "p.yaml:1:44: sets.a.enabled: 'yes' is not true or false. Try: true or false"),
    Bad(
      "sets: { a: { names: ['*.example.com'] } }",
      "p.yaml:1:22: sets.a.names[0]: '*.example.com' has a star, so it is not one name. Try: list it under patterns"
    ),
    Bad(
      "sets: { a: { names: [a..b] } }",
      "p.yaml:1:22: sets.a.names[0]: 'a..b' is not a domain name. Try: a name such as www.example.com"),
    Bad(
      "sets: { a: { names: [b\u{fc}cher.example] } }",
      "p.yaml:1:22: sets.a.names[0]: 'b\u{fc}cher.example' is not a hostname. Try: letters, digits, hyphens and dots; internationalised names in their xn-- form"
    ),
    Bad(
      "sets: { a: { names: [A.example, a.example.] } }",
      "p.yaml:1:33: sets.a.names[1]: a.example is listed twice. Try: remove one of them"),
    Bad(
      "sets: { a: { patterns: [data.example.com] } }",
      "p.yaml:1:25: sets.a.patterns[0]: 'data.example.com' has no star. Try: '*.data.example.com' for the names below it, or list it under names"
    ),
    Bad(
      "sets: { a: { patterns: ['*.com'] } }",
      "p.yaml:1:25: sets.a.patterns[0]: '*.com' is too wide: at least two labels without a star must stand at the end. Try: a pattern such as *.data.example.com"
    ),
    Bad(
      "sets: { a: { profile: mcr-global, families: [ipv5] } }",
      "p.yaml:1:46: sets.a.families[0]: 'ipv5' is not a family. Try: ipv4 or ipv6"),
    Bad(
      "sets: { a: { profile: mcr-global, families: [] } }",
      "p.yaml:1:45: sets.a.families: no family is listed. Try: [ipv4, ipv6]"),
    Bad(
      "sets: { a: { profile: mcr-global, retention: 24 } }",
      "p.yaml:1:46: sets.a.retention: '24' is not a duration. Try: a whole number with ms, s, m, h or d, such as 30s, 5m, 24h or 7d"
    ),
    Bad(
      "sets: { a: { profile: mcr-global, retention: 0s } }",
      "p.yaml:1:46: sets.a.retention: '0s' is out of range. Try: 1s to 365d"),
    Bad(
      "sets: { a: { profile: mcr-global, retention: 8d, maxStale: 7d } }",
      "p.yaml:1:60: sets.a.maxStale: 7d is shorter than the retention, 8d. Try: at least 8d"),
    Bad(
      "sets: { a: { profile: mcr-global, refresh: { floor: 10m } } }",
      "p.yaml:1:53: sets.a.refresh: the floor 10m is above the ceiling 5m. Try: a floor of at most 5m"),
    Bad(
      "sets: { a: { profile: mcr-global, guards: { shrink: 0.5 } } }",
      "p.yaml:1:53: sets.a.guards.shrink: '0.5' is not a percentage. Try: a number with %, such as 50%"),
    Bad(
      "sets: { a: { profile: mcr-global, guards: { shrink: 101% } } }",
      "p.yaml:1:53: sets.a.guards.shrink: '101%' is out of range. Try: 0% to 100%"),
    Bad(
      "sets: { a: { profile: mcr-global, guards: { growth: 10 } } }",
      "p.yaml:1:53: sets.a.guards.growth: '10' is not a factor. Try: a number with x, such as 10x"),
    Bad(
      "sets: { a: { profile: mcr-global, guards: { maxElements: 1e3 } } }",
      "p.yaml:1:58: sets.a.guards.maxElements: '1e3' is not a whole number. Try: decimal digits, such as 1"),
    Bad(
      "sets: { a: { profile: mcr-global, guards: { allowSpecial: [10.0.0.1/8] } } }",
      "p.yaml:1:60: sets.a.guards.allowSpecial[0]: '10.0.0.1/8' is not a prefix. Try: an address with a length and no host bits, such as 203.0.113.0/24"
    ),
    Bad(
      "limits: { outstanding: 010 }",
      "p.yaml:1:24: limits.outstanding: '010' is not a whole number. Try: decimal digits, such as 1"),
    Bad(
      "history: { maxSize: 1.5GB }",
      "p.yaml:1:21: history.maxSize: '1.5GB' is not a size. Try: a whole number with MB, GB or TB, such as 20GB"
    ),
    Bad(
      "history: { maxSize: 9MB }",
      "p.yaml:1:21: history.maxSize: '9MB' is out of range. Try: 10MB to 1000TB"),
    Bad(
      "history: { keep: 12h }",
      "p.yaml:1:18: history.keep: '12h' is out of range. Try: 1d to 36500d"),
    Bad(
      "limits: { outstanding: 65537 }",
      "p.yaml:1:24: limits.outstanding: '65537' is out of range. Try: 1 to 65536"),
    Bad(
      "sources: [{}]",
      "p.yaml:1:11: sources[0]: the kind of source is missing. Try: dnsmasq: /var/log/dnsmasq.log, or one of dnsmasq, unbound, bind, pdns-recursor, dnsdist, coredns, resolved, adguard, windows-dns, zeek, suricata, squid, nginx, haproxy, envoy, container-runtime, azure-firewall, route53, hostnames, dnstap, pihole, registry, lines"
    ),
    Bad(
      "sources: [{ dnsmask: /a }]",
      "p.yaml:1:13: sources[0]: 'dnsmask' is no kind of source. Try: dnsmasq"),
    Bad(
      "sources: [{ dnsmasq: /a, unbound: /b }]",
      "p.yaml:1:11: sources[0]: 'dnsmasq' and 'unbound' are given. Try: one line of sources for each"),
    Bad(
      "sources: [{ dnstap: /run/d.sock }]",
      "p.yaml:1:21: sources[0].dnstap: '/run/d.sock' is not where a tap can connect. Try: unix:/run/postern/dnstap.sock or tcp:127.0.0.1:6000"
    ),
    Bad(
      "sources: [{ dnstap: 'tcp:0.0.0.0:6000' }]",
      "p.yaml:1:21: sources[0].dnstap: tcp:0.0.0.0:6000 can be reached from other machines, and nothing proves who sends. Try: tcp:127.0.0.1:6000, unix:/run/postern/dnstap.sock, or allowRemote: true"
    ),
    Bad(
      "sources: [{ registry: 10.0.0.1 }]",
      "p.yaml:1:23: sources[0].registry: '10.0.0.1' is no registry. Try: a host with an optional port, such as mcr.microsoft.com or registry.example.com:5000"
    ),
    Bad(
      "sources: [{ registry: r.example.com }]",
      "p.yaml:1:11: sources[0]: the key 'repositories' is missing. Try: repositories: [hello-world], small ones that anybody may pull"
    ),
    Bad(
      "sources: [{ registry: mcr.microsoft.com, every: 1m }]",
      "p.yaml:1:49: sources[0].every: '1m' is out of range. Try: 10m to 30d"),
    Bad(
      "sources: [{ lines: /a, format: edge }]",
      "p.yaml:1:32: sources[0].format: there is no format 'edge' under formats. Try: formats: { edge: '{*} {name} {*}' }"
    ),
    Bad(
      "formats: { dnsmasq: '{name}' }",
      "p.yaml:1:21: formats.dnsmasq: 'dnsmasq' is the name of a built-in format. Try: another name"),
    Bad(
      "sources: [{ dnsmasq: /a, trusted: true }]",
      "p.yaml:1:26: sources[0]: unknown key 'trusted'. Try: one of dnsmasq, name, resolver"),
    Bad(
      "sources: [{ zeek: /a, resolver: 10.0.0.53 }]",
      "p.yaml:1:23: sources[0]: unknown key 'resolver'. Try: one of zeek, name"),
    Bad(
      "sources: [{ unbound: /a, resolver: dns }]",
      "p.yaml:1:36: sources[0].resolver: 'dns' is not an address. Try: an address or address:port, such as 10.0.0.53, 10.0.0.53:5353 or [2001:db8::53]:53, or for DNS over TLS 9.9.9.9#dns.quad9.net"
    ),
    Bad(
      "sources: [{ dnsmasq: /a }, { dnsmasq: /a }]",
      "p.yaml:1:39: sources[1].dnsmasq: '/a' is followed twice. Try: remove one of them"),
    Bad(
      "tokens: [{ name: a, file: /a, sha256: \(String(repeating: "0", count: 64)), may: [] }]",
      "p.yaml:1:10: tokens[0]: both 'file' and 'sha256' are given. Try: keep one of them"),
    Bad(
      "tokens: [{ name: a, may: [sightings] }]",
      "p.yaml:1:10: tokens[0]: the key 'file' is missing. Try: file: /etc/postern/ops.token, or sha256: with 64 digits"
    ),
    Bad(
      "tokens: [{ name: a, sha256: hunter2, may: [sightings] }]",
      "p.yaml:1:29: tokens[0].sha256: the value is not a SHA-256. Try: the 64 digits of: printf %s TOKEN | sha256sum"
    ),
    Bad(
      "tokens: [{ name: a, networks: [10.0.0.0/8], may: [read, sightings] }]",
      "p.yaml:1:10: tokens[0]: an address proves nothing, so networks alone can't be allowed 'sightings'. Try: may: [read], or a file with a token beside the networks"
    ),
    Bad(
      "tokens: [{ name: a, file: /a, may: ['read:A B'] }]",
      "p.yaml:1:37: tokens[0].may[0]: 'read:A B' is not known here. Try: read, read:SET, sightings or operate"
    ),
    Bad(
      "http: { listen: ['0.0.0.0:8053'] }",
      "p.yaml:1:17: http.listen: 0.0.0.0:8053 can be reached from other machines, without TLS: sets, names and tokens can be read and changed on the way. Try: https://0.0.0.0:8053 with http.tls, 127.0.0.1:8053 behind a proxy, or http.plaintext: allow"
    ),
    Bad(
      "http: { listen: ['https://0.0.0.0:8443'] }",
      "p.yaml:1:17: http.listen: https://0.0.0.0:8443 is to speak TLS, and there is no certificate. Try: http: { tls: { certificate: /etc/postern/tls.pem, key: /etc/postern/tls.key } }"
    ),
    Bad(
      "http: { tls: { certificate: /c } }",
      "p.yaml:1:14: http.tls: the key 'key' is missing. Try: key: /etc/postern/tls.key"),
    Bad(
      "http: { tokenHeader: Host }",
      "p.yaml:1:22: http.tokenHeader: 'Host' is not a header field for tokens. Try: X-Postern-Token"),
    Bad(
      "http: { access: closed }",
      "p.yaml:1:17: http.access: 'closed' is not known here. Try: open or restricted"),
    Bad(
      "tokens: [{ name: a, file: /a, may: [operat] }]",
      "p.yaml:1:37: tokens[0].may[0]: 'operat' is not known here. Try: operate"),
    Bad(
      "tokens: [{ file: /a, may: [operate] }]",
      "p.yaml:1:10: tokens[0]: the key 'name' is missing. Try: name: ops"),
    // No YAML.
    Bad(
      "http: { listen: [",
      "p.yaml:2:1: did not find expected node content. Try: check indentation, quotes and brackets at and above this line"
    ),
    Bad(
      "a: b: c",
      "p.yaml:1:5: mapping values are not allowed in this context. Try: check indentation, quotes and brackets at and above this line"
    ),
  ]

  @Test("a problem that is told wrongly sends a person to the wrong place", arguments: bad)
  func tellsEachProblem(_ bad: Bad) {
    let error = #expect(throws: ConfigurationError.self) {
      try ConfigurationLoader.configuration(text: bad.yaml, file: "p.yaml")
    }
    #expect(error?.description == bad.message)
  }

  @Test("a person who mends one problem would only then see the next")
  func tellsAllProblems() {
    let yaml = """
      state: relative
      http:
        lisen: ["127.0.0.1:8053"]
      sets:
        mcr:
          profile: mcr-global
          retention: 24x
          retention: 23x
          enabled: maybe
      limits: { outstanding: 0 }
      http: {}
      """
    let error = #expect(throws: ConfigurationError.self) {
      try ConfigurationLoader.configuration(text: yaml, file: "p.yaml")
    }
    #expect(
      error?.problems.map { "\($0.origin) \($0.path) \($0.kind)" } == [
        "p.yaml:1:8 state malformed",
        "p.yaml:8:5 sets.mcr.retention duplicateKey",
        "p.yaml:8:16 sets.mcr.retention malformed",
        "p.yaml:9:14 sets.mcr.enabled malformed",
        "p.yaml:10:24 limits.outstanding outOfRange",
        "p.yaml:11:1 http duplicateKey",
      ])
  }

  @Test("every kind of problem is shown by some example")
  func examplesCoverEachKind() throws {
    var kinds = Set<ConfigurationProblem.Kind>()
    for bad in Self.bad {
      do { _ = try ConfigurationLoader.configuration(text: bad.yaml, file: "p.yaml") } catch {
        kinds.formUnion(error.problems.map(\.kind))
      }
    }
    #expect(kinds == Set(ConfigurationProblem.Kind.allCases))
  }

  @Test(
    "an empty file would not mean the built-in default",
    arguments: ["", "# nothing\n", "---\n", "sets:\nhttp:\n"])
  func emptyIsDefault(_ yaml: String) throws {
    let configuration = try ConfigurationLoader.configuration(text: yaml, file: "p.yaml")
    #expect(configuration.state.value == "/var/lib/postern")
    #expect(configuration.listen.value.map(\.description) == ["127.0.0.1:8053"])
    #expect(configuration.upstreams.value == nil)
    #expect(configuration.sets.map(\.name.text) == ["mcr", "mcr-china"])
    #expect(configuration.enabledSets.map(\.name.text) == ["mcr"])
    #expect(configuration.sources.isEmpty && configuration.tokens.isEmpty)
    #expect(configuration.limits.limits == Limits())
    let policy = try #require(configuration.enabledSets.first?.policy)
    #expect(policy.selectors == Profile.mcrGlobal.selectors)
    #expect(policy.namesFromTheStart.count == 10)
    #expect(policy.retention == .seconds(86_400) && policy.maxStale == .seconds(604_800))
    #expect(policy.guards == GuardPolicy() && policy.refresh == RefreshPolicy())
  }

  /// The sample of the design.
  static let sample = """
    state: /var/lib/postern            # database and keys
    http:
      listen: ["127.0.0.1:8053"]
    upstreams:
      - 10.0.0.53
      - address: 10.0.0.54:53
        name: branch                   # shown as the vantage
        clientSubnet: 203.0.113.0/24   # EDNS client subnet, optional
        transport: udp                 # udp (default) or tcp
    sets:
      mcr:
        profile: mcr-global            # its selectors and seeds; names and patterns below are added
        names: []
        patterns: []
        families: [ipv4, ipv6]
        retention: 24h
        maxStale: 7d
        refresh: { floor: 5s, ceiling: 5m }
        guards: { shrink: 50%, growth: 10x, maxElements: 65536, allowSpecial: [] }
      mcr-china: { profile: mcr-china, enabled: false }
    sources:                           # where sightings come from
      - { dnsmasq: /var/log/dnsmasq.log }
      - { dnstap: unix:/run/postern/dnstap.sock, trusted: true }
    limits: { queriesPerSecond: 500, outstanding: 1024, namesPerPattern: 1024, addressesPerName: 1000 }
    tokens:                            # who may do what
      - { name: ops, file: /etc/postern/ops.token, may: [sightings, operate] }
    """

  @Test(
    "an upstream over TLS would be asked at another port, or believed as somebody else",
    arguments: [
      ("9.9.9.9#dns.quad9.net", 853, "dns.quad9.net", nil, "9.9.9.9:853"),
      ("9.9.9.9:8853#DNS.quad9.net.", 8853, "dns.quad9.net", nil, "9.9.9.9:8853"),
      ("'{ address: 9.9.9.9, transport: tls }'", 853, nil, nil, "9.9.9.9:853"),
      ("'{ address: \"9.9.9.9:53\", tlsName: dns.quad9.net }'", 53, "dns.quad9.net", nil, "9.9.9.9"),
      ("'{ address: 9.9.9.9, tlsRoots: /ca.pem, name: q }'", 853, nil, "/ca.pem", "q"),
      ("'{ address: 9.9.9.9#dns.quad9.net, transport: tls }'", 853, "dns.quad9.net", nil, "9.9.9.9:853"),
    ] as [(String, Int, String?, String?, String)])
  func readsTLS(text: String, port: Int, name: String?, roots: String?, label: String) throws {
    let yaml = "upstreams: [\(text.replacing("'", with: ""))]"
    let configuration = try ConfigurationLoader.configuration(text: yaml, file: "p.yaml")
    let expected = UpstreamSetting(
      label: label, address: try #require(IPAddress("9.9.9.9")), port: port, transport: .tls,
      tlsName: try name.map { try DomainName($0) }, tlsRoots: roots)
    #expect(configuration.upstreams.value == [expected])
  }

  @Test("the sample that people copy would be refused")
  func acceptsTheSample() throws {
    let configuration = try ConfigurationLoader.configuration(text: Self.sample, file: "p.yaml")
    #expect(
      configuration.upstreams.value == [
        UpstreamSetting(address: try #require(IPAddress("10.0.0.53"))),
        UpstreamSetting(
          label: "branch", address: try #require(IPAddress("10.0.0.54")),
          clientSubnet: IPPrefix("203.0.113.0/24")),
      ])
    let builtIn = try ConfigurationLoader.configuration(text: nil)
    #expect(configuration.sets.map(\.policy) == builtIn.sets.map(\.policy))
    #expect(configuration.sets.map(\.enabled.value) == [true, false])
    #expect(
      configuration.sources.map(\.label) == [
        "dnsmasq:/var/log/dnsmasq.log", "dnstap:unix:/run/postern/dnstap.sock",
      ])
    #expect(configuration.sources.compactMap(\.vantage).count == 1)
    #expect(configuration.tokens.map(\.permissions.value) == [[.sightings, .operate]])
    #expect(configuration.tokens.map(\.secret?.value) == [.file("/etc/postern/ops.token")])
    #expect(configuration.state.origin.description == "p.yaml:1:8")
    #expect(configuration.sets[0].ceiling.origin.description == "p.yaml:18:36")
    #expect(configuration.sets[1].retention.origin == .builtIn)
  }

  @Test("values at the edges of what is allowed would be read as something else")
  func readsValues() throws {
    let yaml = """
      http: { listen: ["[::1]:0", "localhost:8053", "0.0.0.0:80"], plaintext: allow }
      upstreams: ["[2001:db8::53]:5353", 2001:db8::54, { address: "10.0.0.1:5300", clientSubnet: 203.0.113.0/24 }]
      sets:
        a:
          names: [WWW.Example.COM.]
          patterns: ["**.data.example.com"]
          families: [ipv6]
          retention: 1500ms
          maxStale: 90m
          refresh: { floor: 100ms, ceiling: 700ms }
          guards: { shrink: 12.5%, growth: 1.5x, allowSpecial: [10.0.0.0/8, "fd00::/8"] }
      """
    let configuration = try ConfigurationLoader.configuration(text: yaml)
    #expect(configuration.listen.value.map(\.description) == ["[::1]:0", "localhost:8053", "0.0.0.0:80"])
    #expect(configuration.listen.value.map(\.isLoopback) == [true, true, false])
    #expect(
      configuration.upstreams.value?.map(\.label) == [
        "[2001:db8::53]:5353", "2001:db8::54", "10.0.0.1:5300@203.0.113.0/24",
      ])
    let policy = try #require(configuration.sets.first?.policy)
    #expect(policy.selectors.map(\.description) == ["www.example.com", "**.data.example.com"])
    #expect(policy.families == [.ipv6])
    #expect(policy.retention == .milliseconds(1500) && policy.maxStale == .seconds(5400))
    #expect(policy.refresh == RefreshPolicy(floor: .milliseconds(100), ceiling: .milliseconds(700)))
    #expect(policy.guards.shrink == 0.125 && policy.guards.growth == 1.5)
    #expect(policy.guards.allowSpecial.map(\.description) == ["10.0.0.0/8", "fd00::/8"])
    #expect(configuration.sets.count == 1, "sets that are listed replace the built-in ones")
  }

  @Test("a longer retention alone would contradict the default of maxStale")
  func maxStaleFollowsRetention() throws {
    let configuration = try ConfigurationLoader.configuration(
      text: "sets: { a: { profile: mcr-global, retention: 30d } }")
    #expect(configuration.sets.first?.maxStale.value == .seconds(30 * 86_400))
  }
}
