package import DNS
package import Deciding

import struct Crypto.SHA256

extension Digest {
  /// SHA-256 of each element's canonical text with a line feed, in the order given: what `sha256sum` says of the
  /// plain list with `aggregate=0`. The snapshot builder gets this function from the wiring, so that deciding stays
  /// free of cryptography.
  package static func computing(_ elements: [IPPrefix]) -> Digest {
    var hash = SHA256()
    var text = [UInt8]()
    text.reserveCapacity(65_536)
    for element in elements {
      element.appendText(to: &text)
      text.appendLineFeed()
      if text.count > 65_000 {
        hash.update(data: text)
        text.removeAll(keepingCapacity: true)
      }
    }
    hash.update(data: text)
    return Digest(octets: Array(hash.finalize()))
  }

  /// SHA-256 of a body.
  package static func computing(body: [UInt8]) -> Digest {
    Digest(octets: Array(SHA256.hash(data: body)))
  }
}
