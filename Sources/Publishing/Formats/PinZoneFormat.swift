package import Deciding

import DNS

/// A response policy zone that makes the site's resolver answer each known name with only those of its addresses that are in this
/// generation, so that DNS and firewall can't disagree: an address that the firewall would drop reaches no client.
///
/// A known name is one that gave an address of the generation. Other types than A and AAAA have no data then (an HTTPS
/// record could hold addresses too); a name without an address of the asked families has none at all. Names that Postern
/// doesn't know are answered as DNS has them.
///
/// An alias that the set doesn't watch and that leads to a known name: BIND rewrites behind it; Unbound (1.17) does so
/// only while it hasn't cached the alias. A set that watches the alias as well has no such gap.
///
/// Before its first fetch, Unbound has no zone and answers as DNS does; with `zonefile:` beside `url:` it keeps the zone over
/// a restart.
package struct PinZoneFormat: Format {
  package let id = "rpz-pin"
  package let fileExtension = "pin.rpz"
  package let mediaType = "text/dns; charset=utf-8"
  package let takes: Set<FormatOption> = [.family]
  package let products = ["BIND response-policy", "Unbound rpz"]
  package let needs: Set<RenderNeed> = [.names]
  package let limits = [
    FormatLimit(.addressesPerName, 2_000, "an answer of DNS holds 65,535 octets")
  ]

  /// It has no settings of its own: `RenderOptions` brings them all.
  package init() {}

  package func render(
    _ snapshot: Snapshot, _ options: RenderOptions, _ context: RenderContext
  ) throws(RenderError) -> [UInt8] {
    let families = options.families
    guard snapshot.elements.contains(where: { families.all.contains($0.address.family) }) else {
      throw .empty(snapshot.set, families)
    }
    let pins = Self.pins(in: snapshot)
    guard !pins.isEmpty else { throw .missing(.names, format: id) }
    var body = PolicyZone.opening(snapshot)
    body.reserveCapacity(pins.reduce(256) { $0 + $1.addresses.count * ($1.name.text.utf8.count + 50) })
    for (name, addresses) in pins {
      guard name.isPlain, name.text.utf8.count <= PolicyZone.longestName else {
        throw .unwritableName(name, format: id)
      }
      var isWritten = false
      for family in families.all {
        let count = addresses.reduce(0) { $0 + ($1.family == family ? 1 : 0) }
        try check(count, .addressesPerName)
        isWritten = isWritten || count > 0
      }
      let (a, aaaa) = (Array("\(name) IN A ".utf8), Array("\(name) IN AAAA ".utf8))
      for address in addresses where families.all.contains(address.family) {
        body.append(contentsOf: address.family == .ipv4 ? a : aaaa)
        address.appendText(to: &body)
        body.appendLineFeed()
      }
      // No data: without it, DNS would answer with what was left out.
      if !isWritten { body.append(text: "\(name) IN CNAME *.\n") }
    }
    return body
  }

  /// Each name with its addresses, both sorted.
  private static func pins(in snapshot: Snapshot) -> [(name: DomainName, addresses: [IPAddress])] {
    var places = [DomainName: Int]()
    var pins = [(name: DomainName, addresses: [IPAddress])]()
    for element in snapshot.elements {
      for name in element.names {
        if let place = places[name] {
          pins[place].addresses.append(element.address)
        } else {
          places[name] = pins.count
          pins.append((name, [element.address]))
        }
      }
    }
    return pins.sorted { $0.name < $1.name }
  }
}
