import Foundation

/// The tags that a repository lists, in which a registry keeps no order of time.
struct TagList: Sendable, Hashable {
  let tags: [String]

  /// Nil when it is no JSON object with a list of texts; what is no tag is left out.
  init?(_ octets: [UInt8]) {
    guard let body = try? JSONDecoder().decode(Body.self, from: Data(octets)) else { return nil }
    tags = (body.tags ?? []).filter(RegistryRepository.isTag)
  }

  /// `latest`, else the one with the greatest version number: `3.10` is above `3.9`.
  ///
  /// - Parameter gone: a tag that was just not found.
  func newest(besides gone: String) -> String? {
    let rest = tags.filter { $0 != gone }
    if rest.contains("latest") { return "latest" }
    // Compared once each: sorting would read long lists of a hostile registry again and again.
    return rest.map { (tag: $0, key: Self.key($0)) }.max { left, right in
      left.key != right.key
        ? left.key.lexicographicallyPrecedes(right.key) : left.tag < right.tag
    }?.tag
  }

  /// The numbers in it; a tag that begins with something else than a version stands below all that do.
  private static func key(_ tag: String) -> [Int] {
    let text = tag.hasPrefix("v") ? tag.dropFirst() : tag[...]
    let numbers = text.split { !$0.isASCII || !$0.isNumber }.map { Int($0) ?? .max }
    guard let first = text.unicodeScalars.first, ("0"..."9").contains(first) else { return [-1] }
    return numbers
  }

  private struct Body: Decodable {
    let tags: [String]?
  }
}
