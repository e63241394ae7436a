package import DNS
package import Deciding

/// What one round of a probe brought.
package struct RegistryRound: Sendable, Hashable {
  /// Each request with what came of it, in order.
  package let steps: [ProbeStep]
  /// Watched names that the registry sends clients to.
  package let sightings: [Sighting]
  /// Other names that it sends clients to.
  package let related: [RelatedSighting]
  /// How long the registry asks to be left alone; nil when it doesn't.
  package let retryAfter: Duration?

  /// The hosts of data, each once, in order.
  package var finds: [DomainName] {
    var hosts = [DomainName]()
    for step in steps {
      if let find = step.find, find.way != .tokenHost, !hosts.contains(find.host) { hosts.append(find.host) }
    }
    return hosts
  }

  /// Why nothing was found; nil when something was.
  package var fault: ProbeFault? { finds.isEmpty ? steps.last { $0.fault != nil }?.fault : nil }

  /// - Parameters:
  ///   - names: What is watched.
  ///   - source: What the sightings are labelled with.
  package init(
    _ steps: [ProbeStep], from registry: RegistryEndpoint, watching names: WatchedNames, source: String,
    at now: Timestamp
  ) {
    self.steps = steps
    var counts = [PullFind: Int64]()
    for find in steps.compactMap(\.find) { counts[find, default: 0] += 1 }
    var sightings = [Sighting]()
    var related = [RelatedSighting]()
    for (find, count) in counts.sorted(by: { ($0.key.host, "\($0.key)") < ($1.key.host, "\($1.key)") }) {
      if names.watches(find.host) {
        sightings.append(
          Sighting(name: find.host, source: source, count: count, evidence: .resolved, at: now))
      } else if find.host != registry.host {
        let relation: NameRelation =
          find.way == .tokenHost ? .tokenHost(of: registry.host) : .redirect(from: registry.host)
        related.append(
          RelatedSighting(name: find.host, relation: relation, source: source, count: count, at: now))
      }
    }
    self.sightings = sightings
    self.related = related
    retryAfter = steps.compactMap { step in
      switch step.fault {
      case .throttled(let span): span
      case .waiting(let until): max(.zero, until - now)
      default: nil
      }
    }.max()
  }
}

extension WatchedNames {
  /// Whether a set watches this name.
  func watches(_ name: DomainName) -> Bool {
    let reading = Array(name.text.utf8).withUnsafeBufferPointer { read($0) }
    return if case .name = reading { true } else { false }
  }
}
