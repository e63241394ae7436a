/// A resource record of class IN as it stood in a reply.
package struct ResourceRecord: Hashable, Sendable {
  /// The name that has the record: not the QNAME where aliases lead elsewhere.
  package let owner: DomainName
  /// The type of `data`.
  package let type: RecordType
  /// How long it may be cached; behind a caching resolver, what is left of that.
  package let ttl: TTL
  /// The RDATA; `.other` when the type is none that Postern reads.
  package let data: RecordData

  /// Puts a record together; that `type` and `data` fit each other is not checked.
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
