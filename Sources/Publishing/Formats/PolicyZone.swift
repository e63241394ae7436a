import Deciding

/// What the response policy zones share. Names stand relative to the zone, so that the resolver's owner may call the
/// zone as they like.
enum PolicyZone {
  /// How long clients may keep an answer, in seconds: about the time in which firewalls fetch a new generation.
  static let ttl = 60

  /// A longer name, in octets of text, could leave no room for the zone's name in DNS's 255.
  static let longestName = 190

  /// The heading, the TTL, and SOA and NS with the generation as the serial number.
  ///
  /// A secondary, and unbound with `url:`, looks for news every 30 seconds, and keeps what it has for a week.
  static func opening(_ snapshot: Snapshot) -> [UInt8] {
    var body = [UInt8]()
    body.appendHeading(";", snapshot)
    // Serial numbers have 32 bits and go round (RFC 1982).
    let serial = UInt32(truncatingIfNeeded: snapshot.generation.number)
    body.append(
      text: """
        $TTL \(ttl)
        @ IN SOA localhost. root.localhost. \(serial) 30 15 604800 \(ttl)
        @ IN NS localhost.

        """)
    return body
  }
}
