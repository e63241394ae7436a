/// What a tap on somebody's resolver brought since the last report.
package struct TapReport: Sendable {
  /// Names that clients used, each once.
  package var sightings: [Sighting] = []
  /// Names that no set watches but that look related, each once.
  package var related: [RelatedSighting] = []
  /// Answers that clients were given, of a trusted tap alone; of equal ones only the last. Their vantage is the tap.
  package var lookups: [Lookup] = []

  /// Nothing told.
  package init() {}

  /// Whether there is nothing to tell.
  package var isEmpty: Bool { sightings.isEmpty && related.isEmpty && lookups.isEmpty }
}
