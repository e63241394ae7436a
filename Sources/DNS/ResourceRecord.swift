/// A resource record of class IN as it stood in a reply.
package struct ResourceRecord: Hashable, Sendable {
  package let owner: DomainName
  package let type: RecordType
  package let ttl: TTL
  package let data: RecordData

  package init(owner: DomainName, type: RecordType, ttl: TTL, data: RecordData) {
    self.owner = owner
    self.type = type
    self.ttl = ttl
    self.data = data
  }
}

/// RDATA, read as far as Postern needs it.
package enum RecordData: Hashable, Sendable, CustomStringConvertible {
  /// A or AAAA.
  case address(IPAddress)
  /// CNAME, DNAME, NS or PTR: the name that it points at.
  case name(DomainName)
  /// SOA: what a negative answer's lifetime needs (RFC 2308 §5).
  case startOfAuthority(minimum: TTL)
  /// Any other type, untouched.
  case other([UInt8])

  /// The address or target as text; RFC 3597 §5 text for other types.
  package var description: String {
    switch self {
    case .address(let address): address.description
    case .name(let name): name.description
    case .startOfAuthority(let minimum): "minimum \(minimum)"
    case .other(let octets):
      "\\# \(octets.count) " + octets.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
  }
}
