package import DNS

extension IPAddress {
  /// Whether it can be the address of a public server: public IPv4 or 2000::/3, outside the special-purpose
  /// registries of RFC 6890 as IANA keeps them. `::ffff:a.b.c.d` is judged as `a.b.c.d`.
  ///
  /// This is an allowlist with exceptions, not a list of bad prefixes, so that what nobody thought of is refused.
  package var isGlobalUnicast: Bool {
    let address = unwrapped
    switch address.family {
    case .ipv4:
      return !SpecialPurpose.ipv4.contains(address)
    case .ipv6:
      return SpecialPurpose.globalIPv6.contains(address) && !SpecialPurpose.ipv6.contains(address)
    }
  }
}

extension IPPrefix {
  /// Whether each of its addresses can be that of a public server, as `IPAddress.isGlobalUnicast` says.
  package var isGlobalUnicast: Bool {
    let special = family == .ipv4 ? SpecialPurpose.ipv4 : SpecialPurpose.ipv6
    return address.isGlobalUnicast && last.isGlobalUnicast
      && !special.prefixes.contains { contains($0.address) }
  }
}

/// The special-purpose address registries (https://www.iana.org/assignments/iana-ipv4-special-registry and
/// iana-ipv6-special-registry), with multicast and the reserved class E.
private enum SpecialPurpose {
  static let ipv4 = PrefixSet(
    [
      "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
      "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24",
      "192.168.0.0/16",
      "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
    ].compactMap { IPPrefix($0) })

  static let globalIPv6 = PrefixSet(["2000::/3"].compactMap { IPPrefix($0) })

  /// Inside 2000::/3: protocol assignments with Teredo and ORCHID, documentation, 6to4, AS112, SRv6.
  static let ipv6 = PrefixSet(
    ["2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20"].compactMap { IPPrefix($0) })
}
