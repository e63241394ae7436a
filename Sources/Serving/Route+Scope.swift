extension Route {
  /// Who may come here.
  enum Demand: Hashable {
    /// Everybody.
    case none
    /// Whoever may read anything; what is shown is only what they may read.
    case anyReading
    case scope(Principal.Scope)
  }

  /// What a path asks for, where reading isn't open to all.
  var demand: Demand {
    switch self {
    // Probes of orchestrators carry no token; what they are told is one word.
    case .healthz, .readyz, .formats, .openAPI, .key: .none
    case .index, .sets: .anyReading
    case .set(let name, _), .version(let name), .changes(let name), .diff(let name),
      .snapshot(let name, _, _),
      .events(let name), .setTags(let name), .snapshots(let name), .retention(let name):
      .scope(.readSet(name))
    case .names, .sources, .vantages, .allEvents, .tags, .history, .explain, .decisions, .metrics, .consumers:
      .scope(.read)
    case .sightings: .scope(.sightings)
    }
  }

  /// Whether an unchanged answer costs no more than looking at its tag, so that it is no matter of the rate limit.
  var isCheap: Bool {
    switch self {
    case .set, .version, .healthz, .readyz: true
    default: false
    }
  }
}
