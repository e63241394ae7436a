import DNS

/// The resolvers that are asked, as far as they can be told apart.
struct ResolverPlaces {
  /// Where a resolver answers.
  struct Place: Hashable {
    let address: IPAddress
    let port: Int
  }

  private let places: [Place]
  private let own: Set<IPAddress>

  /// - Parameter own: the addresses of this machine, under each of which the same resolver may answer.
  init(_ places: [Place], own: Set<IPAddress>) {
    self.places = places
    self.own = own
  }

  /// Whether a resolver is among them. One resolver answers on the port of DNS and on that of DNS over TLS.
  func contains(_ place: Place) -> Bool {
    places.contains { asked in
      Self.usual(asked.port) == Self.usual(place.port)
        && (asked.address == place.address || own.contains(asked.address) && own.contains(place.address))
    }
  }

  private static func usual(_ port: Int) -> Int { port == 853 ? 53 : port }
}
