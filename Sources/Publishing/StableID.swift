import Crypto
import Deciding

/// A UUID that stays the same for a set's name, for consumers that know their objects by one: version 5 of RFC 9562
/// §5.5, in the name space of domain names, of `SET.set.postern.invalid`.
struct StableID {
  /// Lower-case, with hyphens and without braces.
  let text: String

  init(of set: SetName) {
    // RFC 9562 §6.6: the name space of fully qualified domain names.
    let space: [UInt8] = [
      0x6b, 0xa7, 0xb8, 0x10, 0x9d, 0xad, 0x11, 0xd1, 0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8,
    ]
    var octets = Array(Insecure.SHA1.hash(data: space + "\(set).set.postern.invalid".utf8).prefix(16))
    octets[6] = octets[6] & 0x0f | 0x50
    octets[8] = octets[8] & 0x3f | 0x80
    var text = ""
    for (index, octet) in octets.enumerated() {
      if [4, 6, 8, 10].contains(index) { text += "-" }
      text += (octet < 16 ? "0" : "") + String(octet, radix: 16)
    }
    self.text = text
  }
}
