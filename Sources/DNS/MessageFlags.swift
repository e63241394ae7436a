/// The second 16 bits of a message header: flags, opcode and the low four bits of the response code (RFC 1035 §4.1.1,
/// RFC 4035 §3.1.6).
package struct MessageFlags: RawRepresentable, Hashable, Sendable {
  package let rawValue: UInt16

  package init(rawValue: UInt16) { self.rawValue = rawValue }

  /// QR: a response, not a query.
  package var isResponse: Bool { rawValue & 0x8000 != 0 }

  /// The kind of query, 0 to 15; 0 is a standard query.
  package var opcode: UInt8 { UInt8(truncatingIfNeeded: rawValue >> 11) & 0xf }

  /// AA: the server is an authority for the name.
  package var isAuthoritative: Bool { rawValue & 0x0400 != 0 }

  /// TC: the message was cut to fit its transport.
  package var isTruncated: Bool { rawValue & 0x0200 != 0 }

  /// RD: recursion was asked for.
  package var isRecursionDesired: Bool { rawValue & 0x0100 != 0 }

  /// RA: the server recurses.
  package var isRecursionAvailable: Bool { rawValue & 0x0080 != 0 }

  /// AD: the server says that it validated the answer.
  package var isAuthenticated: Bool { rawValue & 0x0020 != 0 }

  /// CD: the client validates for itself.
  package var isCheckingDisabled: Bool { rawValue & 0x0010 != 0 }

  /// The response code without its EDNS extension, 0 to 15.
  package var responseCodeBits: UInt16 { rawValue & 0xf }
}
