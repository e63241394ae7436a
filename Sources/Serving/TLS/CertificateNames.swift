import Crypto
import NIOSSL

extension NIOSSLCertificate {
  /// The names by which a client certificate is known, in lower case: its alternative names, its common name, and its
  /// SHA-256 in hexadecimal. Only for certificates that the handshake has verified.
  var clientNames: Set<String> {
    var names = Set<String>()
    for name in _subjectAlternativeNames() where [.dnsName, .email, .uri].contains(name.nameType) {
      names.insert(String(decoding: name.contents, as: UTF8.self).lowercased())
    }
    if let der = try? toDERBytes() {
      names.insert(SHA256.hash(data: der).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined())
      if let name = CertificateSubject.commonName(der), !name.isEmpty { names.insert(name.lowercased()) }
    }
    return names
  }
}

/// Finds the common name in a certificate's DER, which NIOSSL doesn't tell and firewalls' own certificates often have
/// alone.
enum CertificateSubject {
  /// The value of the last `commonName` of the subject (RFC 5280 §4.1.2.6); nil without one.
  static func commonName(_ der: [UInt8]) -> String? {
    var outer = DER(der[...])
    guard var certificate = outer.next(0x30).map({ DER($0) }),
      var body = certificate.next(0x30).map({ DER($0) })
    else { return nil }
    // The version stands alone in being optional; then serial number, algorithm, issuer and validity.
    _ = body.next(0xa0)
    guard body.next(0x02) != nil, body.next(0x30) != nil, body.next(0x30) != nil, body.next(0x30) != nil,
      var subject = body.next(0x30).map({ DER($0) })
    else { return nil }
    var found: String?
    while var relative = subject.next(0x31).map({ DER($0) }) {
      while var attribute = relative.next(0x30).map({ DER($0) }) {
        // 2.5.4.3, then a string: UTF8String, PrintableString, IA5String or T61String, all read as UTF-8.
        guard attribute.next(0x06).map({ $0.elementsEqual([0x55, 0x04, 0x03]) }) == true,
          let value = attribute.next(0x0c) ?? attribute.next(0x13) ?? attribute.next(0x16)
            ?? attribute.next(0x14)
        else { continue }
        // Text with a NUL is somebody's trick: the rest would be hidden from who reads it as a C string.
        found = value.contains(0) ? nil : String(validating: value, as: UTF8.self)
      }
    }
    return found
  }

  private struct DER {
    var rest: ArraySlice<UInt8>

    init(_ octets: ArraySlice<UInt8>) { rest = octets }

    /// The content of the next element if it has this tag; nil, and nothing is taken, if it hasn't.
    mutating func next(_ tag: UInt8) -> ArraySlice<UInt8>? {
      guard rest.count >= 2, rest[rest.startIndex] == tag else { return nil }
      var at = rest.startIndex + 1
      var length = Int(rest[at])
      at += 1
      if length >= 0x80 {
        let count = length & 0x7f
        guard (1...4).contains(count), rest.endIndex - at >= count else { return nil }
        length = rest[at..<at + count].reduce(0) { $0 << 8 | Int($1) }
        at += count
      }
      guard rest.endIndex - at >= length else { return nil }
      defer { rest = rest[(at + length)...] }
      return rest[at..<at + length]
    }
  }
}
