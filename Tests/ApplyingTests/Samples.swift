import Applying
import DNS
import Deciding
import Foundation
import Publishing
import Testing

enum Samples {
  static let set = SetName("mcr")

  static func name() throws -> SetName { try #require(set) }

  static func prefixes(_ texts: [String]) throws -> PrefixSet {
    PrefixSet(try texts.map { try #require(IPPrefix($0)) })
  }

  static func ranges(_ texts: [String]) throws -> [AddressRange] {
    try texts.map { text in
      let ends = text.split(separator: "-").map(String.init)
      if ends.count == 1 { return AddressRange(try #require(IPPrefix(text))) }
      let first = try #require(IPAddress(ends[0]))
      let last = try #require(IPAddress(ends[1]))
      return try #require(AddressRange(first, last))
    }
  }

  static func wanted(_ texts: [String], generation: Int64? = nil) throws -> WantedSet {
    try WantedSet(set: name(), generation: generation.map { Generation($0) }, prefixes: prefixes(texts))
  }

  /// The bodies that a server has for a generation of these addresses.
  static func published(_ texts: [String], generation: Int64) throws -> (
    version: String, list: [UInt8], digest: Digest
  ) {
    let addresses = try texts.map { try #require(IPAddress($0)) }.sorted()
    let digest = Digest.computing(addresses.map { IPPrefix($0) })
    let snapshot = Snapshot(
      set: try name(), generation: Generation(generation), at: Timestamp(seconds: 1_764_000_000),
      elements: addresses.map {
        SetElement(
          address: $0, names: [], firstSeen: Timestamp(seconds: 1), lastSeen: Timestamp(seconds: 1))
      }, digest: digest)
    let version = """
      {"set":"mcr","generation":\(generation),"sha256":"\(digest)","status":"ok"}
      """
    return (version, try PlainFormat().render(snapshot, RenderOptions()), digest)
  }

  /// The signature that a server has beside such a list.
  static func signature(_ key: SigningKey, _ list: [UInt8], generation: Int64) throws -> String {
    let snapshot = Snapshot(
      set: try name(), generation: Generation(generation), at: Timestamp(seconds: 1_764_000_000),
      elements: [], digest: .computing(body: list))
    return String(
      decoding: try #require(key.sign(list, TrustedComment(snapshot, file: "\(generation).txt"))),
      as: UTF8.self)
  }
}
