/// What a source says of a name in use, from weak to strong. It only decides which names are asked first: Postern's own
/// upstreams, or a trusted tap, decide what a name is worth.
package enum NameEvidence: String, Sendable, Hashable, CaseIterable, Comparable {
  /// A word list holds it, and nobody was seen to use it.
  case suggested
  /// The site's resolver said that the name doesn't exist, or has no address.
  case denied
  /// A client asked for it.
  case asked
  /// The site's resolver gave a client an address for it, or a client connected to it.
  case resolved

  package static func < (left: NameEvidence, right: NameEvidence) -> Bool { left.strength < right.strength }

  private var strength: Int {
    switch self {
    case .suggested: 0
    case .denied: 1
    case .asked: 2
    case .resolved: 3
    }
  }
}
