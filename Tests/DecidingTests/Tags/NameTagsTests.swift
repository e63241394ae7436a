import DNS
import Deciding
import Testing

@Suite struct NameTagsTests {
  @Test("a name's tags, the addresses without one, and how many share its addresses are counted right")
  func counted() throws {
    let file = TagSamples.made(
      change: 1,
      [
        "AzureFrontDoor.FirstParty": ["150.171.0.0/16"], "MicrosoftContainerRegistry": ["20.0.0.0/24"],
        "AzureCloud": ["20.0.0.0/8", "150.171.0.0/16"],
      ])
    let addresses = ["150.171.1.1", "150.171.1.2", "20.0.0.1", "20.9.0.1", "40.0.0.1"].map(ip)
    let tags = NameTags(
      addresses, names: [addresses[0]: 3, addresses[2]: 1], by: TagBook([TagSamples.edition(file)]))
    #expect(
      tags.tags.map { "\($0.tag) \($0.addresses)" } == [
        "AzureCloud 4", "AzureFrontDoor.FirstParty 2", "MicrosoftContainerRegistry 1",
      ])
    #expect((tags.untagged, tags.shared, tags.mostNames) == (1, 2, 3))
    #expect(tags.text == "AzureFrontDoor.FirstParty 2, MicrosoftContainerRegistry 1, none 1")
    let whole = NameTags([ip("20.9.0.1")], names: [:], by: TagBook([TagSamples.edition(file)]))
    #expect(whole.text == "AzureCloud 1", "the whole cloud is told where nothing else is")
    #expect(NameTags([], names: [:], by: TagBook()).text.isEmpty)
  }
}
