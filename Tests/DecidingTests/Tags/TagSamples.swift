import DNS
import Deciding
import Foundation
import Testing

/// The parts of Microsoft's files that concern the registry, as they were published: public of 2025-07-22, China of
/// 2025-11-01.
enum TagSamples {
  static let now = WatchScenario.start
  static let firstParty = tag("AzureFrontDoor.FirstParty")
  static let frontend = tag("AzureFrontDoor.Frontend")
  static let registry = tag("MicrosoftContainerRegistry")

  /// The rules of the profile for the public cloud.
  static func rules(isEnforced: Bool = false, bound: [TagName] = []) -> TagRules {
    TagRules(expected: [firstParty, registry], isEnforced: isEnforced, bound: bound)
  }

  static let chinaRules = TagRules(cloud: .china, expected: [registry], tolerated: [frontend])

  static func file(_ cloud: Cloud) throws -> ServiceTagFile {
    let url = try #require(
      Bundle.module.url(
        forResource: "ServiceTags_\(cloud.fileWord)", withExtension: "json", subdirectory: "Fixtures"))
    let body = try JSONDecoder().decode(Body.self, from: Data(contentsOf: url))
    return ServiceTagFile(
      cloud: try #require(Cloud(fileWord: body.cloud)), change: body.changeNumber,
      tags: try body.values.map { value in
        ServiceTag(
          name: try #require(TagName(value.name)), change: value.properties.changeNumber,
          prefixes: try value.properties.addressPrefixes.map { try #require(IPPrefix($0)) })
      })
  }

  static func edition(_ file: ServiceTagFile, id: Int64 = 1, asOf: Timestamp = now) -> TagEdition {
    TagEdition(id: id, file: file, importedAt: now, asOf: asOf, source: "ServiceTags.json")
  }

  /// Both real files.
  static func book(asOf: Timestamp = now) throws -> TagBook {
    TagBook([
      edition(try file(.publicCloud), id: 1, asOf: asOf), edition(try file(.china), id: 2, asOf: asOf),
    ])
  }

  /// A file made of literals: tags with their prefixes.
  static func made(
    change: Int64, cloud: Cloud = .publicCloud, _ tags: [String: [String]]
  ) -> ServiceTagFile {
    ServiceTagFile(
      cloud: cloud, change: change,
      tags: tags.map { name, prefixes in
        ServiceTag(name: tag(name), change: change, prefixes: prefixes.compactMap { IPPrefix($0) })
      })
  }

  static func tag(_ text: String) -> TagName {
    guard let name = TagName(text) else { preconditionFailure("a literal") }
    return name
  }

  private struct Body: Decodable {
    let changeNumber: Int64
    let cloud: String
    let values: [Value]

    struct Value: Decodable {
      let name: String
      let properties: Properties
    }

    struct Properties: Decodable {
      let changeNumber: Int64
      let addressPrefixes: [String]
    }
  }
}
