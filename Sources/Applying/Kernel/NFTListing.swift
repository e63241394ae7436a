package import DNS

import Foundation

/// What `nft -j list set` prints, as libnftables-json(5) describes it.
package enum NFTListing {
  /// Reads the set.
  ///
  /// - Returns: nil when the text is no such listing.
  package static func read(_ text: [UInt8], family: AddressFamily) -> KernelSet? {
    guard let listing = try? JSONDecoder().decode(Listing.self, from: Data(text)),
      let set = listing.nftables.lazy.compactMap(\.set).first
    else { return nil }
    let type = family == .ipv4 ? "ipv4_addr" : "ipv6_addr"
    guard set.type == .name(type) else {
      return KernelSet(ranges: [], fault: "has another type than \(type)")
    }
    let flags = set.flags?.all ?? []
    guard flags.contains("interval") else {
      return KernelSet(ranges: [], fault: "lacks the flag 'interval', so that it can't hold prefixes")
    }
    guard !flags.contains("constant") else {
      return KernelSet(ranges: [], fault: "is constant, so that it can't be changed")
    }
    var held = KernelSet(ranges: [])
    for element in set.elem ?? [] {
      guard let range = element.range, range.first.family == family else { return nil }
      if element.expires { held.expiring.append(range) } else { held.ranges.append(range) }
    }
    held.ranges.sort()
    held.expiring.sort()
    return held
  }

  private struct Listing: Decodable {
    let nftables: [Item]
  }

  private struct Item: Decodable {
    let set: NamedSet?
  }

  private struct NamedSet: Decodable {
    let type: ElementType
    let flags: Flags?
    let elem: [Element]?
  }

  /// A concatenation is an array.
  private enum ElementType: Decodable, Equatable {
    case name(String)
    case other

    init(from decoder: any Decoder) throws {
      self = (try? decoder.singleValueContainer().decode(String.self)).map { .name($0) } ?? .other
    }
  }

  /// Newer versions of nft write a single flag without the array.
  private struct Flags: Decodable {
    let all: [String]

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let one = try? container.decode(String.self) {
        all = [one]
      } else {
        all = try container.decode([String].self)
      }
    }
  }

  /// `"a"`, `{"prefix": {"addr": "a", "len": 24}}`, `{"range": ["a", "b"]}`, or any of them as `val` of an `elem` that
  /// has more to it, such as a timeout.
  private struct Element: Decodable {
    let range: AddressRange?
    let expires: Bool

    private enum Key: String, CodingKey { case prefix, range, elem }
    private struct Prefix: Decodable {
      let addr: String
      let len: Int
    }
    private struct Wrapped: Decodable {
      let val: Element
      let timeout: Int?
      let expires: Int?
    }

    init(from decoder: any Decoder) throws {
      if let text = try? decoder.singleValueContainer().decode(String.self) {
        range = IPAddress(text).map { AddressRange(IPPrefix($0)) }
        expires = false
        return
      }
      let container = try decoder.container(keyedBy: Key.self)
      if let wrapped = try container.decodeIfPresent(Wrapped.self, forKey: .elem) {
        range = wrapped.val.range
        expires = wrapped.timeout != nil || wrapped.expires != nil
      } else if let prefix = try container.decodeIfPresent(Prefix.self, forKey: .prefix) {
        range = IPAddress(prefix.addr).flatMap { IPPrefix($0, length: prefix.len) }.map { AddressRange($0) }
        expires = false
      } else {
        let ends = try container.decode([String].self, forKey: .range).map { IPAddress($0) }
        range =
          if ends.count == 2, let first = ends[0], let last = ends[1] { AddressRange(first, last) } else {
            nil
          }
        expires = false
      }
    }
  }
}
