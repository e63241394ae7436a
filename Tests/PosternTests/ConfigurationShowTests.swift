import Deciding
import Foundation
import Testing

@testable import postern

@Suite struct ConfigurationShowTests {
  @Test("the default must be shown as what it is")
  func showsTheDefault() throws {
    let shown = try ConfigurationLoader.configuration(text: nil).shownAsYAML()
    #expect(
      shown == """
        state: /var/lib/postern  # default
        http:
          listen: ["127.0.0.1:8053"]  # default
          # access: open on loopback, else restricted  # default
          plaintext: refuse  # default
          tokenHeader: X-Postern-Token  # default
          limits:
            requestsPerSecond: 50  # default
            burst: 200  # default
            connections: 16384  # default
            connectionsPerAddress: 256  # default
            exempt: [127.0.0.0/8, "::1"]  # default
            headerOctets: 32768  # default
            headerFields: 100  # default
            bodyOctets: 1048576  # default
            headerTime: 10s  # default
            bodyTime: 30s  # default
            idleTime: 1m  # default
            stallTime: 30s  # default
          waiters: 20000  # default
          # url: none  # default
        # upstreams: the system's resolvers  # default
        sets:
          mcr:
            profile: mcr-global  # default
            enabled: true  # default
            names: []  # default
            patterns: []  # default
            candidates: false  # default
            families: [ipv4, ipv6]  # default
            retention: 1d  # default
            maxStale: 7d  # default
            coverage: 99.9%  # default
            refresh:
              floor: 5s  # default
              ceiling: 5m  # default
            guards:
              shrink: 50%  # default
              growth: 10x  # default
              maxElements: 65536  # default
              allowSpecial: []  # default
            confirm:
              vantages: 1  # default
              atMost: 5m  # default
              then: admit  # default
            tags: report  # default
            tagBound: []  # default
            exclude: []  # default
          mcr-china:
            profile: mcr-china  # default
            enabled: false  # default
            names: []  # default
            patterns: []  # default
            candidates: false  # default
            families: [ipv4, ipv6]  # default
            retention: 1d  # default
            maxStale: 7d  # default
            coverage: 99.9%  # default
            refresh:
              floor: 5s  # default
              ceiling: 5m  # default
            guards:
              shrink: 50%  # default
              growth: 10x  # default
              maxElements: 65536  # default
              allowSpecial: []  # default
            confirm:
              vantages: 1  # default
              atMost: 5m  # default
              then: admit  # default
            tags: report  # default
            tagBound: []  # default
            exclude: []  # default
        sources: []
        limits:
          queriesPerSecond: 500  # default
          outstanding: 1024  # default
          namesPerPattern: 1024  # default
          addressesPerName: 1000  # default
          probation: 10m  # default
        history:
          keep: 400d  # default
          journal: 35d  # default
          maxSize: 20GB  # default
        tokens: []

        """)
  }

  @Test("what is shown must read back as the same configuration")
  func readsBack() throws {
    let yaml = """
      upstreams: ["[2001:db8::53]:5353", "[2001:db8::53]:853#dns.example.net", { address: 9.9.9.9, tlsRoots: /ca.pem }, { address: 10.0.0.1, name: a, clientSubnet: 203.0.113.0/24, transport: tcp }]
      sets:
        a: { names: [www.example.com], patterns: ["*.data.example.com"], guards: { allowSpecial: ["fd00::/8"] } }
        true: { profile: mcr-global, retention: 1500ms, guards: { shrink: 12.5%, growth: 1.5x } }
      formats: { edge: '{t} "{name}" {*}', sni: { line: 'json:/tls/sni', containing: tls, tells: resolved } }
      sources:
        - { dnsmasq: "/var/log/my #1.log" }
        - { dnstap: "tcp:[::1]:6000", name: office, trusted: true }
        - { dnstap: "tcp:0.0.0.0:6001", allowRemote: true }
        - { registry: "https://mcr.microsoft.com/", every: 12h }
        - { registry: "r.example.com:5000", repositories: [a/b:1], roots: /r.pem }
        - { pihole: /etc/pihole/pihole-FTL.db }
        - { lines: /l, format: sni }
      http:
        listen: ["https://[::]:8443", "127.0.0.1:8053"]
        tls: { certificate: /c, key: /k, clients: /ca, clientCertificates: optional }
        access: restricted
        tokenHeader: X-Feed
        limits: { burst: 7, exempt: [], stallTime: 5s }
      tokens:
        - { name: ops, file: /a b, may: [operate, sightings] }
        - { name: fw, certificates: ["FortiGate 60F"], networks: [10.0.0.0/8], may: [read, "read:a"] }
      templates: "/etc/my templates"
      """
    let first = try ConfigurationLoader.configuration(text: yaml, file: "p.yaml")
    let again = try ConfigurationLoader.configuration(text: first.shownAsYAML(), file: "shown.yaml")
    #expect(again.upstreams.value == first.upstreams.value)
    #expect(again.sets.map(\.policy) == first.sets.map(\.policy))
    #expect(again.sources.map(\.kind) == first.sources.map(\.kind))
    #expect(
      again.sources.map(\.label) == [
        "dnsmasq:/var/log/my #1.log", "office", "dnstap:tcp:0.0.0.0:6001", "registry:mcr.microsoft.com",
        "registry:r.example.com:5000", "pihole:/etc/pihole/pihole-FTL.db", "lines:/l",
      ])
    #expect(again.sources.compactMap(\.vantage?.label) == ["office"])
    #expect(again.formats == first.formats)
    #expect(again.listen.value == first.listen.value)
    #expect(again.http.tls?.clients.value == "/ca" && again.http.tls?.clientCertificates.value == .optional)
    #expect(again.http.access.value == .restricted && again.http.tokenHeader.value == "X-Feed")
    #expect(again.http.limits.exempt.value.isEmpty && again.http.limits.burst.value == 7)
    #expect(again.tokens.map(\.certificates.value) == [[], ["FortiGate 60F"]])
    #expect(again.tokens.map(\.networks.value) == first.tokens.map(\.networks.value))
    #expect(again.tokens.map(\.secret?.value) == first.tokens.map(\.secret?.value))
    #expect(again.templates.value == "/etc/my templates")
    #expect(again.tokens.map(\.permissions.value) == first.tokens.map(\.permissions.value))
    #expect(first.shownAsYAML().contains("  - { dnsmasq: \"/var/log/my #1.log\" }  # p.yaml:7:16\n"))
  }

  @Test("programs must be able to read values and origins")
  func showsJSON() throws {
    let yaml = "state: \"/a\\\"\\u0007b\"\nsources: [{ dnsmasq: /log }]"
    let json = try ConfigurationLoader.configuration(text: yaml, file: "p.yaml").shownAsJSON()
    let object = try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
    let state = try #require(object["state"] as? [String: String])
    #expect(state == ["value": "/a\"\u{7}b", "origin": "p.yaml:1:8"])
    let sources = try #require(object["sources"] as? [[String: [String: String]]])
    #expect(sources == [["dnsmasq": ["value": "/log", "origin": "p.yaml:2:22"]]])
    #expect(object["upstreams"] as? [String: Any] != nil)
    let limits = try #require(object["limits"] as? [String: [String: Any]])
    #expect(limits["outstanding"]?["value"] as? Int == 1024)
  }

  @Test("a digest that is shown can be tried against guessed tokens")
  func hidesSecrets() throws {
    let digest = String(repeating: "0123456789abcdef", count: 4)
    let configuration = try ConfigurationLoader.configuration(
      text: "tokens: [{ name: ops, sha256: \(digest), may: [operate] }]")
    #expect(!configuration.shownAsYAML().contains("0123456789abcdef"))
    #expect(!configuration.shownAsJSON().contains("0123456789abcdef"))
    #expect(configuration.shownAsYAML().contains("(not shown)"))
  }
}
