/// The type of a resource record or of a question (QTYPE), as the number that IANA assigned.
package struct RecordType: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
  package let rawValue: UInt16

  package init(rawValue: UInt16) { self.rawValue = rawValue }

  package static let a = RecordType(rawValue: 1)
  package static let ns = RecordType(rawValue: 2)
  package static let cname = RecordType(rawValue: 5)
  package static let soa = RecordType(rawValue: 6)
  package static let ptr = RecordType(rawValue: 12)
  package static let txt = RecordType(rawValue: 16)
  package static let aaaa = RecordType(rawValue: 28)
  package static let dname = RecordType(rawValue: 39)
  package static let opt = RecordType(rawValue: 41)
  package static let https = RecordType(rawValue: 65)
  package static let any = RecordType(rawValue: 255)

  /// The mnemonic, or `TYPE65280` for a number without one (RFC 3597 §5).
  package var description: String {
    switch self {
    case .a: "A"
    case .ns: "NS"
    case .cname: "CNAME"
    case .soa: "SOA"
    case .ptr: "PTR"
    case .txt: "TXT"
    case .aaaa: "AAAA"
    case .dname: "DNAME"
    case .opt: "OPT"
    case .https: "HTTPS"
    case .any: "ANY"
    default: "TYPE\(rawValue)"
    }
  }
}

/// A response code with its extension from EDNS (RFC 6891 §6.1.3), 12 bits.
package struct ResponseCode: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
  package let rawValue: UInt16

  package init(rawValue: UInt16) { self.rawValue = rawValue }

  package static let noError = ResponseCode(rawValue: 0)
  package static let formErr = ResponseCode(rawValue: 1)
  package static let servFail = ResponseCode(rawValue: 2)
  package static let nxDomain = ResponseCode(rawValue: 3)
  package static let notImp = ResponseCode(rawValue: 4)
  package static let refused = ResponseCode(rawValue: 5)
  package static let badVers = ResponseCode(rawValue: 16)

  /// The mnemonic, or `RCODE7` for a number without one here.
  package var description: String {
    switch self {
    case .noError: "NOERROR"
    case .formErr: "FORMERR"
    case .servFail: "SERVFAIL"
    case .nxDomain: "NXDOMAIN"
    case .notImp: "NOTIMP"
    case .refused: "REFUSED"
    case .badVers: "BADVERS"
    default: "RCODE\(rawValue)"
    }
  }
}

/// How long a record may be cached, in whole seconds, 0 to 2³¹−1.
package struct TTL: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// The seconds.
  package let seconds: UInt32

  /// Takes the 32 bits of the wire: a value with the top bit set counts as 0 (RFC 2181 §8).
  package init(wire: UInt32) { seconds = wire > 0x7fff_ffff ? 0 : wire }

  package var description: String { "\(seconds)" }

  package static func < (left: TTL, right: TTL) -> Bool { left.seconds < right.seconds }
}
