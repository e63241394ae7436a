package import Deciding

/// A strong validator (RFC 9110 §8.8.3): it names exactly these bytes of this generation in this format.
package struct EntityTag: Hashable, Sendable, CustomStringConvertible {
  /// With its quotes: `"mcr-42-plain-0f3c…"`, and `-gzip` before the last quote for the compressed body.
  package let text: String

  package init(_ snapshot: Snapshot, format: String, body: Digest, isCompressed: Bool) {
    let short = body.description.prefix(16)
    text = "\"\(snapshot.set)-\(snapshot.generation)-\(format)-\(short)\(isCompressed ? "-gzip" : "")\""
  }

  /// Takes a tag with its quotes.
  package init(quoted text: String) { self.text = text }

  package var description: String { text }
}

extension Digest {
  /// The value of the `Repr-Digest` field (RFC 9530 §3).
  package var fieldValue: String { "sha-256=:\(base64):" }

  /// RFC 4648 §4.
  private var base64: String {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var text = [UInt8]()
    for start in stride(from: 0, to: octets.count, by: 3) {
      let chunk = octets[start..<min(start + 3, octets.count)]
      let bits = chunk.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - chunk.count))
      for place in 0..<4 {
        text.append(place <= chunk.count ? alphabet[bits >> (18 - 6 * place) & 0x3f] : UInt8(ascii: "="))
      }
    }
    return String(decoding: text, as: UTF8.self)
  }
}
