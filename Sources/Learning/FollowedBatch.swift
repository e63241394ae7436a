package import Deciding

/// What a follower read, and how far it then was.
package struct FollowedBatch: Sendable, Hashable {
  /// One for each distinct name, sorted by name.
  package let sightings: [Sighting]
  /// Names that no set watches but that look related, one for each, sorted by name.
  package let related: [RelatedSighting]
  /// The counts of all lines, those without a sighting included.
  package let tally: SightingTally
  /// To be stored together with the effect of this batch.
  package let position: FollowerPosition
  /// What happened to the file since the last batch.
  package let notes: [FollowerNote]
}
