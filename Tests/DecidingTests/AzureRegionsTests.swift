import DNS
import Deciding
import Testing

struct AzureRegionsTests {
  @Test(
    "The data hosts that were seen in public are among the candidates",
    arguments: [
      "eastus", "westus2", "westus", "centralus", "westcentralus", "northeurope", "westeurope", "eastasia",
      "southeastasia",
    ])
  func seen(_ region: String) throws {
    let candidates = AzureRegions.candidates(under: try NamePattern("*.data.mcr.microsoft.com"))
    #expect(candidates.contains(try DomainName("\(region).data.mcr.microsoft.com")))
  }

  @Test("China's regions stand under a pattern below .cn, and only there")
  func china() throws {
    let candidates = AzureRegions.candidates(under: try NamePattern("*.data.mcr.azure.cn"))
    #expect(candidates.count == AzureRegions.china.count)
    #expect(candidates.contains(try DomainName("chinaeast3.data.mcr.azure.cn")))
    #expect(
      !AzureRegions.candidates(under: try NamePattern("*.example.com")).contains {
        $0.text.hasPrefix("china")
      })
  }

  @Test(
    "A pattern whose star isn't one single label in front has no candidates",
    arguments: ["**.example.com", "a.*.example.com", "*.*.example.com"])
  func otherPatterns(_ text: String) throws {
    #expect(AzureRegions.candidates(under: try NamePattern(text)).isEmpty)
  }

  @Test("Each candidate is a hostname that its pattern matches, and none comes twice")
  func matching() throws {
    for text in ["*.data.mcr.microsoft.com", "*.data.mcr.azure.cn"] {
      let pattern = try NamePattern(text)
      let candidates = AzureRegions.candidates(under: pattern)
      #expect(candidates.allSatisfy { pattern.matches($0) && $0.isHostname })
      #expect(Set(candidates).count == candidates.count)
      #expect(candidates == candidates.sorted())
    }
  }

  @Test("A pattern that leaves no room for a region's name gives those that fit, and none that is too long")
  func tooLong() throws {
    // 245 octets on the wire leave room for "chinaeast" with its length, and for nothing longer.
    let labels =
      Array(repeating: String(repeating: "a", count: 59), count: 3) + [String(repeating: "b", count: 60)]
    let pattern = try NamePattern("*.\(labels.joined(separator: ".")).cn")
    let candidates = AzureRegions.candidates(under: pattern)
    #expect(candidates.map { $0.labels[0] } == ["chinaeast"])
  }
}
