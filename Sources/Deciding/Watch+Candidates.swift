internal import DNS

extension Watch {
  /// How often names out of word lists are tried again.
  private static let tryCandidatesEvery = Duration.seconds(86_400)

  /// Puts the names of the sets' word lists into quarantine, behind all that clients use.
  mutating func offerCandidates(at now: Timestamp) {
    guard now >= candidatesAt else { return }
    candidatesAt = now + Self.tryCandidatesEvery
    for name in Set(sets.flatMap(\.policy.candidates)).sorted() where names[name] == nil {
      // One that is refused because upstreams denied it is tried again tomorrow.
      _ = quarantine.take(
        Sighting(name: name, source: Sighting.wordList, count: 1, evidence: .suggested, at: now))
    }
  }
}
