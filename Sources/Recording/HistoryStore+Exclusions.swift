package import DNS
package import Deciding
internal import Foundation

extension HistoryStore {
  package func exclusions(of address: IPAddress, at moment: Timestamp?) async throws -> [StandingExclusion] {
    let decisions = try await read { db in
      try Self.decisions(
        db, "WHERE kind = 'configure' AND at <= ? ORDER BY decision.id DESC", moment?.milliseconds ?? .max)
    }
    let bySet = Dictionary(grouping: decisions, by: \.subject)
    return try bySet.keys.sorted().compactMap { set in try Self.exclusion(of: address, bySet[set] ?? []) }
  }

  /// What the newest policy of a set says, and since when the earlier ones said so too.
  private static func exclusion(of address: IPAddress, _ decisions: [Decision]) throws -> StandingExclusion? {
    var standing: StandingExclusion?
    for decision in decisions {
      // Most policies exclude nothing.
      guard let json = decision.policy, json.contains(#""exclude":"#),
        let policy = try JSONDecoder().decode(StoredPolicy.self, from: Data(json.utf8)).policy,
        let exclusion = policy.exclusion(of: address)
      else { break }
      standing = StandingExclusion(
        set: policy.name, exclusion: standing?.exclusion ?? exclusion, since: decision.at, by: decision.by)
    }
    return standing
  }
}
