/// The type of a resource record or of a question (QTYPE), as the number that IANA assigned.
package struct RecordType: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
  package let rawValue: UInt16

  package init(rawValue: UInt16) { self.rawValue = rawValue }

  /// An IPv4 address (RFC 1035 §3.4.1).
  package static let a = RecordType(rawValue: 1)
  /// An authoritative server (RFC 1035 §3.3.11).
  package static let ns = RecordType(rawValue: 2)
  /// The canonical name of an alias (RFC 1035 §3.3.1).
  package static let cname = RecordType(rawValue: 5)
  /// The start of a zone (RFC 1035 §3.3.13); in a denial it carries the negative TTL (RFC 2308 §5).
  package static let soa = RecordType(rawValue: 6)
  /// A pointer to a name, as in reverse zones (RFC 1035 §3.3.12).
  package static let ptr = RecordType(rawValue: 12)
  /// Text (RFC 1035 §3.3.14).
  package static let txt = RecordType(rawValue: 16)
  /// An IPv6 address (RFC 3596 §2.1).
  package static let aaaa = RecordType(rawValue: 28)
  /// An alias of all names below its owner (RFC 6672); servers send the CNAME that follows from it.
  package static let dname = RecordType(rawValue: 39)
  /// EDNS (RFC 6891 §6.1): no record but a part of the message, only in its additional section.
  package static let opt = RecordType(rawValue: 41)
  /// A service binding for HTTPS (RFC 9460), whose address hints are not read.
  package static let https = RecordType(rawValue: 65)
  /// All types (RFC 8482 lets servers answer with few): only in questions.
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

  /// The name exists; it may have no records of the type.
  package static let noError = ResponseCode(rawValue: 0)
  /// The server can't read the query: old ones say so to EDNS (RFC 6891 §7).
  package static let formErr = ResponseCode(rawValue: 1)
  /// The server could not find out; it says nothing about the name.
  package static let servFail = ResponseCode(rawValue: 2)
  /// The name, or the end of its aliases (RFC 2308 §2.1), doesn't exist.
  package static let nxDomain = ResponseCode(rawValue: 3)
  /// The server doesn't know this kind of query.
  package static let notImp = ResponseCode(rawValue: 4)
  /// The server doesn't answer this client or this name.
  package static let refused = ResponseCode(rawValue: 5)
  /// The server doesn't know the EDNS version; only with OPT, for it exceeds four bits.
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
