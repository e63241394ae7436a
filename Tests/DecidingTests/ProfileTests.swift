import DNS
import Deciding
import Testing

@Suite struct ProfileTests {
  @Test(
    "a literal in a built-in profile that is no name or pattern would watch nothing",
    arguments: Profile.builtIn)
  func spellsNamesAndPatternsCanonically(_ profile: Profile) throws {
    for selector in profile.selectors {
      switch selector {
      case .name(let name): #expect(try DomainName(name.text) == name && name.isHostname)
      case .pattern(let pattern): #expect(try NamePattern(pattern.text) == pattern)
      }
    }
    for name in profile.seeds + profile.candidates + profile.expectedAliasSuffixes {
      #expect(try DomainName(name.text) == name && name.isHostname)
    }
  }

  @Test("a seed that its own entry does not select would be tracked for nobody", arguments: Profile.builtIn)
  func seedsAreSelected(_ profile: Profile) {
    for entry in profile.entries {
      for seed in entry.seeds { #expect(entry.selector.selects(seed.name), "\(seed.name)") }
    }
  }

  @Test("a duplicate or unsafe id could not be told apart in a configuration")
  func idsAreDistinct() {
    #expect(Set(Profile.builtIn.map(\.id)).count == Profile.builtIn.count)
    for profile in Profile.builtIn {
      #expect(profile.id.utf8.allSatisfy { "abcdefghijklmnopqrstuvwxyz0123456789-".utf8.contains($0) })
      #expect(Profile.builtIn(id: profile.id) == profile)
      #expect(profile.companions.allSatisfy { Profile.builtIn(id: $0) != nil })
    }
    #expect(Profile.builtIn(id: "mcr") == nil)
  }

  @Test("the public cloud's profile starts with the nine hosts that are publicly seen")
  func globalSeeds() {
    #expect(
      Profile.mcrGlobal.selectors.map(\.description) == ["mcr.microsoft.com", "*.data.mcr.microsoft.com"])
    #expect(Profile.mcrGlobal.seeds.count == 9)
    #expect(Profile.mcrGlobal.seeds.contains(DomainName(canonical: "westus2.data.mcr.microsoft.com")))
  }

  @Test("names that nobody saw resolve are not looked up for China")
  func chinaHasCandidatesOnly() {
    #expect(Profile.mcrChina.seeds.isEmpty)
    #expect(Profile.mcrChina.candidates.count == 2)
  }

  @Test("a source without a date can't be judged for age", arguments: Profile.builtIn)
  func sourcesAreDated(_ profile: Profile) {
    #expect(profile.source.url.hasPrefix("https://"))
    #expect(Timestamp(profile.source.date) != nil)
  }
}
