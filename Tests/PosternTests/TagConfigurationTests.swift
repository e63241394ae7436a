import DNS
import Deciding
import Learning
import Testing

@testable import postern

@Suite struct TagConfigurationTests {
  private func problems(_ text: String) -> String {
    do {
      _ = try ConfigurationLoader.configuration(text: text)
      return ""
    } catch { return "\(error)" }
  }

  @Test("places, ranges and rules are read, and shown as what reads back as the same")
  func read() throws {
    let text = """
      sets:
        mcr: { profile: mcr-global, tags: enforce, tagBound: [AzureFrontDoorFirstParty] }
        mcr-china: { profile: mcr-china }
      serviceTags:
        - { file: "/var/lib/postern/ServiceTags_*.json" }
        - { url: "\(TagURL.publicPage)", every: 12h, roots: /etc/ca.pem, cloud: public }
      sharedRanges:
        cdn: [104.16.0.0/13, "2606:4700::/32"]
      """
    let configuration = try ConfigurationLoader.configuration(text: text)
    let rules = configuration.sets.map(\.policy.tagRules)
    #expect(rules[0].isEnforced && rules[0].cloud == .publicCloud)
    #expect(rules[0].bound == [TagName("AzureFrontDoor.FirstParty")])
    #expect(rules[0].expected.map(\.text) == ["AzureFrontDoor.FirstParty", "MicrosoftContainerRegistry"])
    #expect(!rules[1].isEnforced && rules[1].cloud == .china && rules[1].bound.isEmpty)
    #expect(rules[1].tolerated.map(\.text) == ["AzureFrontDoor.Frontend"])
    #expect(configuration.serviceTags.map(\.cloud) == [nil, .publicCloud])
    guard case .url(_, every: .seconds(43_200), roots: "/etc/ca.pem") = configuration.serviceTags[1].place
    else {
      Issue.record("\(configuration.serviceTags[1])")
      return
    }
    #expect(configuration.sharedRanges.first?.ranges.contains(try #require(IPAddress("104.20.1.1"))) == true)
    let again = try ConfigurationLoader.configuration(text: configuration.shownAsYAML())
    #expect(
      again.serviceTags == configuration.serviceTags && again.sharedRanges == configuration.sharedRanges)
    #expect(again.sets.map(\.policy) == configuration.sets.map(\.policy))
  }

  @Test("without a word nothing is fetched, bound or enforced")
  func standard() throws {
    let configuration = try ConfigurationLoader.configuration(text: nil)
    #expect(configuration.serviceTags.isEmpty && configuration.sharedRanges.isEmpty)
    #expect(
      configuration.sets.allSatisfy { !$0.policy.tagRules.isEnforced && $0.policy.tagRules.bound.isEmpty })
  }

  @Test(
    "a set of service tags is read with its cloud, keeps two weeks, and is shown as what reads back as the same"
  )
  func fromTags() throws {
    let configuration = try ConfigurationLoader.configuration(
      text: """
        sets:
          mcr: { profile: mcr-global }
          mcr-tags: { fromTags: [MicrosoftContainerRegistry, AzureFrontDoor.FirstParty] }
          china-tags:
            { fromTags: [MicrosoftContainerRegistry], cloud: china, families: [ipv4], maxStale: 30d, guards: { growth: 2x } }
        """)
    let policies = configuration.sets.map(\.policy)
    #expect(policies.map(\.isGivenByTags) == [false, true, true])
    #expect(
      policies[1].tagRules.given.map(\.text) == ["MicrosoftContainerRegistry", "AzureFrontDoor.FirstParty"])
    #expect(policies[1].tagRules.cloud == .publicCloud && policies[1].maxStale == TagEdition.enforcedFor)
    #expect(policies[2].tagRules.cloud == .china && policies[2].families == [.ipv4])
    #expect(policies[2].maxStale == .seconds(30 * 86_400) && policies[2].guards.growth == 2)
    let again = try ConfigurationLoader.configuration(text: configuration.shownAsYAML())
    #expect(again.sets.map(\.policy) == policies)
    #expect(configuration.shownAsJSON().contains("fromTags"))
  }

  @Test("what a set excludes and how wide its tags may be are read, and shown as what reads back as the same")
  func excluded() throws {
    let configuration = try ConfigurationLoader.configuration(
      text: """
        sets:
          mcr:
            profile: mcr-global
            exclude: [203.0.113.7, { prefix: 198.51.100.0/24, reason: "not ours: ticket 7" }]
          mcr-tags:
            fromTags: [MicrosoftContainerRegistry]
            guards: { widest: { ipv4: /12, ipv6: 28 } }
            exclude: ["2603:1061:f::/48"]
        """)
    let policies = configuration.sets.map(\.policy)
    #expect(policies[0].exclusions.map(\.prefix.description) == ["203.0.113.7", "198.51.100.0/24"])
    #expect(policies[0].exclusions.map(\.reason) == ["", "not ours: ticket 7"])
    #expect(policies[1].guards.widestIPv4 == 12 && policies[1].guards.widestIPv6 == 28)
    #expect(policies[1].exclusions.count == 1)
    let again = try ConfigurationLoader.configuration(text: configuration.shownAsYAML())
    #expect(again.sets.map(\.policy) == policies)
    let advice = configuration.advice().map(\.line)
    #expect(advice.contains { $0.contains("nobody will know why 203.0.113.7 is kept out") }, "\(advice)")
  }

  @Test(
    "a slip is told with what to try",
    arguments: [
      ("serviceTags: [{ url: 'http://example.com/x' }]", "may not be fetched"),
      ("serviceTags: [{ url: 'https://a:b@example.com/x' }]", "may not be fetched"),
      ("serviceTags: [{ file: tags.json }]", "absolute path"), ("serviceTags: [{}]", "no place is given"),
      ("serviceTags: [{ file: /a, url: 'https://a.example/' }]", "'file' and 'url' are given"),
      ("serviceTags: [{ file: /a, cloud: germany }]", "'germany' is not known"),
      ("serviceTags: [{ file: /a }, { file: /a }]", "listed twice"), ("serviceTags: [{ fiel: /a }]", "fiel"),
      ("serviceTags: [{ url: 'https://a.example/', every: 1s }]", "out of range"),
      ("serviceTags: /a", "list"),
      ("sharedRanges: { 'a,b': [1.2.3.0/24] }", "can't be the name of a range"),
      ("sharedRanges: { cdn: [1.2.3.4/24] }", "prefix"), ("sharedRanges: { cdn: 1.2.3.0/24 }", "list"),
      ("sets: { mcr: { profile: mcr-global, tags: ignore } }", "report"),
      ("sets: { mcr: { profile: mcr-global, tagBound: ['a b'] } }", "service tag"),
      ("sets: { t: { fromTags: [A], profile: mcr-global } }", "'fromTags' and 'profile'"),
      ("sets: { t: { fromTags: [A], names: [mcr.microsoft.com] } }", "either names or service tags"),
      ("sets: { t: { fromTags: [A], patterns: ['*.a.example'] } }", "'fromTags' and 'patterns'"),
      ("sets: { t: { fromTags: [A], tagBound: [B] } }", "'fromTags' and 'tagBound'"),
      ("sets: { t: { fromTags: [A], tags: enforce } }", "'fromTags' and 'tags'"),
      ("sets: { t: { fromTags: [] } }", "the set watches nothing"),
      ("sets: { t: { fromTags: ['a b'] } }", "service tag"), ("sets: { t: { fromTags: A } }", "list"),
      ("sets: { t: { fromTags: [A, A] } }", "twice"),
      ("sets: { t: { fromTags: [A], cloud: mars } }", "'mars'"),
      ("sets: { t: { profile: mcr-global, cloud: china } }", "whose service tags"),
      ("sets: { t: { names: [a.example], cloud: china } }", "whose service tags"),
      (
        "sets: { t: { names: [a.example], exclude: [1.2.3.4/24] } }",
        "exclude[0]: '1.2.3.4/24' is not a prefix"
      ),
      ("sets: { t: { names: [a.example], exclude: 1.2.3.4 } }", "[1.2.3.4]"),
      ("sets: { t: { names: [a.example], exclude: ['::/0'] } }", "families: [ipv4]"),
      ("sets: { t: { names: [a.example], exclude: [1.2.3.4, { prefix: 1.2.3.4/32 }] } }", "twice"),
      ("sets: { t: { names: [a.example], exclude: [{ reason: why }] } }", "'prefix' is missing"),
      ("sets: { t: { names: [a.example], exclude: [{ prefix: 1.2.3.4, reson: x }] } }", "Try: reason"),
      ("sets: { t: { names: [a.example], exclude: [{ prefix: 1.2.3.4, reason: '' }] } }", "one line"),
      ("sets: { t: { fromTags: [A], guards: { widest: 12 } } }", "a mapping belongs"),
      ("sets: { t: { fromTags: [A], guards: { widest: { ipv4: 7 } } } }", "Try: 8 to 32"),
      ("sets: { t: { fromTags: [A], guards: { widest: { ipv6: 12 } } } }", "Try: 16 to 128"),
      ("sets: { t: { fromTags: [A], guards: { widest: { ipv4: wide } } } }", "a prefix length"),
      ("sets: { t: { fromTags: [A], guards: { widest: { ip4: 12 } } } }", "Try: ipv4"),
      ("sets: { t: { fromTags: [A], guards: { widen: { ipv4: 12 } } } }", "Try: widest"),
      ("sets: { t: { names: [a.example], guards: { widest: { ipv4: 12 } } } }", "has only addresses"),
    ])
  func slips(_ text: String, _ expected: String) {
    let problems = problems(text)
    #expect(problems.contains(expected) && problems.contains("Try: "), "\(problems)")
  }
}
