internal import DNS

extension SetCoverage {
  /// What the history says of a set: as it was when each question was last answered anew.
  package static func gather(_ policy: SetPolicy, from history: any HistoryReader) async throws -> SetCoverage
  {
    let uses = Dictionary(
      try await history.sightings().map { ($0.name, $0.sources.reduce(0) { $0 + $1.count }) }
    ) { first, _ in first }
    let parts = try await history.coverages().filter { policy.selects($0.question.name) }
    return SetCoverage(parts, target: policy.coverage) { uses[$0] ?? 0 }
  }
}
