/// The OPT record of a message (RFC 6891 §6.1), without the bits that extend the response code.
package struct EDNS: Hashable, Sendable {
  /// The largest UDP message that the sender takes, in octets.
  package let udpSize: UInt16
  /// The EDNS version; 0 is the only one there is.
  package let version: UInt8
  /// DO: DNSSEC records are welcome.
  package let isDNSSECOK: Bool
  /// The client subnet option; nil when it is missing or malformed.
  package let clientSubnet: ClientSubnet?

  /// Makes the record as a message without options but `clientSubnet` has it.
  package init(
    udpSize: UInt16, version: UInt8 = 0, isDNSSECOK: Bool = false, clientSubnet: ClientSubnet? = nil
  ) {
    self.udpSize = udpSize
    self.version = version
    self.isDNSSECOK = isDNSSECOK
    self.clientSubnet = clientSubnet
  }
}
