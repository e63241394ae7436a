package import DNS
package import Deciding
import Foundation

/// Reads Microsoft's `ServiceTags_*.json`. All of it must be right: a file that is wrong in one place may be cut or forged
/// in others.
package enum TagFileReader {
  /// The largest file that is read; Microsoft's has 4 MB.
  package static let mostOctets = 32 << 20
  /// Microsoft's has 3,000.
  static let mostTags = 50_000
  /// Microsoft's has 90,000.
  static let mostPrefixes = 1_000_000
  /// Shorter lengths belong to nobody: the widest of Microsoft's are /11 and /24.
  private static let shortest: [AddressFamily: Int] = [.ipv4: 8, .ipv6: 16]

  /// The lengths that a file's prefixes may have.
  package static func lengths(_ family: AddressFamily) -> ClosedRange<Int> {
    (shortest[family] ?? 0)...family.bitWidth
  }

  /// What Windows puts before UTF-8.
  private static let byteOrderMark: [UInt8] = [0xef, 0xbb, 0xbf]

  /// - Throws: `TagFileError` for whatever isn't as it must be.
  package static func read(_ octets: [UInt8]) throws(TagFileError) -> ServiceTagFile {
    guard octets.count <= mostOctets else { throw .tooMuch(what: "octets", most: mostOctets) }
    if isPage(octets) { throw .page }
    let octets = octets.starts(with: byteOrderMark) ? Array(octets.dropFirst(byteOrderMark.count)) : octets
    let body = try decoded(octets)
    guard let cloud = Cloud(fileWord: body.cloud) else { throw .unknownCloud(body.cloud) }
    guard body.changeNumber >= 0 else { throw .malformed(place: "changeNumber", detail: "it is below 0") }
    guard body.values.count <= mostTags else { throw .tooMuch(what: "tags", most: mostTags) }
    guard body.values.reduce(0, { $0 + $1.properties.addressPrefixes.count }) <= mostPrefixes else {
      throw .tooMuch(what: "prefixes", most: mostPrefixes)
    }
    var seen = Set<TagName>()
    var tags = [ServiceTag]()
    for value in body.values {
      guard let name = TagName(value.name) else { throw .tagName(value.name) }
      guard seen.insert(name).inserted else { throw .twice(name) }
      var prefixes = [IPPrefix]()
      for text in value.properties.addressPrefixes { prefixes.append(try prefix(text, of: name)) }
      tags.append(ServiceTag(name: name, change: value.properties.changeNumber, prefixes: prefixes))
    }
    guard tags.contains(where: { !$0.prefixes.isEmpty }) else { throw .empty }
    return ServiceTagFile(cloud: cloud, change: body.changeNumber, tags: tags)
  }

  /// Whether octets begin as a web page does.
  static func isPage(_ octets: [UInt8]) -> Bool {
    let rest = octets.dropFirst(octets.starts(with: byteOrderMark) ? byteOrderMark.count : 0)
    return rest.first { $0 > 0x20 } == UInt8(ascii: "<")
  }

  private static func prefix(_ text: String, of tag: TagName) throws(TagFileError) -> IPPrefix {
    guard let prefix = IPPrefix(text) else {
      let parts = text.split(separator: "/", omittingEmptySubsequences: false)
      if parts.count == 2, let address = IPAddress(parts[0]), let length = Int(parts[1]),
        IPPrefix(address, length: length) != nil
      {
        throw .hostBits(text, tag: tag)
      }
      throw .prefix(text, tag: tag)
    }
    guard lengths(prefix.family).contains(prefix.length) else { throw .tooWide(prefix, tag: tag) }
    return prefix
  }

  /// Foundation's decoder refuses more than 512 levels, and says of the others where they are wrong.
  private static func decoded(_ octets: [UInt8]) throws(TagFileError) -> Body {
    do { return try JSONDecoder().decode(Body.self, from: Data(octets)) } catch let error as DecodingError {
      let context: DecodingError.Context
      var detail: String
      switch error {
      case .typeMismatch(_, let found): (context, detail) = (found, found.debugDescription)
      case .valueNotFound(_, let found): (context, detail) = (found, found.debugDescription)
      case .keyNotFound(let key, let found): (context, detail) = (found, "'\(key.stringValue)' is missing")
      case .dataCorrupted(let found): (context, detail) = (found, found.debugDescription)
      @unknown default: throw .malformed(place: "", detail: "it isn't what it must be")
      }
      // Where JSON breaks off is told only by the error below.
      if let cause = context.underlyingError as? CocoaError,
        let text = cause.userInfo[NSDebugDescriptionErrorKey] as? String
      {
        detail = text
      }
      throw .malformed(
        place: place(context.codingPath), detail: String(detail.prefix(200).trimmingSuffix(".")))
    } catch {
      throw .malformed(place: "", detail: "it isn't JSON")
    }
  }

  /// `values[17].properties.addressPrefixes[3]`.
  private static func place(_ path: [any CodingKey]) -> String {
    path.reduce(into: "") { text, key in
      text += key.intValue.map { "[\($0)]" } ?? (text.isEmpty ? key.stringValue : ".\(key.stringValue)")
    }
  }

  private struct Body: Decodable {
    let changeNumber: Int64
    let cloud: String
    let values: [Value]
  }

  private struct Value: Decodable {
    let name: String
    let properties: Properties
  }

  private struct Properties: Decodable {
    let changeNumber: Int64
    let addressPrefixes: [String]
  }
}

extension Substring {
  fileprivate func trimmingSuffix(_ end: Character) -> Substring { last == end ? dropLast() : self }
}
