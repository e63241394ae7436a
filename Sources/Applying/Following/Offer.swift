package import Deciding

import Foundation

/// What a server says of a set at `/v1/sets/{set}/version`.
package struct Offer: Hashable, Sendable {
  /// Which generation it serves.
  package let generation: Generation
  /// The digest of its addresses.
  package let digest: Digest
  /// Whether the server itself trusts it.
  package let isStale: Bool

  package init(generation: Generation, digest: Digest, isStale: Bool = false) {
    self.generation = generation
    self.digest = digest
    self.isStale = isStale
  }

  /// Reads the body.
  ///
  /// - Throws: `FollowFault.malformed` when it is of another set, or not that body at all.
  package init(_ body: [UInt8], of set: SetName) throws(FollowFault) {
    guard let version = try? JSONDecoder().decode(Version.self, from: Data(body)), version.set == set.text,
      version.generation > 0, let digest = Digest(text: version.sha256)
    else { throw .malformed("/version") }
    self.init(
      generation: Generation(version.generation), digest: digest,
      isStale: version.status == SetStatus.stale.rawValue)
  }

  private struct Version: Decodable {
    let set: String
    let generation: Int64
    let sha256: String
    let status: String
  }
}

extension Digest {
  /// Reads 64 hexadecimal digits in lower case; nil for anything else.
  init?(text: some StringProtocol) {
    let digits = text.utf8.map { digit -> UInt8? in
      switch digit {
      case 0x30...0x39: digit - 0x30
      case 0x61...0x66: digit - 0x61 + 10
      default: nil
      }
    }
    guard digits.count == 64 else { return nil }
    var octets = [UInt8]()
    for index in stride(from: 0, to: 64, by: 2) {
      guard let high = digits[index], let low = digits[index + 1] else { return nil }
      octets.append(high << 4 | low)
    }
    self.init(octets: octets)
  }
}
