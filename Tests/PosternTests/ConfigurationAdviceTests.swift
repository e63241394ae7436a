import DNS
import Testing

@testable import postern

@Suite struct ConfigurationAdviceTests {
  struct Example: Sendable, CustomTestStringConvertible {
    let yaml: String
    /// `path: beginning of the sentence`.
    let advice: [String]
    var facts = ConfigurationFacts()
    var testDescription: String { yaml }
  }

  /// A set about which there is nothing to say.
  static let quiet = "sets: { a: { names: [www.example.com] } }\n"

  /// Programs here ask 10.0.0.99, and the machine itself is 10.0.0.7.
  static var facts: ConfigurationFacts {
    var facts = ConfigurationFacts()
    facts.systemResolvers = [IPAddress("10.0.0.99")].compactMap(\.self)
    facts.ownAddresses = Set(["127.0.0.1", "10.0.0.7"].compactMap { IPAddress($0) })
    return facts
  }

  static let examples = [
    Example(yaml: quiet + "upstreams: [10.0.0.99, 10.0.0.53]", advice: [], facts: facts),
    Example(
      yaml: quiet + "upstreams: [10.0.0.53]",
      advice: ["upstreams: programs on this machine ask 10.0.0.99 (/etc/resolv.conf), which is no upstream"],
      facts: facts),
    Example(
      yaml: quiet + "upstreams: [10.0.0.99]\nsources: [{ unbound: /l }]",
      advice: [
        "sources[0].unbound: a resolver on this machine tells of clients, and no upstream is on this machine"
      ],
      facts: facts),
    Example(
      yaml: quiet + "upstreams: [10.0.0.7, 10.0.0.99]\nsources: [{ unbound: /l }]", advice: [], facts: facts),
    Example(
      yaml: quiet
        + "upstreams: [10.0.0.99]\nsources: [{ unbound: /l, resolver: '10.0.0.53:5353' }, { pihole: /p, resolver: 10.0.0.99 }]",
      advice: [
        "sources[0].resolver: clients ask 10.0.0.53:5353, which is no upstream: they may be given addresses"
      ],
      facts: facts),
    Example(
      yaml: quiet + "upstreams: [127.0.0.1, 10.0.0.99]\nsources: [{ unbound: /l, resolver: 10.0.0.7 }]",
      advice: [],
      facts: facts),
    Example(
      yaml: quiet + "sources: [{ unbound: /l, resolver: 10.0.0.99 }, { bind: /m, resolver: 10.0.0.98 }]",
      advice: ["sources[1].resolver: clients ask 10.0.0.98, which is no upstream"], facts: facts),
    Example(
      yaml: quiet + "upstreams: [10.0.0.99]\nsources: [{ dnstap: 'unix:/s', trusted: true }]", advice: [],
      facts: facts),
    Example(
      yaml: "upstreams: [10.0.0.1, 10.0.0.2]\nsets: { a: { names: [a.example], confirm: 2 } }",
      advice: [
        "sets.a.confirm: clients that are given an address far from all that its name ever had are kept out for"
      ]),
    Example(
      yaml:
        "upstreams: [10.0.0.1]\nsets: { a: { names: [a.example], confirm: { atMost: 10m, then: refuse } } }",
      advice: [
        "sets.a.confirm: clients that are given an address far from all that its name ever had are kept out until",
        "sets.a.confirm: 2 vantages are to agree, and there is 1: each such address never gets in",
      ]),
    Example(yaml: quiet, advice: []),
    Example(yaml: quiet + "http: { listen: ['127.0.0.1:1', '[::1]:1', 'localhost:1'] }", advice: []),
    Example(
      yaml: quiet + "http: { listen: ['127.0.0.1:1', '0.0.0.0:8053'], plaintext: allow, access: open }",
      advice: [
        "http.listen: 0.0.0.0:8053 can be reached from other machines, without TLS",
        "http.access: everybody who reaches 0.0.0.0:8053 can read",
      ]),
    Example(
      yaml: quiet + "http: { listen: ['https://0.0.0.0:8443'], tls: { certificate: /c, key: /k } }",
      advice: ["http.access: reading at https://0.0.0.0:8443 is restricted, and nobody may read"]),
    Example(
      yaml: quiet + """
        http: { listen: ['https://0.0.0.0:8443'], tls: { certificate: /c, key: /k } }
        tokens: [{ name: fw, certificates: [fw1.example.com], may: [read] }]
        """,
      advice: ["tokens: no client is asked for a certificate, so nobody can be fw by one"]),
    Example(
      yaml: quiet + """
        http: { listen: ['https://0.0.0.0:8443'], tls: { certificate: /c, key: /k } }
        tokens: [{ name: fw, networks: [10.0.0.0/8], may: ['read:a'] }]
        """,
      advice: []),
    Example(
      yaml: quiet + "upstreams: [10.0.0.53, 8.8.8.8]", advice: ["upstreams: 8.8.8.8 is a public resolver"]),
    Example(
      yaml: quiet + "upstreams: [{ address: 10.0.0.1, clientSubnet: 203.0.113.8/32 }]",
      advice: ["upstreams: the client subnet 203.0.113.8 tells every server"]),
    Example(
      yaml: "sets: { a: { names: [a.example], enabled: false } }",
      advice: ["sets: no set is enabled, so nothing is published"]),
    Example(yaml: "sets: {}", advice: ["sets: no set is enabled, so nothing is published"]),
    Example(
      yaml: "sets: { a: { names: [a.example], retention: 9m } }",
      advice: ["sets.a.retention: an address leaves after 9m, though its name may be asked only every 5m"]),
    Example(
      yaml: "sets: { a: { names: [a.example], retention: 59m } }",
      advice: ["sets.a.retention: an address leaves 59m after it was last seen"]),
    Example(
      yaml:
        "sets: { a: { names: [a.example], guards: { shrink: 100%, growth: 1001x, allowSpecial: [10.0.0.0/8] } } }",
      advice: [
        "sets.a.guards.shrink: any number of elements may leave at once",
        "sets.a.guards.growth: a set may grow 1001x at once",
        "sets.a.guards.allowSpecial: 10.0.0.0/8 lets in every special address in it",
      ]),
    Example(
      yaml: "sets: { a: { patterns: ['*.data.example.com'] } }",
      advice: [
        "sets.a.patterns: *.data.example.com is a pattern, and without a source of sightings no name behind it is known"
      ]),
    Example(
      yaml: "sets: { a: { patterns: ['*.data.example.com'] } }\nsources: [{ dnsmasq: /log }]", advice: []),
    Example(
      yaml: "",
      advice: [
        "sets.mcr.patterns: *.data.mcr.microsoft.com is a pattern, and without a source of sightings only the profile's 9 seeds",
        "sets.mcr.profile: the addresses of mcr-global are shared with other services",
      ]),
    Example(
      yaml: "sets: { c: { profile: mcr-china }, x: { profile: mcr-compat } }\nsources: [{ dnsmasq: /log }]",
      advice: [
        "sets.c.profile: who uses mcr-china commonly needs mcr-global too",
        "sets.x.profile: mcr-compat is for reports, not for firewalls",
        "sets.x.profile: the addresses of mcr-compat are shared",
      ]),
    Example(
      yaml: quiet
        + "sources: [{ dnsmasq: /log }]\ntokens: [{ name: a, file: /a, may: [] }, { name: b, file: /b, may: [] }]",
      advice: [
        "sources[0].dnsmasq: /log can't be read: permission denied",
        "tokens[0].file: everybody on this machine can read /a",
        "tokens[1].file: /b can't be read, so nobody has the token b: no such file",
      ],
      facts: ConfigurationFacts(
        worldReadableFiles: ["/a"], unreadableFiles: ["/log": "permission denied", "/b": "no such file"])),
  ]

  @Test("what is unwise must be told, and nothing else", arguments: examples)
  func advises(_ example: Example) throws {
    let configuration = try ConfigurationLoader.configuration(text: example.yaml, file: "p.yaml")
    let advice = configuration.advice(example.facts).map { "\($0.path): \($0.sentence)" }
    #expect(advice.count == example.advice.count, "\(advice)")
    for (told, expected) in zip(advice, example.advice) { #expect(told.hasPrefix(expected), "\(told)") }
  }

  @Test("advice without its place would have to be searched for")
  func hasPlaces() throws {
    let configuration = try ConfigurationLoader.configuration(
      text: "sets: { a: { names: [a.example], retention: 9m } }", file: "p.yaml")
    #expect(
      configuration.advice().map(\.line) == [
        "p.yaml:1:45: sets.a.retention: an address leaves after 9m, though its name may be asked only every 5m. "
          + "Try: at least twice the ceiling; the default is 24h"
      ])
  }
}
