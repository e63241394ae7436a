/// What is bounded so that a flood can fill neither memory nor disk nor firewall. Reaching one is counted, told as an
/// event and shown by `doctor`.
package enum Cap: String, Hashable, Sendable, CaseIterable {
  /// Names that wait for a probe under one pattern.
  case namesWaiting
  /// The part of those that one source may have.
  case sourceShare
  /// `limits.namesPerPattern`.
  case namesPerPattern
  /// `limits.addressesPerName`.
  case addressesPerName
  /// Names for a person to decide about.
  case uncoveredNames
  /// Names and answers that one report of a source may hold.
  case itemsPerReport

  init?(_ refusal: SightingRefusal) {
    switch refusal {
    case .queueFull: self = .namesWaiting
    case .sourceShare: self = .sourceShare
    case .patternFull: self = .namesPerPattern
    case .noPattern, .notHostname, .deniedLately, .likeWildcard: return nil
    }
  }

  /// One sentence for people, with what to try.
  package var explanation: String {
    switch self {
    case .namesWaiting:
      "too many names wait under one pattern, so names that were asked for only once are refused. "
        + "Try: find the client that asks for made-up names"
    case .sourceShare:
      "one source has half of the waiting names, so its names that were asked for only once are refused. "
        + "Try: find the client that asks for made-up names"
    case .namesPerPattern:
      "a pattern has as many names as it may have; newer ones are refused. Try: limits.namesPerPattern"
    case .addressesPerName:
      "a name has as many addresses as it may have; newer ones are refused. Try: limits.addressesPerName"
    case .uncoveredNames:
      "the list of names that no set watches is full; newer ones are left out"
    case .itemsPerReport:
      "a source brought more different names at once than are kept; the rest was counted and dropped"
    }
  }
}
